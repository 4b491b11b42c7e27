//! A job whose reports are kept.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Promise, Uint8Array};
use mcs_digest::Checksums;
use mcs_engine::Job;
use mcs_engine::hash::Report;
use mcs_view::{Ended, Hashes};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// What a job said.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) progress: Vec<u64>,
    pub(crate) ended: Option<Ended>,
}

/// A job, and what it will have said. `told` hears each report first.
pub(crate) fn listen(told: impl Fn(&Job, &Report) + 'static) -> (Job, Rc<RefCell<Heard>>) {
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

/// Lets everything else go on for a moment.
pub(crate) async fn turn() {
    let mut wait = |resolve: Function, _: Function| {
        let global = js_sys::global();
        let set_timeout = js_sys::Reflect::get(&global, &"setTimeout".into()).unwrap();
        let _ = Function::from(set_timeout).call2(&JsValue::NULL, &resolve, &5.into());
    };
    JsFuture::from(Promise::new(&mut wait)).await.unwrap();
}

pub(crate) async fn until(heard: &Rc<RefCell<Heard>>, done: impl Fn(&Heard) -> bool) {
    for _ in 0..4000 {
        if done(&heard.borrow()) {
            return;
        }
        turn().await;
    }
    panic!("the job did not get there");
}

pub(crate) fn file(bytes: &[u8]) -> File {
    let parts = Array::of1(&Uint8Array::from(bytes));
    File::new_with_u8_array_sequence(&parts, "firmware.bin").unwrap()
}

pub(crate) fn hashes_of(bytes: &[u8]) -> Hashes {
    let sums = Checksums::of(bytes);
    Hashes { size: sums.size, md5: sums.md5.to_string(), sha256: sums.sha256.to_string() }
}
