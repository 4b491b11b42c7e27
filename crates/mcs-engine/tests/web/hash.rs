//! Files are hashed in pieces.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use mcs_digest::Checksums;
use mcs_engine::Job;
use mcs_engine::hash::{self, Report};
use mcs_view::{Ended, Hashes};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::File;

/// What a job said.
#[derive(Default)]
struct Heard {
    progress: Vec<u64>,
    ended: Option<Ended>,
}

fn file(bytes: &[u8]) -> File {
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence(&parts, "firmware.bin").unwrap()
}

fn listen(told: impl Fn(&Job, &Report) + 'static) -> (Job, Rc<RefCell<Heard>>) {
    let heard = Rc::new(RefCell::new(Heard::default()));
    let ear = heard.clone();
    let me: Rc<RefCell<Option<Job>>> = Rc::default();
    let reporter = me.clone();
    let job = Job::new(move |report| {
        if let Some(job) = &*reporter.borrow() {
            told(job, &report);
        }
        match report {
            Report::Progress(done) => ear.borrow_mut().progress.push(done),
            Report::Ended(ended) => ear.borrow_mut().ended = Some(ended),
        }
    });
    *me.borrow_mut() = Some(job.clone());
    (job, heard)
}

/// Lets everything else go on for a while.
async fn turn() {
    let mut wait = |resolve: Function, _: Function| {
        let global = js_sys::global();
        let set_timeout = js_sys::Reflect::get(&global, &"setTimeout".into()).unwrap();
        let _ = Function::from(set_timeout).call2(&JsValue::NULL, &resolve, &5.into());
    };
    JsFuture::from(Promise::new(&mut wait)).await.unwrap();
}

async fn until(heard: &Rc<RefCell<Heard>>, done: impl Fn(&Heard) -> bool) {
    for _ in 0..4000 {
        if done(&heard.borrow()) {
            return;
        }
        turn().await;
    }
    panic!("the job did not get there");
}

fn hashes_of(bytes: &[u8]) -> Hashes {
    let sums = Checksums::of(bytes);
    Hashes { size: sums.size, md5: sums.md5.to_string(), sha256: sums.sha256.to_string() }
}

#[wasm_bindgen_test]
async fn a_short_file_has_its_known_hashes() {
    let (job, heard) = listen(|_, _| {});
    hash::start(file(b"abc").into(), job);
    until(&heard, |it| it.ended.is_some()).await;
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
    let md5 = "900150983cd24fb0d6963f7d28e17f72".to_owned();
    let ended = Ended::Hashed(Hashes { size: 3, md5, sha256 });
    assert_eq!(heard.borrow().ended, Some(ended));
}

#[wasm_bindgen_test]
async fn a_file_of_several_pieces_tells_its_progress_and_ends_right() {
    let bytes: Vec<u8> = (0..3 * 1024 * 1024 + 17).map(|it| (it % 251) as u8).collect();
    let (job, heard) = listen(|_, _| {});
    hash::start(file(&bytes).into(), job);
    until(&heard, |it| it.ended.is_some()).await;
    let heard = heard.borrow();
    assert_eq!(heard.ended, Some(Ended::Hashed(hashes_of(&bytes))));
    assert_eq!(heard.progress, [1_048_576, 2_097_152, 3_145_728, 3_145_745]);
}

#[wasm_bindgen_test]
async fn a_job_that_is_stopped_says_nothing_more() {
    let (job, heard) = listen(|job, report| {
        if matches!(report, Report::Progress(_)) {
            job.stop();
        }
    });
    hash::start(file(&vec![7; 3 * 1024 * 1024]).into(), job);
    until(&heard, |it| !it.progress.is_empty()).await;
    for _ in 0..100 {
        turn().await;
    }
    assert_eq!(heard.borrow().progress, [1_048_576]);
    assert_eq!(heard.borrow().ended, None);
}

#[wasm_bindgen_test]
async fn an_empty_file_has_hashes_too() {
    let (job, heard) = listen(|_, _| {});
    hash::start(file(b"").into(), job);
    until(&heard, |it| it.ended.is_some()).await;
    assert_eq!(heard.borrow().ended, Some(Ended::Hashed(hashes_of(b""))));
}
