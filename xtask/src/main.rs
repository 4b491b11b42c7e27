//! `cargo xtask`: serve, test, measure and package the product.
//!
//! Everything that a fresh machine with Rust and git lacks is installed on the way.

mod axe;
mod bench;
mod compact;
mod dist;
mod host;
mod serve;
mod setup;
mod shell;
mod size;
mod split;
mod steps;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Serve, test, measure and package MCS Console.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install the pinned build tools
    Setup,
    /// Build everything and start the server with its demo
    Serve(serve::Options),
    /// Format, lints, native tests, tests in the browser, end to end
    Test(test::Options),
    /// The server beside its peers, under the same load
    Bench(bench::Options),
    /// What the console weighs, its first page and everything; fails above the budgets
    Size,
    /// Release binaries and the static site, into target/dist
    Dist,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Setup => setup::run(),
        Task::Serve(options) => serve::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Size => size::run(),
        Task::Dist => dist::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n── {error:#}");
            ExitCode::FAILURE
        }
    }
}
