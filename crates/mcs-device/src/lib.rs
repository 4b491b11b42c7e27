//! The device side: MQTT, or Command Server and REST; simulated devices.
//!
//! [`simulate`] is a whole board: [`Board`] is what it does, the rest is how it talks.

mod board;
mod clock;
mod firmware;
mod http;
mod link;
mod simulate;

pub use board::Board;
pub use link::Link;
pub use simulate::{SimulateConfig, simulate};
