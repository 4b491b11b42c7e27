//! The session in a simulated world.

mod bytes;
mod chunks;
mod connect;
mod cuts;
mod keep_alive;
mod limits;
mod model;
mod publish;
mod resume;
mod subscribe;
mod support;
mod versions;
