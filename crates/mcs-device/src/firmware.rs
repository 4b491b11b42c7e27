//! Firmware over the air, as a board sees it (CONTRACT §5): fetch, check, say what runs.

use anyhow::{Context, Result, ensure};
use mcs_digest::Md5;
use mcs_fota::{Notice, Version};
use mcs_model::DeviceId;
use mcs_time::{Backoff, BackoffConfig};
use tokio::time::sleep;

use crate::http::{Api, Download, origin};

/// An image that was fetched and may be started.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// What it is.
    pub(crate) version: Version,
    /// `http://host:port` where it came from.
    pub(crate) origin: String,
}

/// Fetches what a notice names and holds it against its length and MD5.
///
/// The bytes are counted and hashed, not kept: a simulated board has no flash.
pub(crate) async fn fetch(notice: Notice) -> Result<Image> {
    let origin = origin(notice.url())?;
    let mut download = Download::start(notice.url()).await?;
    let mut md5 = Md5::new();
    while let Some(piece) = download.piece().await? {
        md5.update(&piece);
        ensure!(md5.size() <= MAX_IMAGE, "it is longer than {MAX_IMAGE} bytes");
    }
    if let Some(length) = download.length {
        ensure!(md5.size() == length, "{} bytes came, {length} were promised", md5.size());
    }
    let got = md5.finish();
    if let Some(said) = notice.md5() {
        ensure!(got == said, "its MD5 is {got}, the notice says {said}");
    }
    Ok(Image { version: notice.version().clone(), origin })
}

/// Reports the running version, again and again until the server answered.
pub(crate) async fn report(
    api: &Api,
    device: &DeviceId,
    version: &Version,
    seed: u64,
) -> Result<()> {
    let path = format!("/mcs/v2/devices/{device}/firmwares");
    let body = serde_json::json!({ "version": version.as_str() }).to_string();
    let mut backoff = Backoff::new(BackoffConfig::default(), seed);
    loop {
        match api.send("PUT", &path, "application/json", body.clone()).await {
            Ok(answer) if answer.status == 200 => return Ok(()),
            Ok(answer) => {
                let final_word = answer.status < 500;
                ensure!(!final_word, "the server answered {}: {}", answer.status, answer.body);
            }
            Err(error) => {
                tracing::warn!(%device, "the version is not reported yet: {error:#}");
                ensure!(backoff.attempts() < ATTEMPTS, "no server took the report");
            }
        }
        sleep(backoff.next_delay()).await;
    }
}

impl Image {
    /// Where its version is reported.
    pub(crate) fn api(&self, configured: Option<&str>, key: &str) -> Result<Api> {
        Api::new(configured.unwrap_or(&self.origin), key).context("where to report")
    }
}

/// The largest image that is fetched.
const MAX_IMAGE: u64 = 1 << 30;

/// So often a report is tried without an answer.
const ATTEMPTS: u32 = 20;
