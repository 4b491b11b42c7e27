//! What processes have of the memory, where `/proc` tells.

use std::collections::BTreeMap;
use std::fs;

/// A line of a process's status, in bytes.
pub(crate) fn of(process: u32, line: &str) -> Option<u64> {
    let kibibytes = status(process, line)?;
    Some(kibibytes.trim_end_matches("kB").trim().parse::<u64>().ok()? << 10)
}

/// What the pages of a browser that descends from this process have for themselves.
pub(crate) fn of_pages(root: u32) -> Option<u64> {
    let all = fs::read_dir("/proc").ok()?.flatten();
    let processes = all.filter_map(|it| it.file_name().to_str()?.parse::<u32>().ok());
    let parents: BTreeMap<u32, u32> =
        processes.filter_map(|it| Some((it, status(it, "PPid")?.parse().ok()?))).collect();
    let descends = |process: u32| {
        std::iter::successors(Some(process), |it| parents.get(it).copied()).any(|it| it == root)
    };
    let is_page = |process: u32| {
        fs::read_to_string(format!("/proc/{process}/cmdline"))
            .is_ok_and(|it| it.contains("--type=renderer"))
    };
    let pages = parents.keys().copied().filter(|it| descends(*it) && is_page(*it));
    Some(pages.filter_map(|it| of(it, "RssAnon")).sum())
}

fn status(process: u32, line: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let found = status.lines().find_map(|it| it.strip_prefix(line)?.strip_prefix(':'))?;
    Some(found.trim().to_owned())
}
