//! A simulated board on real sockets, against a cloud that the test plays.

mod cloud;
mod command;
mod firmware;
