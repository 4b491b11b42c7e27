//! Prototypes: those of the server, or in the static setting those that the browser keeps.

mod changes;
mod draft;
mod flow;
mod row;
mod shelf;

pub use changes::{Change, changes};
pub use draft::{Draft, Fields};
pub use row::{KindName, Row};

pub(crate) use flow::Prototypes;

#[cfg(test)]
mod tests;
