//! Server and console beside their peers: builds everything in release and leaves the rest to `mcs-bench`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::{host, serve, setup, shell};

/// Server and console beside their peers, under the same load: figures into bench/RESULTS.md.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run these scenarios only, and write their sections
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// A console that is built for release, instead of building it
    #[arg(long, value_name = "DIR")]
    console: Option<PathBuf>,
    /// Further options of `mcs-bench`, such as `--rounds 1`
    #[arg(last = true)]
    bench: Vec<String>,
}

/// The scenarios of the console: they need a browser, and peers from npm.
const CONSOLE: [&str; 5] = ["receive", "screen", "start", "digest", "charts"];

pub(crate) fn run(options: &Options) -> Result<()> {
    let mosquitto = host::mosquitto()?;
    let names = &options.names;
    let with_console = names.is_empty() || names.iter().any(|it| CONSOLE.contains(&it.as_str()));
    let peers = shell::target().join("bench-peers");
    let browser = if with_console { Some(host::browser()?) } else { None };
    if with_console {
        install(&peers)?;
        setup::run()?;
        md5(&peers)?;
    }
    println!("── Building in release (some minutes the first time)");
    // One by one: built together they would share their dependencies' features, and the server be another one.
    for package in ["mcs-server", "mcs-server --example broker", "mcs-bench"] {
        shell::run(&mut shell::cargo(&format!("build --release --locked -p {package}")))?;
    }
    let console = match &options.console {
        Some(folder) => folder.clone(),
        None if with_console => {
            serve::console()?;
            shell::root().join("dist")
        }
        None => shell::root().join("dist"),
    };
    println!("── Measuring");
    let release = shell::target().join("release");
    let mut bench = shell::command(release.join("mcs-bench"));
    bench.args(names).args(&options.bench);
    bench.arg("--server").arg(release.join("mcs-server"));
    bench.arg("--broker").arg(release.join("examples/broker"));
    bench.arg("--mosquitto").arg(mosquitto);
    bench.arg("--console").arg(console).arg("--peers").arg(peers);
    if let Some(browser) = browser {
        bench.arg("--chromium").arg(browser);
    }
    bench.arg("--folder").arg(shell::target().join("bench"));
    match shell::find(&["sqlite3"]) {
        Some(sqlite3) => drop(bench.arg("--sqlite3").arg(sqlite3)),
        None => println!("   without `sqlite3`: the history is not held against plain SQL"),
    }
    if let Some(rustc) = shell::output(shell::command("rustc").arg("--version")) {
        bench.arg("--compiler").arg(rustc);
    }
    if !options.bench.iter().any(|it| it == "--alone") {
        bench.arg("--write").arg(shell::root().join("bench/RESULTS.md"));
    }
    shell::run(&mut bench)
}

/// Puts the loop of ours that the console never runs alone beside the libraries in `folder`.
fn md5(folder: &Path) -> Result<()> {
    let package = "mcs-bench-md5";
    shell::run(&mut shell::cargo(&format!(
        "build --profile wasm-release --locked --target wasm32-unknown-unknown -p {package}"
    )))?;
    let built = shell::target().join("wasm32-unknown-unknown/wasm-release");
    let mut bindgen = shell::command("wasm-bindgen");
    bindgen.args(["--target", "no-modules", "--no-typescript", "--out-dir"]);
    bindgen.arg(folder).arg(built.join("mcs_bench_md5.wasm"));
    shell::run(&mut bindgen)
}

/// Puts the console's peers and their pages into `folder`, at the versions of the lockfile.
fn install(folder: &Path) -> Result<()> {
    if shell::find(&["npm"]).is_none() {
        bail!(
            "npm is missing: the console's peers come from it (install Node.js, or name only scenarios of the server)"
        );
    }
    fs::create_dir_all(folder)?;
    let source = shell::root().join("bench/peers");
    let lock = "package-lock.json";
    let is_new = fs::read(source.join(lock))? != fs::read(folder.join(lock)).unwrap_or_default();
    if is_new || !folder.join("node_modules").exists() {
        for name in ["package.json", lock] {
            fs::copy(source.join(name), folder.join(name))?;
        }
        let mut npm = shell::command("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        shell::run(npm.current_dir(folder))?;
    }
    for entry in fs::read_dir(&source).context("the peers' pages are missing")? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    Ok(())
}
