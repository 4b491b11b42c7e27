//! Firmware over the air, without sockets and clocks.
//!
//! - [`Notice`]: the one line that tells a device to fetch a firmware (CONTRACT §5.2).
//! - [`Version`]: what stands in it and what the device reports afterwards.
//! - [`Push`]: how far one firmware is on its way to one device.
//! - [`Manifest`]: what somebody vouches for with a key.
//! - [`Rollout`]: one firmware on its way to many devices, in waves.
//!
//! A device of MCS has one standard answer to a notice: it reports its version when it runs
//! (CONTRACT §5.4). Everything else that is known of its progress is a hint; only that report
//! makes a push *updated*.

pub mod manifest;
mod notice;
mod push;
pub mod rollout;
mod version;

pub use manifest::{KeyId, Manifest, ManifestError, TrustedKey, Vouched};
pub use notice::{Notice, NoticeError};
pub use push::{Input, Output, Push, Reason, Terms, Unreachable};
pub use rollout::Rollout;
pub use version::{Version, VersionError};
