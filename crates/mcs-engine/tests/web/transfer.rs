//! Files go up and come down. The server is the one that serves the tests: it has its own page and
//! nothing else.

use js_sys::Uint8Array;
use mcs_engine::{download, upload};
use mcs_view::Ended;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Response, WorkerGlobalScope};

use crate::job::{file, hashes_of, listen, turn, until};

/// Where the tests came from; a worker of theirs has no such base of its own.
fn origin() -> String {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let origin = scope.origin();
    assert_ne!(origin, "null");
    origin
}

async fn fetched(url: &str) -> Vec<u8> {
    let scope: WorkerGlobalScope = js_sys::global().unchecked_into();
    let response = JsFuture::from(scope.fetch_with_str(url)).await.unwrap();
    let response: Response = response.unchecked_into();
    let body = JsFuture::from(response.array_buffer().unwrap()).await.unwrap();
    Uint8Array::new(&body).to_vec()
}

#[wasm_bindgen_test]
async fn a_download_is_hashed_while_it_comes() {
    let url = format!("{}/wasm-bindgen-test_bg.wasm", origin());
    let (job, heard) = listen(|_, _| {});
    download::start(url.clone(), job);
    until(&heard, |it| it.ended.is_some()).await;
    let bytes = fetched(&url).await;
    assert!(bytes.len() > 200_000, "{}", bytes.len());
    assert_eq!(heard.borrow().ended, Some(Ended::Hashed(hashes_of(&bytes))));
    let progress = heard.borrow().progress.clone();
    assert!(!progress.is_empty() && progress.is_sorted(), "{progress:?}");
}

#[wasm_bindgen_test]
async fn what_is_not_there_cannot_be_verified() {
    let (job, heard) = listen(|_, _| {});
    download::start(format!("{}/nothing", origin()), job);
    until(&heard, |it| it.ended.is_some()).await;
    let why = "the server answered with status 404".to_owned();
    assert_eq!(heard.borrow().ended, Some(Ended::Failed(why)));
}

#[wasm_bindgen_test]
async fn a_server_that_is_not_there_is_a_failure_of_each() {
    let (job, heard) = listen(|_, _| {});
    download::start("http://127.0.0.1:9/x".to_owned(), job);
    until(&heard, |it| matches!(it.ended, Some(Ended::Failed(_)))).await;
    let (job, heard) = listen(|_, _| {});
    upload::start(file(b"abc").into(), 0, "http://127.0.0.1:9/x", &[], job);
    until(&heard, |it| matches!(it.ended, Some(Ended::Failed(_)))).await;
}

#[wasm_bindgen_test]
async fn an_upload_tells_its_progress_and_the_answer() {
    let (job, heard) = listen(|_, _| {});
    let url = format!("{}/nothing", origin());
    upload::start(
        file(&vec![7; 100_000]).into(),
        1,
        &url,
        &[("X-Requested-With", "mcs-console")],
        job,
    );
    until(&heard, |it| it.ended.is_some()).await;
    let heard = heard.borrow();
    let Some(Ended::Answered { status, .. }) = heard.ended else { panic!("{:?}", heard.ended) };
    assert!((400..500).contains(&status), "{status}");
    assert_eq!(heard.progress.last(), Some(&99_999));
}

#[wasm_bindgen_test]
async fn a_stopped_transfer_says_nothing_more() {
    let url = format!("{}/nothing", origin());
    let (first, up) = listen(|_, _| {});
    upload::start(file(&vec![7; 100_000]).into(), 0, &url, &[], first.clone());
    let (second, down) = listen(|_, _| {});
    download::start(url, second.clone());
    first.stop();
    second.stop();
    for _ in 0..50 {
        turn().await;
    }
    assert!(up.borrow().ended.is_none() && up.borrow().progress.is_empty());
    assert!(down.borrow().ended.is_none() && down.borrow().progress.is_empty());
}

#[wasm_bindgen_test]
async fn an_address_that_is_none_is_a_failure_too() {
    let (job, heard) = listen(|_, _| {});
    upload::start(file(b"abc").into(), 0, "http://[", &[], job);
    assert!(heard.borrow().ended.is_none(), "not before the call returns");
    until(&heard, |it| matches!(it.ended, Some(Ended::Failed(_)))).await;
}
