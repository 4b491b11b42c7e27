//! Admin commands without another process.

use std::path::Path;

use clap::Parser as _;
use mcs_server::cli::{Cli, Task};
use serde_json::Value;

/// Runs an admin command on a data folder in this process; answers what it prints.
pub(crate) async fn admin(data: &Path, arguments: &[&str]) -> Value {
    let data = data.to_str().expect("UTF-8");
    let line = [&["mcs-server"], arguments, &["--data", data]].concat();
    match Cli::try_parse_from(line).expect("a command line").run().await.expect("success") {
        Task::Print(answer) => answer,
        Task::Serve(_) => panic!("not an admin command"),
    }
}
