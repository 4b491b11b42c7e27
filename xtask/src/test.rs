//! Every check that a change must pass, in the order of how soon it can fail.

use anyhow::{Result, bail};

use crate::host::{self, Host};
use crate::steps::Steps;
use crate::{axe, serve, setup, shell, size};

/// Format, lints, native tests, tests in the browser, end to end.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run these steps only
    #[arg(value_parser = STEPS)]
    steps: Vec<String>,
}

const STEPS: [&str; 9] =
    ["setup", "format", "lints", "native", "docs", "wasm", "build", "size", "e2e"];

/// The packages that run in the browser; the others are the workspace's default members.
const WASM: &str = "-p mcs-app -p mcs-engine -p mcs-bench-md5 --target wasm32-unknown-unknown";

/// Builds the server and the device too, which their own tests and the journeys start.
///
/// Every native command selects the same packages: other packages would ask for other features of
/// their dependencies, and have all of them built again.
const NATIVE: &str = "test --locked --lib --bins --tests";

pub(crate) fn run(options: &Options) -> Result<()> {
    let mut steps = Steps::new(&options.steps);
    steps.run("setup", "build tools, browser, broker", || {
        setup::run()?;
        host::ready().map(drop)
    })?;
    steps.run("format", "rustfmt has nothing to change", || cargo("fmt --all -- --check"))?;
    steps.run("lints", "clippy has nothing to say, native and wasm", || {
        cargo("clippy --all-targets --locked -- -D warnings")?;
        cargo("clippy --all-targets --locked --features mcs-server/embed-console -- -D warnings")?;
        // Not among all targets, since it is not run with the native tests.
        cargo("clippy --locked --test e2e -- -D warnings")?;
        cargo(&format!("clippy --locked {WASM} --all-targets -- -D warnings"))?;
        dependencies()
    })?;
    steps.run("native", "unit, scenario, property, interoperability, architecture", || {
        with_host(NATIVE)
    })?;
    steps.run("docs", "examples in the documentation", || cargo("test --locked --doc"))?;
    steps.run("wasm", "in headless Chromium", || with_host(&format!("test --locked {WASM}")))?;
    steps.run("build", "the product", || {
        cargo(&format!("{NATIVE} --no-run"))?;
        serve::console()
    })?;
    steps.run("size", "bytes of the first page", size::check)?;
    steps.run("e2e", "the product in headless Chromium", || {
        axe::ready()?;
        with_host("test --locked --test e2e")
    })?;
    steps.summary();
    Ok(())
}

fn cargo(arguments: &str) -> Result<()> {
    shell::run(&mut shell::cargo(arguments))
}

fn with_host(arguments: &str) -> Result<()> {
    let host: Host = host::ready()?;
    let mut command = shell::cargo(arguments);
    host.apply(&mut command)?;
    // A failed journey tells its steps; where in the test's code is beside the point.
    command.env("RUST_LIB_BACKTRACE", "0");
    shell::run(&mut command)
}

/// Licences and sources of every dependency, where the tool for it is installed.
fn dependencies() -> Result<()> {
    if shell::find(&["cargo-deny"]).is_none() {
        println!("   cargo-deny is not installed: licences and sources are not checked");
        return Ok(());
    }
    if shell::run(&mut shell::cargo("deny --offline check bans licenses sources")).is_err() {
        bail!("a dependency breaks the rules of deny.toml");
    }
    Ok(())
}
