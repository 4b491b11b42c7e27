//! Durations as seconds. What was stored before as seconds and nanoseconds is read, too.

use core::time::Duration;

use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seconds(u64),
    Parts { secs: u64 },
}

pub(super) fn serialize<S: Serializer>(it: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(it.as_secs())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    // Only texts are that old.
    let secs = if from.is_human_readable() {
        let (Written::Seconds(secs) | Written::Parts { secs }) = Written::deserialize(from)?;
        secs
    } else {
        u64::deserialize(from)?
    };
    Ok(Duration::from_secs(secs))
}
