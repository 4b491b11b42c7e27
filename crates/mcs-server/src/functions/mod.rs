//! Function channels (CONTRACT §1.6): a point that was stored is handed to the channel's code, and what that
//! returns is stored and sent on like any other point.
//!
//! Points wait in a queue for each device, and threads of their own work on them, device by device in
//! turn: code that takes its time delays its own device, and nobody's upload. Each thread has a process
//! that runs the code and can do nothing else. What waits is in memory only: after a crash a point has run
//! once or not at all, and its history says nothing of a run that was not.

mod confined;
mod process;
mod queue;
mod record;
mod sandbox;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::{Arc, Mutex};

use mcs_model::function::{self, Run, Trouble, Written, excerpt};
use mcs_model::{ChannelId, ChannelKind, DataPoint, DeviceId, Prototype, Timestamp};
use tokio::sync::{mpsc, oneshot};

use crate::registry::Device;
use crate::store::RunRow;
use process::Process;
use queue::{Job, Queue};
use sandbox::Ran;

pub(crate) use confined::serve as confined;
pub(crate) use record::run as record;

/// Threads that have code run.
const THREADS: usize = 2;
/// Runs that may wait to be recorded before the threads do.
const UNRECORDED: usize = 256;

/// The functions at work.
pub(crate) struct Functions {
    queue: Arc<Queue>,
    done: Mutex<Option<mpsc::Receiver<Done>>>,
}

/// A point whose function has run, or could not.
pub(crate) struct Done {
    device: Arc<Device>,
    run: Run,
    channel: ChannelId,
    points: Vec<DataPoint>,
}

/// The code to try on a value.
pub(crate) struct Trial {
    /// The prototype that it is meant for.
    pub(crate) prototype: Prototype,
    /// Its channel.
    pub(crate) channel: ChannelId,
    /// What a device would upload.
    pub(crate) value: String,
    /// When.
    pub(crate) at: Timestamp,
}

impl Done {
    fn row(&self) -> RunRow {
        let Self { device, run, channel, .. } = self;
        RunRow { device: device.id.clone(), channel: channel.clone(), run: run.clone() }
    }
}

impl Functions {
    /// Starts the threads; `program` is ours, and runs code when it is told to.
    pub(crate) fn start(program: &Path) -> std::io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let (sender, done) = mpsc::channel(UNRECORDED);
        for _ in 0..THREADS {
            let (queue, done) = (Arc::clone(&queue), sender.clone());
            let mut process = Process::new(program);
            let thread = std::thread::Builder::new().name("function".to_owned());
            thread.spawn(move || work(&queue, &mut process, &done))?;
        }
        Ok(Self { queue, done: Some(done).into() })
    }

    /// Queues stored points, as far as their channels are functions.
    pub(crate) fn queue(&self, device: &Arc<Device>, points: &[DataPoint]) {
        for point in points {
            if code_of(&device.prototype, &point.channel).is_some() {
                self.queue.put(Job::Point { device: Arc::clone(device), point: point.clone() });
            }
        }
    }

    /// Runs code on a value and stores nothing; `None` if too many wait for the same.
    pub(crate) async fn attempt(&self, trial: Trial) -> Option<Run> {
        let (answer, ran) = oneshot::channel();
        self.queue.put(Job::Trial { trial: Box::new(trial), answer });
        ran.await.ok()
    }

    /// Takes no more points; what waits is still worked on.
    pub(crate) fn close(&self) {
        self.queue.close();
    }
}

impl Drop for Functions {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// What one thread does.
fn work(queue: &Queue, process: &mut Process, done: &mpsc::Sender<Done>) {
    while let Some(job) = queue.take() {
        let whose = job.whose();
        match job {
            Job::Trial { trial, answer } => {
                let Trial { prototype, channel, value, at } = *trial;
                let (run, _) = run(queue, process, &prototype, &channel, &value, at);
                // Whoever asked may have gone.
                let _ = answer.send(run);
            }
            Job::Point { device, point } => {
                let DataPoint { channel, timestamp, value } = point;
                let value = value.to_string();
                let (run, points) =
                    run(queue, process, &device.prototype, &channel, &value, timestamp);
                // An error means that the server has stopped.
                let _ = done.blocking_send(Done { device, run, channel, points });
            }
            Job::Overflow { device, point } => {
                let run = Run {
                    troubles: vec![Trouble::Busy],
                    ..not_run(&point.value.to_string(), point.timestamp)
                };
                let channel = point.channel;
                // As above.
                let _ = done.blocking_send(Done { device, run, channel, points: Vec::new() });
            }
        }
        queue.finished(&whose);
    }
}

/// Runs a function on a value: what its history says, and the points that it writes.
fn run(
    queue: &Queue,
    process: &mut Process,
    prototype: &Prototype,
    channel: &ChannelId,
    value: &str,
    at: Timestamp,
) -> (Run, Vec<DataPoint>) {
    let nothing = not_run(value, at);
    let Some(code) = code_of(prototype, channel) else { return (nothing, Vec::new()) };
    if queue.is_aside(code) {
        return (Run { troubles: vec![Trouble::SetAside], ..nothing }, Vec::new());
    }
    let Ran { returned, console, unlogged, took } = process.run(code, value);
    queue.ran(code, took);
    let (points, troubles) = match returned {
        Ok(returned) => function::points(returned, prototype, channel, at),
        Err(trouble) => (Vec::new(), vec![trouble]),
    };
    let written = |it: &DataPoint| Written {
        channel: it.channel.clone(),
        value: excerpt(&it.value.to_string()),
    };
    let run = Run {
        points: points.iter().map(written).collect(),
        console,
        unlogged,
        troubles,
        micros: u32::try_from(took.as_micros()).unwrap_or(u32::MAX),
        ..nothing
    };
    (run, points)
}

fn not_run(value: &str, at: Timestamp) -> Run {
    Run {
        at,
        value: excerpt(value),
        points: Vec::new(),
        console: Vec::new(),
        unlogged: 0,
        troubles: Vec::new(),
        micros: 0,
    }
}

fn code_of<'a>(prototype: &'a Prototype, channel: &ChannelId) -> Option<&'a str> {
    match &prototype.channel(channel)?.kind {
        ChannelKind::Function { code } => Some(code),
        _ => None,
    }
}

/// For whom a thread works: one at a time for each.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Whose {
    Device(DeviceId),
    Author,
}
