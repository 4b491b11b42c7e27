//! `/api`: the console's own calls. Bodies are in `mcs_model::api`.

mod declared;

pub(super) mod account;
pub(super) mod devices;
pub(super) mod firmwares;
pub(super) mod fleet;
pub(super) mod functions;
pub(super) mod people;
pub(super) mod prototypes;
pub(super) mod rollouts;
pub(super) mod series;
pub(super) mod session;
pub(super) mod uploads;
