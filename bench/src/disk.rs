//! What every promise to have stored something costs at least.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::Result;

use crate::clock;
use crate::figures::{Round, Times};

/// Appends pages to a file in `folder`, and waits for each until it is on the disk.
pub(crate) fn append(folder: &Path) -> Result<Round> {
    let path = folder.join("disk");
    let mut file = File::create(&path)?;
    let mut times = Times::default();
    for _ in 0..PAGES {
        file.write_all(&[7; PAGE])?;
        let begun = clock::now();
        file.sync_data()?;
        times.add(begun.elapsed());
    }
    std::fs::remove_file(path)?;
    let (p50, p99) = times.p50_p99();
    Ok(vec![("p50", p50), ("p99", p99)])
}

const PAGES: usize = 200;

const PAGE: usize = 4096;
