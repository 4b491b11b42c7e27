//! Broker, Command Server, REST API, history and firmware store in one binary.
//!
//! Raw bytes come in by MQTT (`gate`) or REST (`http`); one normaliser (`ingest`) holds them against
//! the device's prototype (`registry`) and stores them (`store`); what is for a device goes out
//! through the Command Server (`hub`, `command`) and the [`bus`].

mod accept;
mod access;
mod app;
pub mod bus;
pub mod cli;
mod clock;
mod command;
pub mod config;
mod console;
mod demo;
pub mod edge;
mod events;
mod firmware;
mod flood;
mod functions;
mod gate;
mod http;
mod hub;
mod ingest;
mod metrics;
mod net;
mod operators;
mod programs;
mod random;
mod registry;
mod repeats;
pub mod retention;
mod server;
mod store;
pub mod tls;
mod upkeep;

pub use config::Config;
pub use server::{Addrs, Server, start};
