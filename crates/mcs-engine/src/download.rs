//! A file is fetched and hashed while it comes; nothing is kept.

use js_sys::{Reflect, Uint8Array};
use mcs_view::Ended;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response,
};

use crate::browser::{fetch, words};
use crate::hash::Hasher;
use crate::job::Job;
use crate::turn::Turns;

/// A step of progress that is worth telling, in bytes.
const STEP: u64 = 128 * 1024;

/// Others have their turn after so many bytes.
const PIECE: u64 = 1024 * 1024;

/// Fetches `url` and tells `job` how it goes.
pub fn start(url: String, job: Job) {
    spawn_local(async move {
        let ended = match download(&url, &job).await {
            Ok(ended) => ended,
            Err(error) => Ended::Failed(format!("it cannot be fetched: {}", words(&error))),
        };
        job.end(ended);
    });
}

async fn download(url: &str, job: &Job) -> Result<Ended, JsValue> {
    let abort = AbortController::new()?;
    let init = RequestInit::new();
    // A device has no cache either.
    init.set_cache(RequestCache::NoStore);
    init.set_signal(Some(&abort.signal()));
    job.on_stop(move || abort.abort());
    let request = Request::new_with_str_and_init(url, &init)?;
    let response: Response = JsFuture::from(fetch(&request)).await?.dyn_into()?;
    if response.status() != 200 {
        let status = response.status();
        return Ok(Ended::Failed(format!("the server answered with status {status}")));
    }
    let mut hasher = Hasher::new();
    let (mut told, mut passed) = (0, 0);
    let turns = Turns::new()?;
    if let Some(body) = response.body() {
        let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
        loop {
            let piece = JsFuture::from(reader.read()).await?;
            if Reflect::get(&piece, &JsValue::from_str("done"))?.is_truthy() {
                break;
            }
            let bytes: Uint8Array =
                Reflect::get(&piece, &JsValue::from_str("value"))?.dyn_into()?;
            if hasher.take(&bytes).is_err() {
                return Ok(Ended::Page);
            }
            if hasher.size() >= told + STEP {
                told = hasher.size();
                job.progress(told);
            }
            if hasher.size() >= passed + PIECE {
                passed = hasher.size();
                turns.pass().await?;
            }
        }
    }
    Ok(Ended::Hashed(hasher.finish()))
}
