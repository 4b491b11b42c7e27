//! The thread that the broker has for itself.
//!
//! On its way from client to client a message passes several tasks. On one thread each finds the next one awake. Spread
//! over threads, most of them have a thread woken by the system, which takes longer than all the rest of the way.

use std::convert::Infallible;
use std::io;
use std::thread;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// A thread with a runtime; what still runs on it ends with this.
pub(super) struct Thread {
    handle: Handle,
    _end: oneshot::Sender<Infallible>,
}

impl Thread {
    /// Starts it.
    pub(super) async fn start() -> io::Result<Self> {
        let (end, ended) = oneshot::channel();
        let (say, said) = oneshot::channel();
        // The runtime begins and ends there: no task may end one.
        thread::Builder::new().name("broker".to_owned()).spawn(move || {
            let runtime = match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(say.send(Err(error))),
            };
            if say.send(Ok(runtime.handle().clone())).is_ok() {
                // It comes to this when its sender is gone.
                let _ = runtime.block_on(ended);
            }
            // Parts of the broker run until their runtime ends, and hold up its end.
            runtime.shutdown_background();
        })?;
        let handle = said.await.map_err(io::Error::other)??;
        Ok(Self { handle, _end: end })
    }

    /// Where tasks are spawned that shall run there.
    pub(super) fn handle(&self) -> &Handle {
        &self.handle
    }
}
