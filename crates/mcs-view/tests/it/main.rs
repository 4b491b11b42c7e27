//! The console in a simulated world: a scripted server, the broker double, no screen.

mod accounts;
mod arrivals;
mod connections;
mod control;
mod devices;
mod firmware;
mod frames;
mod functions;
mod historian;
mod history;
mod kept;
mod later;
mod link;
mod messages;
mod prototypes;
mod random;
mod rights;
mod rollouts;
mod sample;
mod setting;
mod site;
mod static_site;
mod trails;
mod vault;
mod waiting;
