//! The same steps with our server and with mosquitto, and what their clients see. A difference is written down with
//! its reason, so that a change of either side fails.

mod broker;
mod client;
mod connect;
mod delivery;
mod malformed;
mod packet;
mod properties;
mod property;
mod refused;
mod retained;
mod sessions;
mod stage;
mod time;

pub(super) use broker::Ours;
use broker::Pair;
use packet::{Connect, Property, Publish, Subscribe, Version, Will};
