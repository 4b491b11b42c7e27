//! The built product in a real browser: the server, the console in `dist`, Chromium, mosquitto.
//!
//! The programs come from `CHROMIUM`, `CHROMEDRIVER` and `MOSQUITTO`, or else from the path;
//! `cargo xtask test e2e` sets them and builds the product first. Logs are left in `target/e2e`,
//! pictures of every page in its folder `gallery`.

mod accounts;
mod axe;
mod boards;
mod browser;
mod cards;
mod charts;
mod code;
mod connections;
mod devices;
mod files;
mod firmware;
mod firmware_haste;
mod firmware_large;
mod fleet;
mod flood;
mod frame;
mod function;
mod journey;
mod markup;
mod member;
mod memory;
mod messages;
mod newcomer;
mod operators;
mod pages;
mod process;
mod prototypes;
mod publisher;
mod rollouts;
mod rollouts_many;
mod rollouts_static;
mod rollouts_trust;
mod rollouts_whom;
mod static_site;
mod tap;

use std::path::PathBuf;

/// Where pictures and logs go.
fn output() -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    target.parent().unwrap_or(&target).join("e2e")
}

/// The console as it was built, or as `DIST` names it.
fn dist() -> PathBuf {
    let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../dist");
    std::env::var_os("DIST").map_or_else(|| PathBuf::from(built), PathBuf::from)
}
