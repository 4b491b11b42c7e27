//! The whole product, built and started.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::{setup, shell, split};

#[cfg(test)]
mod tests;

/// Build everything and start the server with its demo.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Further options of `mcs-server serve`, such as `--http 0.0.0.0:8080`
    #[arg(last = true)]
    server: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    setup::run()?;
    console()?;
    println!("── Building the server (some minutes the first time)");
    shell::run(&mut shell::cargo("build --release -p mcs-server"))?;
    println!("── Starting");
    let mut server = shell::command(shell::target().join("release/mcs-server"));
    server.args(["serve", "--demo"]).args(&options.server).stdout(Stdio::piped());
    // The console as it is now, even if the binary was built before there was one.
    server.env("MCS_CONSOLE", shell::root().join("dist"));
    let mut server = start(&mut server)?;
    let output = server.stdout.take().context("the server has no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read what the server says")?;
        match member(&line, "http") {
            Some(http) if line.contains(r#""ready":true"#) => announce(http, &line),
            _ => println!("{line}"),
        }
    }
    let status = server.wait().context("cannot wait for the server")?;
    if !status.success() {
        bail!("the server stopped ({status})");
    }
    println!("── Stopped");
    Ok(())
}

/// Builds the console's static site into `dist`.
pub(crate) fn console() -> Result<()> {
    println!("── Building the console (some minutes the first time)");
    // Setup has put every tool at its version on the path: nothing is left to download.
    let mut trunk = shell::command("trunk");
    trunk.args(["build", "--release", "--offline=true"]).env(split::VARIABLE, "1");
    // Leptos then has one type for all views: a sixth less to download.
    trunk.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg erase_components");
    shell::run(&mut trunk)?;
    split::run(&shell::root().join("dist"))
}

fn announce(http: &str, line: &str) {
    let part = |name| member(line, name).unwrap_or("off");
    println!();
    println!("   MCS Console   http://{http}/");
    println!("   sign in as    demo, password demo");
    println!();
    println!("   MQTT          {}", part("mqtt"));
    println!("   MQTT over ws  {}", part("ws"));
    println!("   Command       {}", part("command"));
    println!("   stop with     Ctrl-C");
    println!();
}

/// The text `name` of a flat JSON object.
fn member<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!(r#""{name}":""#))?;
    Some(rest.split_once('"')?.0)
}

/// Starts the server and passes on every request to stop.
fn start(command: &mut Command) -> Result<Child> {
    // A group of its own: a Ctrl-C of the terminal then reaches the server once, through us.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let server = command.spawn().context("cannot start the server")?;
    let id = server.id().to_string();
    ctrlc::set_handler(move || {
        println!("\n── Stopping");
        // A server that is gone already is what was asked for.
        let _ = Command::new("kill").args(["-TERM", &id]).status();
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(server)
}
