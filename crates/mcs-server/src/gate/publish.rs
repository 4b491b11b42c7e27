//! What becomes of a message whose sender may publish it: presence, history, device, subscribers.

use bytes::Bytes;
use mcs_model::upload::{self, Rules};
use mcs_model::{ChannelId, DataPoint, Topic};
use tracing::Instrument as _;

use crate::app::App;
use crate::bus::{Client, Forward, Incoming, Principal, Verdict};
use crate::ingest::{self, Author};
use crate::registry::Device;

/// Most points in one message to a device's topic.
const MAX_POINTS: usize = 1000;

/// Most characters of a reason string.
const MAX_REASON: usize = 200;

/// A message on a device's topic, and who sent it.
pub(super) struct Publish<'a> {
    pub(super) app: &'a App,
    pub(super) device: &'a Device,
    pub(super) client: &'a Client,
    pub(super) topic: &'a Topic,
    pub(super) message: Incoming<'a>,
}

impl Publish<'_> {
    /// Does everything that the message asks for, and says what becomes of it.
    pub(super) async fn verdict(&self) -> Verdict {
        if self.by_device() {
            self.note_presence();
        }
        // An empty retained message clears what the broker keeps [MQTT-3.3.1-10]; it is no point.
        if self.message.retain && self.message.payload.is_empty() {
            return self.clear().await;
        }
        match self.store().await {
            Ok(points) => self.deliver(&points).await,
            Err(verdict) => verdict,
        }
    }

    fn by_device(&self) -> bool {
        self.client.principal == Principal::Device
    }

    /// A will speaks for a connection that is over.
    fn note_presence(&self) {
        if self.message.will {
            self.app.hub.heard(&self.device.id);
        } else {
            self.app.hub.open_mqtt(&self.device.id, self.client.connection, None);
        }
    }

    async fn clear(&self) -> Verdict {
        let nothing = vec![(self.topic.to_string(), Bytes::new())];
        match self.retain(&nothing).await {
            Ok(()) => Verdict::Replace(forwards(nothing, true)),
            Err(error) => {
                tracing::error!(device = %self.device.id, %error, "a retained message was kept");
                Verdict::Fail
            }
        }
    }

    /// Stores the points of the message that are valid; or says why there are none.
    async fn store(&self) -> Result<Vec<DataPoint>, Verdict> {
        let (app, device, message) = (self.app, self.device, self.message);
        let channel = match self.topic {
            Topic::Channel(_, _, channel) => Some(channel),
            _ => None,
        };
        let rules = Rules { max_points: MAX_POINTS, seconds: app.config.timestamp_seconds };
        let raw = upload::from_mqtt(channel, message.payload, rules);
        let (peer, client) = (self.client.peer, &self.client.id);
        let channel = channel.map(ChannelId::as_str);
        let span = tracing::info_span!("mqtt", %peer, ?client, channel);
        let ingest = ingest::ingest(app, device, raw, message.resent).instrument(span);
        // The store says once that it takes nothing, and why.
        let fail = |error: anyhow::Error| {
            tracing::debug!(device = %device.id, %error, "a message was not stored");
            Verdict::Fail
        };
        let ingested = ingest.await.map_err(fail)?;
        if ingested.points.is_empty() {
            return Err(Verdict::Invalid(reason(ingested.refused)));
        }
        // QoS 0 promises nothing, so nobody waits for the disk.
        if message.qos > 0
            && let Some(pending) = ingested.pending
        {
            pending.committed().await.map_err(fail)?;
        }
        Ok(ingested.points)
    }

    /// Hands stored points to the device and to the broker, in the form that subscribers get.
    async fn deliver(&self, points: &[DataPoint]) -> Verdict {
        let (app, device) = (self.app, self.device);
        let author = if self.by_device() { Author::Device } else { Author::User };
        let undelivered = ingest::command(app, device, points, author).await;
        if self.by_device() {
            app.firmware.observe(app, device, points).await;
        }
        let canonical = ingest::canonical(device, points);
        if self.message.retain
            && let Err(error) = self.retain(&canonical).await
        {
            tracing::error!(device = %device.id, %error, "a retained message was not stored");
            return Verdict::Fail;
        }
        let mut instead = forwards(canonical, true);
        // People ask the server for the last value: nothing has to be kept for them.
        instead.extend(forwards(ingest::keyless(device, points), false));
        if undelivered.is_empty() { Verdict::Replace(instead) } else { Verdict::Unheard(instead) }
    }

    /// The broker keeps retained messages in memory: they have to outlive it.
    async fn retain(&self, messages: &[(String, Bytes)]) -> anyhow::Result<()> {
        for (topic, payload) in messages {
            self.app.store.retain(topic, payload, self.message.qos).await?;
        }
        Ok(())
    }
}

fn forwards(messages: Vec<(String, Bytes)>, retain: bool) -> Vec<Forward> {
    let forward = |(topic, payload)| Forward { topic, payload, retain };
    messages.into_iter().map(forward).collect()
}

/// What is wrong with a message of which nothing is valid: the first reason, as long as a small board may print.
fn reason(refused: Vec<String>) -> String {
    let more = refused.len().saturating_sub(1);
    let mut reason: String = refused.into_iter().next().unwrap_or_default();
    if let Some((end, _)) = reason.char_indices().nth(MAX_REASON) {
        reason.truncate(end);
    }
    if more > 0 {
        reason.push_str(&format!("; and {more} more"));
    }
    reason
}
