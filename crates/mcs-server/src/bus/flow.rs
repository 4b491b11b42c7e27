//! What one client has on the way: so much and no more, and its acknowledgements in order.
//!
//! Whoever reads from the client waits here while there is no room, and so the client waits in the end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Messages and their bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

/// Shared by who reads from a client, who works, and who writes to it.
pub(super) struct Flow {
    most: Load,
    state: Mutex<State>,
    /// There is room, or an answer came: for who reads.
    moved: Notify,
    /// There is something to write.
    ready: Notify,
    /// The last packet that was written is whole.
    whole: AtomicBool,
}

#[derive(Default)]
struct State {
    on_the_way: Load,
    /// Done, but for the acknowledgement.
    done: Load,
    acknowledgements: Vec<u8>,
    /// SUBSCRIBEs and UNSUBSCRIBEs that the broker has not answered.
    asked: usize,
    /// Nobody writes any more.
    deaf: bool,
}

impl Flow {
    /// Nothing is on the way yet, and never more than this but for the last message's bytes.
    pub(super) fn new(most: Load) -> Self {
        Self {
            most,
            state: Mutex::default(),
            moved: Notify::new(),
            ready: Notify::new(),
            whole: AtomicBool::new(true),
        }
    }

    /// Whether another message may come now: there is room, and what was asked of the broker before is answered,
    /// so that the message meets the subscriptions that were made before it.
    pub(super) fn has_room(&self) -> bool {
        let state = self.state();
        state.asked == 0
            && state.on_the_way.messages < self.most.messages
            && state.on_the_way.bytes < self.most.bytes
    }

    /// Waits for that.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            self.moved.notified().await;
        }
    }

    /// Waits until nothing is on the way.
    pub(super) async fn idle(&self) {
        while self.state().on_the_way.messages > 0 {
            self.moved.notified().await;
        }
    }

    /// A message is on the way.
    pub(super) fn enter(&self, bytes: usize) {
        let mut state = self.state();
        state.on_the_way.messages += 1;
        state.on_the_way.bytes += bytes;
    }

    /// It is done; `acknowledge` writes what the client is told of it.
    pub(super) fn leave(&self, bytes: usize, acknowledge: impl FnOnce(&mut Vec<u8>)) {
        let mut guard = self.state();
        let state = &mut *guard;
        state.done.messages += 1;
        state.done.bytes += bytes;
        acknowledge(&mut state.acknowledgements);
        if state.deaf {
            state.acknowledgements.clear();
        }
        // What goes before it is written first.
        if state.acknowledgements.is_empty() {
            let done = std::mem::take(&mut state.done);
            drop(guard);
            self.written(done);
        } else {
            self.ready.notify_one();
        }
    }

    /// Waits until there are acknowledgements.
    pub(super) async fn ready(&self) {
        while self.state().acknowledgements.is_empty() {
            self.ready.notified().await;
        }
    }

    /// Puts the acknowledgements into `out`. What they are of is on the way until they are [written](Self::written).
    pub(super) fn acknowledgements(&self, out: &mut Vec<u8>) -> Load {
        let mut state = self.state();
        out.append(&mut state.acknowledgements);
        std::mem::take(&mut state.done)
    }

    /// These are not on the way any more.
    pub(super) fn written(&self, done: Load) {
        if done.messages > 0 {
            let mut state = self.state();
            state.on_the_way.messages -= done.messages;
            state.on_the_way.bytes -= done.bytes;
            drop(state);
            self.moved.notify_one();
        }
    }

    /// The broker is asked for something.
    pub(super) fn ask(&self) {
        self.state().asked += 1;
    }

    /// It has answered so often.
    pub(super) fn answered(&self, count: usize) {
        if count > 0 {
            let mut state = self.state();
            state.asked = state.asked.saturating_sub(count);
            drop(state);
            self.moved.notify_one();
        }
    }

    /// The client hears nothing any more.
    pub(super) fn deafen(&self) {
        let mut state = self.state();
        state.deaf = true;
        state.acknowledgements.clear();
        let done = std::mem::take(&mut state.done);
        drop(state);
        self.written(done);
    }

    /// Notes whether what was written ends with a packet.
    pub(super) fn set_whole(&self, whole: bool) {
        self.whole.store(whole, Ordering::Relaxed);
    }

    /// Whether it does.
    pub(super) fn whole(&self) -> bool {
        self.whole.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is a few numbers: a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
