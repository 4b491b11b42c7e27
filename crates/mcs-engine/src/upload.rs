//! A file is uploaded. `XMLHttpRequest` is old, but only it tells how far an upload has come.

use js_sys::Uint8Array;
use mcs_view::Ended;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Blob, ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

use crate::browser::words;
use crate::job::Job;

/// PATCHes `file` from a byte on to `path` and tells `job` how it goes.
pub fn start(file: Blob, from: u64, path: &str, headers: &[(&str, &str)], job: Job) {
    if let Err(error) = upload(&file, from, path, headers, &job) {
        // Not at once: the shell is in the middle of starting it.
        spawn_local(async move { job.end(Ended::Failed(words(&error))) });
    }
}

fn upload(
    file: &Blob,
    from: u64,
    path: &str,
    headers: &[(&str, &str)],
    job: &Job,
) -> Result<(), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("PATCH", path, true)?;
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    request.set_request_header("Content-Type", "application/offset+octet-stream")?;
    request.set_request_header("Upload-Offset", &from.to_string())?;
    for (name, value) in headers {
        request.set_request_header(name, value)?;
    }
    let teller = job.clone();
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
        teller.progress(event.loaded() as u64);
    });
    request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    let (teller, answered, chosen) = (job.clone(), request.clone(), file.clone());
    // Comes once, after success, failure and time-out alike; never after the handlers are gone.
    let end = Closure::once(move || {
        let status = answered.status().unwrap_or(0);
        let body = answered.response().unwrap_or(JsValue::NULL);
        // The browser drops both together with the request.
        drop(progress);
        if status != 0 {
            return teller.end(Ended::Answered { status, body: Uint8Array::new(&body).to_vec() });
        }
        // A browser does not say whether the network failed or the file: one that changed since
        // it was chosen cannot be read any more.
        spawn_local(async move {
            teller.end(match readable(&chosen).await {
                Ok(()) => Ended::Failed("the connection to the server broke off".to_owned()),
                Err(_) => Ended::Changed,
            });
        });
    });
    request.set_onloadend(Some(end.as_ref().unchecked_ref()));
    let abandoned = request.clone();
    job.on_stop(move || {
        // Aborting calls the handlers at once, in the middle of what the shell is doing.
        abandoned.set_onloadend(None);
        if let Ok(upload) = abandoned.upload() {
            upload.set_onprogress(None);
        }
        let _ = abandoned.abort();
    });
    end.forget();
    #[expect(clippy::cast_precision_loss, reason = "a file has less than 2^53 bytes")]
    let rest = file.slice_with_f64_and_f64(from as f64, file.size())?;
    request.send_with_opt_blob(Some(&rest))
}

/// Whether the first byte can be read.
async fn readable(file: &Blob) -> Result<(), JsValue> {
    JsFuture::from(file.slice_with_f64_and_f64(0.0, 1.0)?.array_buffer()).await.map(|_| ())
}
