//! How a board talks to the cloud: one transport or the other, with the same ends.

mod command;
mod mqtt;

use std::convert::Infallible;

use anyhow::Result;
use mcs_model::DataPoint;
use mcs_model::upload::RawPoint;
use tokio::sync::mpsc;

use crate::SimulateConfig;

/// The transport of a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// MQTT over TCP, 5 or 3.1.1.
    Mqtt {
        /// `host:port` of the broker.
        broker: String,
    },
    /// Commands from the Command Server, data points by REST.
    Command {
        /// `http://host:port` of the REST interface.
        api: String,
    },
}

/// What comes from the cloud.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// Commands can arrive from now on.
    Connected,
    /// A point on one of the device's channels.
    Command(RawPoint),
    /// A firmware notice, `timestamp,FOTA,version,MD5,URL` (CONTRACT §5.2).
    Notice(String),
}

/// Keeps the board connected, for ever; an error when the configuration can never work.
pub(crate) async fn run(
    config: &SimulateConfig,
    incoming: mpsc::Sender<Incoming>,
    reports: mpsc::Receiver<DataPoint>,
) -> Result<Infallible> {
    match &config.link {
        Link::Mqtt { broker } => mqtt::run(config, broker, incoming, reports).await,
        Link::Command { api } => command::run(config, api, incoming, reports).await,
    }
}
