//! The server beside its peers: builds everything in release and leaves the rest to `mcs-bench`.

use anyhow::Result;

use crate::{host, shell};

/// The server beside its peers, under the same load: figures into bench/RESULTS.md.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run these scenarios only, and write no file
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Further options of `mcs-bench`, such as `--rounds 1`
    #[arg(last = true)]
    bench: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let mosquitto = host::mosquitto()?;
    println!("── Building in release (some minutes the first time)");
    // One by one: built together they would share their dependencies' features, and the server be another one.
    for package in ["mcs-server", "mcs-server --example broker", "mcs-bench"] {
        shell::run(&mut shell::cargo(&format!("build --release --locked -p {package}")))?;
    }
    println!("── Measuring");
    let release = shell::target().join("release");
    let mut bench = shell::command(release.join("mcs-bench"));
    bench.args(&options.names).args(&options.bench);
    bench.arg("--server").arg(release.join("mcs-server"));
    bench.arg("--broker").arg(release.join("examples/broker"));
    bench.arg("--mosquitto").arg(mosquitto);
    bench.arg("--folder").arg(shell::target().join("bench"));
    match shell::find(&["sqlite3"]) {
        Some(sqlite3) => drop(bench.arg("--sqlite3").arg(sqlite3)),
        None => println!("   without `sqlite3`: the history is not held against plain SQL"),
    }
    if let Some(rustc) = shell::output(shell::command("rustc").arg("--version")) {
        bench.arg("--compiler").arg(rustc);
    }
    if options.names.is_empty() {
        bench.arg("--write").arg(shell::root().join("bench/RESULTS.md"));
    }
    shell::run(&mut bench)
}
