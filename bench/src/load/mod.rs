//! Cheap clients, the same for every subject: they share one thread, so that the rest of the machine is the subject's.

pub(crate) mod crowd;
pub(crate) mod fountain;
pub(crate) mod http;
pub(crate) mod mqtt;
pub(crate) mod wire;
