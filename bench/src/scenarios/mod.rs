//! What is measured, each as a [`Section`] of the results.

mod command;
mod history;
mod ingest;
mod latency;

use anyhow::Result;

use crate::Options;
use crate::report::Section;

/// The names of all scenarios, in the order in which they run.
pub(crate) const NAMES: [&str; 4] = ["ingest", "latency", "command", "history"];

/// Runs one of [`NAMES`].
pub(crate) async fn run(name: &str, options: &Options) -> Result<Section> {
    match name {
        "ingest" => ingest::run(options).await,
        "latency" => latency::run(options).await,
        "command" => command::run(options).await,
        "history" => history::run(options).await,
        _ => anyhow::bail!("there is no scenario {name}"),
    }
}
