//! The console without a screen: devices, channels, pending controls, charts, firmware, and the
//! messages between the page and the engine that runs it.

pub mod protocol;
