//! The `mcs-server` program.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser as _;
use mcs_server::cli::{Cli, Task};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// What is logged unless `MCS_LOG` says otherwise. Of the broker's sessions nothing: it would tell topics, and
/// device keys are part of them. We say ourselves who is refused.
const LOG: &str = "info,rmqtt=error,rmqtt::session=off";

fn main() -> ExitCode {
    // Before anything is written or any thread runs: device keys are for the owner's eyes only.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    if let Some(ended) = cli.run_functions() {
        return ended.map_or_else(|error| fail(&error), |()| ExitCode::SUCCESS);
    }
    let filter = EnvFilter::try_from_env("MCS_LOG").unwrap_or_else(|_| EnvFilter::new(LOG));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into()),
    };
    match runtime.block_on(run(cli)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("mcs-server: {error:#}");
    ExitCode::FAILURE
}

async fn run(cli: Cli) -> Result<()> {
    let config = match cli.run().await? {
        Task::Print(answer) => {
            println!("{answer}");
            return Ok(());
        }
        Task::Serve(config) => *config,
    };
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Every connection is an open file, and the usual limit is that of an interactive program.
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) if files < config.room.connections as u64 => tracing::warn!(
            files,
            "the system allows fewer open files than the connections that are wanted (ulimit -n)"
        ),
        Ok(_) => {}
        Err(error) => {
            tracing::warn!(%error, "the number of connections stays as limited as it is");
        }
    }
    let server = mcs_server::start(config).await?;
    println!("{}", server.addrs().ready_line()?);
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    server.shutdown().await;
    Ok(())
}
