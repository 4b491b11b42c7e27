//! The vocabulary of MCS: what a device, a channel, a value and a data point are, and how they
//! are written on every wire. Pure data: no clock, no I/O.
//!
//! Types in [`api`] and everything they contain travel as JSON (REST) and in a compact binary form
//! (between page and engine), so they use only serde features that both understand: no flattening,
//! no untagged enums, no skipped fields.

pub mod api;
mod channel;
pub mod check;
pub mod function;
mod id;
mod point;
pub mod prototype_file;
pub mod rest;
mod timestamp;
mod topic;
pub mod upload;
mod value;

pub use channel::{
    Bounds, CategoryOption, Channel, ChannelKind, Direction, GamepadButtons, Prototype, Template,
};
pub use id::{ChannelId, DeviceId, DeviceKey, FirmwareId, IdError, IdRule, ProductId};
pub use point::DataPoint;
pub use timestamp::Timestamp;
pub use topic::{ConsoleTopic, Topic, TopicError};
pub use value::{MAX_IMAGE, MAX_TEXT, RawRef, RawValue, Value, ValueError};
