//! What is measured, each as a [`Section`] of the results.

mod charts;
mod command;
mod digest;
mod history;
mod ingest;
mod latency;
mod receive;
mod screen;
mod start;

use anyhow::Result;

use crate::Options;
use crate::report::Section;

/// The names of all scenarios, in the order in which they run.
pub(crate) const NAMES: [&str; 9] =
    ["ingest", "latency", "command", "history", "receive", "screen", "start", "digest", "charts"];

/// Runs one of [`NAMES`].
pub(crate) async fn run(name: &str, options: &Options) -> Result<Section> {
    match name {
        "ingest" => ingest::run(options).await,
        "latency" => latency::run(options).await,
        "command" => command::run(options).await,
        "history" => history::run(options).await,
        "charts" => charts::run(options).await,
        "digest" => digest::run(options).await,
        "receive" => receive::run(options).await,
        "screen" => screen::run(options).await,
        "start" => start::run(options).await,
        _ => anyhow::bail!("there is no scenario {name}"),
    }
}
