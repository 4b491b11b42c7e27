//! A file is uploaded. `XMLHttpRequest` is old, but only it tells how far an upload has come.

use js_sys::Uint8Array;
use mcs_view::Ended;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, ProgressEvent, XmlHttpRequest, XmlHttpRequestResponseType};

use crate::browser::words;
use crate::job::Job;

/// POSTs `file` to `path` and tells `job` how it goes.
pub fn start(file: &Blob, path: &str, headers: &[(&str, &str)], job: &Job) {
    if let Err(error) = upload(file, path, headers, job) {
        // Not at once: the shell is in the middle of starting it.
        let job = job.clone();
        spawn_local(async move { job.end(Ended::Failed(words(&error))) });
    }
}

fn upload(file: &Blob, path: &str, headers: &[(&str, &str)], job: &Job) -> Result<(), JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open_with_async("POST", path, true)?;
    request.set_response_type(XmlHttpRequestResponseType::Arraybuffer);
    request.set_request_header("Content-Type", "application/octet-stream")?;
    for (name, value) in headers {
        request.set_request_header(name, value)?;
    }
    let teller = job.clone();
    let progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bytes")]
        teller.progress(event.loaded() as u64);
    });
    request.upload()?.set_onprogress(Some(progress.as_ref().unchecked_ref()));
    let (teller, answered) = (job.clone(), request.clone());
    // Comes once, after success, failure and time-out alike; never after the handlers are gone.
    let end = Closure::once(move || {
        let status = answered.status().unwrap_or(0);
        let body = answered.response().unwrap_or(JsValue::NULL);
        // The browser drops both together with the request.
        drop(progress);
        teller.end(if status == 0 {
            Ended::Failed("the connection to the server broke off".to_owned())
        } else {
            Ended::Answered { status, body: Uint8Array::new(&body).to_vec() }
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
    request.send_with_opt_blob(Some(file))
}
