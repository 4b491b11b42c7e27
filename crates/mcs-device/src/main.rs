//! `mcs-device simulate`: a board that is not there.

use std::io::IsTerminal;
use std::time::Duration;

use anyhow::{Result, ensure};
use clap::{Args, Parser, Subcommand};
use mcs_device::{Link, SimulateConfig, simulate};
use mcs_model::{DeviceId, DeviceKey};

/// Device-side tools of MCS Console.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run a board that measures, obeys and updates itself
    Simulate(Simulate),
}

#[derive(Args)]
struct Simulate {
    #[command(flatten)]
    transport: Transport,
    /// The device's id
    #[arg(long)]
    id: DeviceId,
    /// The device's key
    #[arg(long)]
    key: DeviceKey,
    /// Measurements a second
    #[arg(long, default_value_t = 1.0, value_name = "HZ")]
    rate: f64,
    /// Where the board reports its firmware version; by default where the firmware came from
    #[arg(long, value_name = "URL")]
    api: Option<String>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Transport {
    /// Talk MQTT to this broker
    #[arg(long, value_name = "HOST:PORT")]
    mqtt: Option<String>,
    /// Take commands from the Command Server that this REST interface names, and upload there
    #[arg(long, value_name = "URL")]
    command_api: Option<String>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let is_terminal = std::io::stderr().is_terminal();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(is_terminal).init();
    let Command::Simulate(options) = Cli::parse().command;
    tokio::select! {
        failed = simulate(options.config()?) => failed.map(|never| match never {}),
        stop = tokio::signal::ctrl_c() => Ok(stop?),
    }
}

impl Simulate {
    fn config(self) -> Result<SimulateConfig> {
        ensure!(self.rate > 0.0 && self.rate <= 1000.0, "--rate is above 0 and at most 1000");
        let link = match (self.transport.mqtt, self.transport.command_api) {
            (Some(broker), _) => Link::Mqtt { broker },
            (None, Some(api)) => Link::Command { api },
            (None, None) => anyhow::bail!("no transport"),
        };
        Ok(SimulateConfig {
            api: self.api,
            interval: Duration::from_secs_f64(1.0 / self.rate),
            ..SimulateConfig::new(self.id, self.key, link)
        })
    }
}
