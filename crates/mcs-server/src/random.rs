//! Secrets and identifiers from the operating system's generator, and what is stored of a secret.

use std::fmt::Write as _;

use mcs_model::{DeviceId, DeviceKey};
use sha2::{Digest as _, Sha256};

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// 256 random bits as 64 lower-case hex digits.
pub(crate) fn token() -> anyhow::Result<String> {
    let mut bytes = [0; 32];
    fill(&mut bytes)?;
    let mut token = String::with_capacity(64);
    for byte in bytes {
        write!(token, "{byte:02x}")?;
    }
    Ok(token)
}

/// `prefix` and random letters and digits, `len` characters in all.
pub(crate) fn id(prefix: &str, len: usize) -> anyhow::Result<String> {
    let mut id = prefix.to_owned();
    while id.len() < len {
        let mut bytes = [0; 32];
        fill(&mut bytes)?;
        // 248 is the greatest multiple of 62 in a byte: every character is equally likely.
        let fair = bytes.iter().filter(|byte| **byte < 248);
        id.extend(fair.map(|byte| char::from(ALPHANUMERIC[usize::from(byte % 62)])));
    }
    id.truncate(len.max(prefix.len()));
    Ok(id)
}

/// The id of a new device (CONTRACT §0.3).
pub(crate) fn device_id() -> anyhow::Result<DeviceId> {
    Ok(id("D", 8)?.parse()?)
}

/// A new device's key, or a device's new one (CONTRACT §0.3).
pub(crate) fn device_key() -> anyhow::Result<DeviceKey> {
    Ok(id("", 16)?.parse()?)
}

/// What is stored of a secret that was made here. It is random, so one round of SHA-256 is enough to
/// make a stolen table useless; and a look-up by the hash tells by its time nothing about the secret.
pub(crate) fn digest(secret: &[u8]) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

fn fill(bytes: &mut [u8]) -> anyhow::Result<()> {
    getrandom::fill(bytes).map_err(|error| anyhow::anyhow!("no randomness: {error}"))
}
