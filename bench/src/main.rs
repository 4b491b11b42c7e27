//! `mcs-bench`: load on our server and console and on their peers, side by side. `cargo xtask bench` builds and runs it.
//!
//! A scenario starts its subjects, each a process of its own, and lets them take the same load from the same
//! clients in turn, round by round: what else happens on the machine meets them all alike. It fails when anything
//! was lost or refused: there are no figures of a broken run.

mod browser;
mod clock;
mod disk;
mod figures;
#[path = "../../tests/e2e/files.rs"]
mod files;
mod load;
mod process;
mod report;
mod results;
mod scenarios;
mod subjects;

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use clap::Parser;

use results::Results;

/// Load on server and console and on their peers, side by side
#[derive(Parser)]
struct Options {
    /// Scenarios to run; all of them when none is named
    #[arg(value_parser = scenarios::NAMES)]
    names: Vec<String>,
    /// Our server
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
    /// The broker inside of it, alone
    #[arg(long, value_name = "FILE")]
    broker: PathBuf,
    /// A broker that is not ours
    #[arg(long, value_name = "FILE")]
    mosquitto: PathBuf,
    /// What everything was built with, for the results
    #[arg(long, value_name = "TEXT")]
    compiler: Option<String>,
    /// A program that runs SQL on our database
    #[arg(long, value_name = "FILE")]
    sqlite3: Option<PathBuf>,
    /// The console, built for release
    #[arg(long, value_name = "DIR")]
    console: PathBuf,
    /// Pages with the console's peers, and their packages
    #[arg(long, value_name = "DIR")]
    peers: PathBuf,
    /// The browser in which console and peers run
    #[arg(long, value_name = "FILE")]
    chromium: Option<PathBuf>,
    /// Where the subjects keep what they store; emptied first
    #[arg(long, value_name = "DIR")]
    folder: PathBuf,
    /// Write the results there too; when scenarios are named, only their sections
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Leave the peers out, as for a profile
    #[arg(long, conflicts_with = "write")]
    alone: bool,
    /// How often each subject takes each load
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// How long it takes it
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Points of the history
    #[arg(long, default_value_t = 10_000_000)]
    points: usize,
    /// Files that a process may open
    #[arg(skip)]
    files: u64,
}

impl Options {
    /// How long a subject takes a load.
    fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.seconds)
    }

    /// An empty folder.
    fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(folder)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut options = Options::parse();
    // Ten thousand clients are as many open files.
    options.files = rlimit::increase_nofile_limit(u64::MAX)?;
    let mut results = Results::new(preamble(&options).await?);
    for name in scenarios::NAMES {
        if options.names.is_empty() || options.names.iter().any(|it| it == name) {
            let section = scenarios::run(name, &options).await;
            let section = section.with_context(|| format!("the scenario {name} broke"))?;
            results.add(name, section.markdown());
        }
    }
    println!("{}", results.text());
    if let Some(file) = &options.write {
        if !options.names.is_empty() {
            let former = fs::read_to_string(file).unwrap_or_default();
            results = results.within(&former, &scenarios::NAMES);
        }
        fs::write(file, results.text())
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// What the reader has to know, and what took part.
async fn preamble(options: &Options) -> Result<String> {
    let mut versions = vec![
        subjects::version(&options.server, "--version").await?,
        subjects::version(&options.mosquitto, "-h").await?,
    ];
    if let Some(sqlite3) = &options.sqlite3 {
        let version = subjects::version(sqlite3, "--version").await?;
        let number = version.split(' ').next().unwrap_or_default();
        versions.push(format!("sqlite3 {number}"));
    }
    versions.extend(options.compiler.clone());
    let cores = std::thread::available_parallelism()?;
    Ok(format!(
        "# Results\n\n\
         Written by `cargo xtask bench` on {cores} cores: all processes on one machine, over its loopback interface, with \
         files on its disk.\n\
         Versions: {}.\n\n\
         A cell is the **median** of {} rounds (least to most). In each round the subjects take the same load from the \
         same clients one after the other. A ratio is the first column divided by the column before the ratio, the median \
         over the rounds: of rates above 1, of all else below 1 is good for the first. Absolute figures are the \
         machine's; ratios and CPU times hold elsewhere.\n\
         A run in which anything was lost or refused has no figures.\n\
         mcs-server runs as it is shipped, but without its limits on messages and requests a second of one device \
         (`--mqtt-rate 0 --max-device-requests 0`), and all brokers with queues that hold whatever a subscriber has not \
         read yet (`--mqtt-queue`, `max_queued_messages`).\n\n",
        versions.join(", "),
        options.rounds
    ))
}
