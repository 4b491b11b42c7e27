//! The Web Worker of the console: a shell around [`mcs_view::Console`].
//!
//! It owns what the console itself must not touch: the WebSocket, the one timer, the clock, REST
//! calls, what the browser keeps, and the long jobs with files. Everything that happens becomes an
//! [`Input`](mcs_view::Input), and everything that is to be done comes out as an
//! [`Output`](mcs_view::Output). No decision is made here.
//!
//! - [`Shell`]: the run loop.
//! - [`drift`]: one clock out of two.
//! - [`storage`]: what outlives the page.
//! - [`vault`]: what is kept under a passphrase.
//! - [`probe`]: what the connection doctor wants to know.
//! - `chart`: the page's charts, painted on canvases that it lends.
//! - `socket`, `rest`, [`upload`], [`hash`], [`download`]: one file for each thing to be done.

use std::panic;
use std::rc::Rc;

use js_sys::Array;
use mcs_view::protocol::{INCOMPLETE, READY};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

mod browser;
mod chart;
mod claim;
pub mod download;
pub mod drift;
pub mod hash;
mod job;
mod later;
pub mod probe;
mod rest;
mod shell;
mod socket;
pub mod storage;
mod turn;
pub mod upload;
pub mod vault;

pub use job::Job;
pub use later::Missing;
pub use shell::{Post, Shell};

/// The database of this page.
const DATABASE: &str = "mcs-console";

/// Serves the page that started this worker, for as long as both live.
pub fn run() {
    panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&JsValue::from_str(&info.to_string()));
    }));
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let port = scope.clone();
    let shell = Shell::new(Box::new(move |message: &JsValue, transfer: &Array| {
        if let Err(error) = port.post_message_with_transfer(message, transfer) {
            web_sys::console::error_1(&error);
        }
    }));
    listen(&scope, shell.clone());
    spawn_local(async move {
        shell.open_storage(DATABASE).await;
        // What was posted before this is lost: the page waits for it.
        tell(&scope, READY);
        if shell.complete().await.is_err() {
            tell(&scope, INCOMPLETE);
        }
    });
}

fn tell(scope: &DedicatedWorkerGlobalScope, word: &str) {
    if let Err(error) = scope.post_message(&JsValue::from_str(word)) {
        web_sys::console::error_1(&error);
    }
}

fn listen(scope: &DedicatedWorkerGlobalScope, shell: Rc<Shell>) {
    let receive = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        shell.receive(&event.data());
    });
    scope.set_onmessage(Some(receive.as_ref().unchecked_ref()));
    // The worker lives as long as the page.
    receive.forget();
}
