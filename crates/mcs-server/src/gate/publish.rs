//! What becomes of a message whose sender may publish it: presence, history, device, subscribers.

use std::sync::Arc;

use bytes::Bytes;
use mcs_model::upload::{self, Rules};
use mcs_model::{ChannelId, DataPoint, Topic};
use tracing::Instrument as _;

use crate::app::App;
use crate::bus::{Client, Decision, Forward, Incoming, Principal, Verdict};
use crate::ingest::{self, Author, Ingested, Promise};
use crate::registry::Device;

/// Most points in one message to a device's topic.
const MAX_POINTS: usize = 1000;

/// Most characters of a reason string.
const MAX_REASON: usize = 200;

/// A message on a device's topic, and who sent it.
pub(super) struct Publish {
    pub(super) app: Arc<App>,
    pub(super) device: Arc<Device>,
    pub(super) client: Arc<Client>,
    pub(super) topic: Topic,
    pub(super) qos: u8,
    pub(super) retain: bool,
}

impl Publish {
    /// Queues the points of the message for storing; what else it asks for is done when they are stored.
    pub(super) async fn take(self, message: Incoming<'_>) -> Decision {
        if self.by_device() {
            self.note_presence(message.will);
        }
        // An empty retained message clears what the broker keeps [MQTT-3.3.1-10]; it is no point.
        if message.retain && message.payload.is_empty() {
            return Decision::Pending(Box::pin(async move { self.clear().await }));
        }
        match self.ingest(message).await {
            Ok(ingested) => Decision::Pending(Box::pin(async move { self.rest(ingested).await })),
            Err(verdict) => verdict.into(),
        }
    }

    /// What comes after the points are queued.
    async fn rest(self, ingested: Ingested) -> Verdict {
        if let Some(pending) = ingested.pending
            && let Err(error) = pending.committed().await
        {
            return self.failed(&error);
        }
        self.deliver(&ingested.points).await
    }

    fn by_device(&self) -> bool {
        self.client.principal == Principal::Device
    }

    /// A will speaks for a connection that is over.
    fn note_presence(&self, will: bool) {
        let from = self.client.peer.ip();
        if will {
            self.app.hub.heard(&self.device.id, from);
        } else {
            self.app.hub.open_mqtt(&self.device.id, self.client.connection, from, None);
        }
    }

    async fn clear(&self) -> Verdict {
        let nothing = vec![(self.topic.to_string(), Bytes::new())];
        match self.keep(&nothing).await {
            Ok(()) => Verdict::Replace(forwards(nothing, true)),
            Err(error) => {
                tracing::error!(device = %self.device.id, %error, "a retained message was kept");
                Verdict::Fail
            }
        }
    }

    /// Queues the points of the message that are valid; or says why there are none.
    async fn ingest(&self, message: Incoming<'_>) -> Result<Ingested, Verdict> {
        let (app, device) = (&*self.app, &*self.device);
        let channel = match &self.topic {
            Topic::Channel(_, _, channel) => Some(channel),
            _ => None,
        };
        let rules = Rules { max_points: MAX_POINTS, seconds: app.config.timestamp_seconds };
        let raw = upload::from_mqtt(channel, message.payload, rules);
        let (peer, client) = (self.client.peer, &self.client.id);
        let channel = channel.map(ChannelId::as_str);
        let span = tracing::info_span!("mqtt", %peer, ?client, channel);
        let promise = match self.qos {
            0 => Promise::Nothing,
            _ => Promise::Stored { resent: message.resent },
        };
        let ingest = ingest::ingest(app, device, raw, promise).instrument(span);
        let ingested = ingest.await.map_err(|error| self.failed(&error))?;
        if ingested.points.is_empty() {
            return Err(Verdict::Invalid(reason(ingested.refused)));
        }
        Ok(ingested)
    }

    /// The store says once that it takes nothing, and why.
    fn failed(&self, error: &anyhow::Error) -> Verdict {
        tracing::debug!(device = %self.device.id, %error, "a message was not stored");
        Verdict::Fail
    }

    /// Hands stored points to the device and to the broker, in the form that subscribers get.
    async fn deliver(&self, points: &[DataPoint]) -> Verdict {
        let (app, device) = (&*self.app, &*self.device);
        app.functions.queue(&self.device, points);
        let author = if self.by_device() { Author::Device } else { Author::User };
        let undelivered = ingest::command(app, device, points, author).await;
        if self.by_device() {
            app.firmware.observe(app, device, points).await;
        }
        let canonical = ingest::canonical(device, points);
        if self.retain
            && let Err(error) = self.keep(&canonical).await
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
    async fn keep(&self, messages: &[(String, Bytes)]) -> anyhow::Result<()> {
        for (topic, payload) in messages {
            self.app.store.retain(topic, payload, self.qos).await?;
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
