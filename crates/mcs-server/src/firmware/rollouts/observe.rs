//! What devices do, as far as it tells how far an update is.

use std::ops::Range;

use anyhow::Result;
use mcs_fota::Reason;
use mcs_fota::rollout::Fact;
use mcs_model::api::DeviceChange;
use mcs_model::{DataPoint, DeviceId, Value};

use super::Fetched;
use crate::app::App;
use crate::firmware::Firmware;
use crate::registry::Device;

impl Firmware {
    /// A device is gone.
    pub(crate) async fn forget(&self, app: &App, device: &DeviceId) {
        self.tell_rollouts(app, device, Fact::Dropped(Reason::Removed)).await;
    }

    /// A device says which version it runs.
    pub(crate) async fn reported(&self, app: &App, device: &DeviceId, version: &str) -> Result<()> {
        self.store.set_firmware_version(device, version).await?;
        app.events.tell(device, DeviceChange::Version(version.to_owned()));
        self.tell_rollouts(app, device, Fact::VersionReported(version.to_owned())).await;
        Ok(())
    }

    /// A device uploaded points: some tell their progress on the channel `status` (CONTRACT §5.4).
    pub(crate) async fn observe(&self, app: &App, device: &Device, points: &[DataPoint]) {
        for point in points.iter().filter(|it| it.channel.as_str() == "status") {
            if let Value::String(text) = &point.value {
                self.tell_rollouts(app, &device.id, Fact::StatusText(text.clone())).await;
            }
        }
    }

    /// The file behind a device's address is being fetched.
    pub(crate) async fn download_began(&self, app: &App, token: &str) {
        if let Some((device, _)) = self.rollouts.of_token(token) {
            self.rollouts.asked(token);
            self.tell_rollouts(app, &device, Fact::DownloadStarted).await;
        }
    }

    /// A piece of it goes out. What is worth telling of it.
    pub(crate) fn download_goes_on(&self, token: &str, piece: &Range<u64>) -> Option<Fetched> {
        self.rollouts.fetched(token, piece)
    }

    /// So much of it has gone out.
    pub(crate) async fn download_is_at(&self, app: &App, token: &str, fetched: Fetched) {
        if let Some((device, _)) = self.rollouts.of_token(token) {
            let fact = match fetched {
                Fetched::All => Fact::DownloadFinished,
                Fetched::Percent(it) => Fact::DownloadProgress(it),
            };
            self.tell_rollouts(app, &device, fact).await;
        }
    }
}
