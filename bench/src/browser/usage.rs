//! What a browser uses: CPU time by process and thread (`/proc`), to the nanosecond.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

/// CPU time of each thread of a tree of processes, since its start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Threads(BTreeMap<u32, Thread>);

#[derive(Clone, Debug)]
struct Thread {
    process: u32,
    name: String,
    cpu: Duration,
}

/// What was used between two looks.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Used {
    /// By the thread of the page: script, layout, painting.
    pub(crate) page: Duration,
    /// By the page's workers.
    pub(crate) workers: Duration,
    /// By everything of the browser.
    pub(crate) all: Duration,
}

impl Threads {
    /// Of a process and of all that come from it.
    pub(crate) fn of(root: u32) -> Self {
        let mut threads = BTreeMap::new();
        for process in family(root) {
            let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else { continue };
            for task in tasks.flatten() {
                let Some(id) = task.file_name().to_str().and_then(|it| it.parse().ok()) else {
                    continue;
                };
                // A thread may end while it is looked at.
                let read = |name: &str| fs::read_to_string(task.path().join(name)).ok();
                let (Some(name), Some(stat)) = (read("comm"), read("schedstat")) else { continue };
                let nanos = stat.split(' ').next().and_then(|it| it.parse().ok());
                let cpu = Duration::from_nanos(nanos.unwrap_or_default());
                let name = name.trim_end().to_owned();
                threads.insert(id, Thread { process, name, cpu });
            }
        }
        Self(threads)
    }

    /// The process whose first thread has worked since an earlier look, if that of no other has worked a third as
    /// much.
    pub(crate) fn busiest(&self, earlier: &Self) -> Option<u32> {
        let first = self.0.iter().filter(|(id, thread)| **id == thread.process);
        let worked = first.map(|(id, thread)| (thread.cpu.saturating_sub(earlier.cpu(*id)), *id));
        let mut worked: Vec<_> = worked.collect();
        worked.sort_unstable();
        match worked[..] {
            [.., (second, _), (most, process)] if most > second * 3 => Some(process),
            _ => None,
        }
    }

    fn cpu(&self, id: u32) -> Duration {
        self.0.get(&id).map_or(Duration::ZERO, |it| it.cpu)
    }

    /// What was used since an earlier look; `page` is the process of the page. A thread that ended meanwhile is not
    /// known any more.
    pub(crate) fn since(&self, earlier: &Self, page: u32) -> Used {
        let mut used = Used::default();
        for (id, thread) in &self.0 {
            let cpu = thread.cpu.saturating_sub(earlier.cpu(*id));
            used.all += cpu;
            if *id == page {
                used.page += cpu;
            } else if thread.process == page && thread.name.starts_with("DedicatedWorker") {
                used.workers += cpu;
            }
        }
        used
    }
}

/// A process and all that come from it.
fn family(root: u32) -> BTreeSet<u32> {
    let mut parents = BTreeMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|it| it.parse::<u32>().ok()) else {
            continue;
        };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        // The program's name may hold anything, even a parenthesis.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
        if let Some(parent) = fields.split_whitespace().nth(1).and_then(|it| it.parse().ok()) {
            parents.insert(process, parent);
        }
    }
    let mut family = BTreeSet::from([root]);
    loop {
        let children = parents.iter().filter(|(_, parent)| family.contains(parent));
        let more: Vec<u32> =
            children.map(|(it, _)| *it).filter(|it| !family.contains(it)).collect();
        if more.is_empty() {
            return family;
        }
        family.extend(more);
    }
}
