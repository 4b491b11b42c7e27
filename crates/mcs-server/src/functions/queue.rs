//! What waits for a function: bounded for each device, and taken device by device in turn.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use mcs_model::DataPoint;
use mcs_model::function::Run;
use mcs_time::Time;
use tokio::sync::oneshot;

use super::{Trial, Whose};
use crate::clock::Stopwatch;
use crate::registry::Device;

#[cfg(test)]
mod tests;

/// Points of one device, or trials, that may wait.
pub(super) const MOST: usize = 64;
/// Code that worked for longer is set aside: the engine asks rarely whether it is time to stop, and not at
/// all within one of its own steps.
const OVERRUN: Duration = Duration::from_millis(200);
/// For how long code is set aside.
const ASIDE: Duration = Duration::from_mins(1);

/// Something to run.
pub(super) enum Job {
    /// A point that was stored.
    Point { device: Arc<Device>, point: DataPoint },
    /// The first point that found the queue full: it is only said that it did not run.
    Overflow { device: Arc<Device>, point: DataPoint },
    /// Code that its author tries.
    Trial { trial: Box<Trial>, answer: oneshot::Sender<Run> },
}

impl Job {
    pub(super) fn whose(&self) -> Whose {
        match self {
            Self::Point { device, .. } | Self::Overflow { device, .. } => {
                Whose::Device(device.id.clone())
            }
            Self::Trial { .. } => Whose::Author,
        }
    }
}

pub(super) struct Queue {
    state: Mutex<State>,
    some: Condvar,
    clock: Stopwatch,
}

#[derive(Default)]
struct State {
    waiting: BTreeMap<Whose, Line>,
    /// Whose turn it is next; those of whom something waits and nothing is worked on.
    turns: VecDeque<Whose>,
    /// Code that nobody runs until then.
    aside: BTreeMap<String, Time>,
    closed: bool,
}

#[derive(Default)]
struct Line {
    jobs: VecDeque<Job>,
    /// A thread works for it.
    busy: bool,
}

impl Default for Queue {
    fn default() -> Self {
        Self { state: Mutex::default(), some: Condvar::new(), clock: Stopwatch::start() }
    }
}

impl Queue {
    /// Lets a job wait. Of those that find the queue full the first is told, and the others are counted by
    /// nobody: the points themselves are stored.
    pub(super) fn put(&self, job: Job) {
        let mut state = self.lock();
        if state.closed {
            return;
        }
        let whose = job.whose();
        let line = state.waiting.entry(whose.clone()).or_default();
        let job = match (line.jobs.len(), job) {
            (..MOST, job) => job,
            (MOST, Job::Point { device, point }) => Job::Overflow { device, point },
            _ => return,
        };
        let is_first = line.jobs.is_empty() && !line.busy;
        line.jobs.push_back(job);
        if is_first {
            state.turns.push_back(whose);
            self.some.notify_one();
        }
    }

    /// Waits for the next job; `None` when it is closed and empty.
    pub(super) fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(whose) = state.turns.pop_front() {
                let Some(line) = state.waiting.get_mut(&whose) else { continue };
                line.busy = true;
                if let Some(job) = line.jobs.pop_front() {
                    return Some(job);
                }
            } else if state.closed && state.waiting.is_empty() {
                self.some.notify_all();
                return None;
            } else {
                state = self.some.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A job is done: whose it was waits for the next turn.
    pub(super) fn finished(&self, whose: &Whose) {
        let mut state = self.lock();
        let Some(line) = state.waiting.get_mut(whose) else { return };
        line.busy = false;
        if line.jobs.is_empty() {
            state.waiting.remove(whose);
        } else {
            state.turns.push_back(whose.clone());
        }
        self.some.notify_one();
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.some.notify_all();
    }

    /// Whether the code is set aside at present.
    pub(super) fn is_aside(&self, code: &str) -> bool {
        let now = self.clock.time();
        let mut state = self.lock();
        state.aside.retain(|_, until| *until > now);
        state.aside.contains_key(code)
    }

    /// Code has run, and worked for so long.
    pub(super) fn ran(&self, code: &str, took: Duration) {
        if took > OVERRUN {
            self.lock().aside.insert(code.to_owned(), self.clock.time() + ASIDE);
            tracing::warn!("the code of a function could not be stopped in time and is set aside");
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
