//! Broker, Command Server, REST API, history and firmware store in one binary.

pub mod bus;
pub mod edge;
