//! A long task with a file, which can be stopped at any time.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use mcs_view::{Ended, Input, JobId};

use crate::Shell;

/// One task under way; a handle.
#[derive(Clone)]
pub struct Job(Rc<Inner>);

struct Inner {
    report: Box<dyn Fn(Report)>,
    stopped: Cell<bool>,
    /// Stops what the browser is doing for it.
    stop: RefCell<Option<Box<dyn FnOnce()>>>,
}

/// What a job says.
pub enum Report {
    /// So many bytes are done.
    Progress(u64),
    /// It is over.
    Ended(Ended),
}

impl Job {
    /// A job that tells `report` how it goes.
    pub fn new(report: impl Fn(Report) + 'static) -> Self {
        Self(Rc::new(Inner {
            report: Box::new(report),
            stopped: Cell::new(false),
            stop: RefCell::new(None),
        }))
    }

    /// A job that tells the console how it goes.
    pub(crate) fn of(shell: &Weak<Shell>, id: JobId) -> Self {
        let shell = shell.clone();
        Self::new(move |report| {
            let Some(shell) = shell.upgrade() else { return };
            match report {
                Report::Progress(done) => shell.input(Input::Progress(id, done)),
                Report::Ended(ended) => {
                    shell.job_ended(id);
                    shell.input(Input::Ended(id, ended));
                }
            }
        })
    }

    /// From now on it says nothing and does as little as possible.
    pub fn stop(&self) {
        self.0.stopped.set(true);
        if let Some(stop) = self.0.stop.take() {
            stop();
        }
    }

    /// Whether [`Self::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.get()
    }

    /// Says how the browser can be stopped, too.
    pub(crate) fn on_stop(&self, stop: impl FnOnce() + 'static) {
        *self.0.stop.borrow_mut() = Some(Box::new(stop));
    }

    /// So many bytes are done.
    pub(crate) fn progress(&self, done: u64) {
        if !self.is_stopped() {
            (self.0.report)(Report::Progress(done));
        }
    }

    /// It is over.
    pub(crate) fn end(&self, ended: Ended) {
        self.0.stop.take();
        if !self.0.stopped.replace(true) {
            (self.0.report)(Report::Ended(ended));
        }
    }
}
