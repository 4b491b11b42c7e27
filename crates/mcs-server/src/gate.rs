//! What the broker asks us: who may connect, name a topic, and what becomes of a message.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use bytes::Bytes;
use mcs_model::api::Role;
use mcs_model::upload::{self, Rules};
use mcs_model::{DeviceId, DeviceKey, Topic};

use crate::app::App;
use crate::bus::{self, Client, Connect, Incoming, Principal, Refusal, Verdict};
use crate::registry::{Denied, Device};
use crate::{events, ingest};

/// Most points in one message to a device's topic.
const MAX_POINTS: usize = 1000;

/// Why a client may not have or publish to a topic: for the log.
enum Denial {
    /// It is not the client's to name.
    Refused(String),
    /// We cannot know.
    Broken(String),
}

impl<E: std::error::Error> From<E> for Denial {
    fn from(error: E) -> Self {
        Self::Refused(error.to_string())
    }
}

/// The server's answers. It does not keep the application alive, which itself holds the broker.
pub(crate) struct Gate(Weak<App>);

impl Gate {
    /// A gate of this application.
    pub(crate) fn new(app: &Arc<App>) -> Self {
        Self(Arc::downgrade(app))
    }

    /// The device whose topics a filter asks for: `mcs/id/key`, and below it one literal level,
    /// `+` or `#`. Or why it is none, for the log.
    async fn device_of_filter(&self, filter: &str) -> Result<Arc<Device>, Denial> {
        let levels: Vec<_> = filter.split('/').collect();
        let (["mcs", id, key] | ["mcs", id, key, _]) = levels[..] else {
            return Err(Denial::Refused("it is none of a device".to_owned()));
        };
        self.device(&id.parse()?, &key.parse()?).await
    }

    /// The device that a client may publish for, or why it may not, for the log.
    async fn device_of_topic(
        &self,
        client: &Client,
        topic: &str,
    ) -> Result<(Topic, Arc<Device>), Denial> {
        if let Principal::User { role: Role::Viewer, .. } = client.principal {
            return Err(Denial::Refused("a viewer changes nothing".to_owned()));
        }
        // Some devices publish to the filter that they subscribe to, and name the channel in the payload
        // (CONTRACT §2.4).
        let topic: Topic = topic.strip_suffix("/+").unwrap_or(topic).parse()?;
        if matches!(topic, Topic::Firmware(..)) {
            return Err(Denial::Refused("a firmware notice is the server's own word".to_owned()));
        }
        let device = self.device(topic.device(), topic.key()).await?;
        Ok((topic, device))
    }

    async fn device(&self, id: &DeviceId, key: &DeviceKey) -> Result<Arc<Device>, Denial> {
        let app = self.0.upgrade().ok_or_else(|| Denial::Broken("the server stops".to_owned()))?;
        app.registry.authorize(id, key).await.map_err(|denied| match denied {
            Denied::Broken(_) => Denial::Broken(denied.to_string()),
            Denied::Device(_) | Denied::Key(_) => Denial::Refused(denied.to_string()),
        })
    }
}

/// Says in the log what a client may not do. Of the topic only the device: the key stands beside it.
fn log_denial(client: &Client, what: &str, topic: &str, denial: &Denial) {
    let user = match &client.principal {
        Principal::Device => None,
        Principal::User { name, .. } => Some(name),
    };
    let device: Option<DeviceId> =
        topic.strip_prefix("mcs/").and_then(|rest| rest.split('/').next()?.parse().ok());
    let device = device.as_ref().map(DeviceId::as_str);
    let (peer, client) = (client.peer, &client.id);
    match denial {
        Denial::Refused(why) => {
            tracing::warn!(%peer, ?client, user, device, why, "MQTT {what} refused");
        }
        Denial::Broken(why) => {
            tracing::error!(%peer, ?client, user, device, why, "MQTT {what} not handled");
        }
    }
}

#[async_trait]
impl bus::Gate for Gate {
    async fn authenticate(&self, connect: &Connect<'_>) -> Result<Principal, Refusal> {
        let Some(user) = connect.user.filter(|user| !user.is_empty()) else {
            return Ok(Principal::Device);
        };
        let ticket = connect.password.unwrap_or_default();
        let app = self.0.upgrade().ok_or(Refusal::NotAuthorized)?;
        match app.operators.admit(connect.connection, user, ticket).await {
            Ok(Some(session)) => Ok(Principal::User { name: session.user }),
            Ok(None) => {
                tracing::warn!(peer = %connect.peer, user, "MQTT refused: no such ticket");
                Err(Refusal::BadCredentials)
            }
            Err(error) => {
                tracing::error!(%error, "the sessions cannot be read");
                Err(Refusal::NotAuthorized)
            }
        }
    }

    async fn may_subscribe(&self, client: &Client, filter: &str) -> bool {
        if let Principal::User { role, .. } = &client.principal {
            let one = filter.strip_prefix(events::TOPIC);
            let events = one.is_some_and(|level| level == "+" || level.parse::<DeviceId>().is_ok());
            if events || *role == Role::Admin {
                return true;
            }
        }
        match self.device_of_filter(filter).await {
            Ok(_) => true,
            Err(denial) => {
                log_denial(client, "subscription", filter, &denial);
                false
            }
        }
    }

    async fn may_publish(&self, client: &Client, topic: &str) -> bool {
        match self.device_of_topic(client, topic).await {
            Ok(_) => true,
            Err(denial) => {
                log_denial(client, "will", topic, &denial);
                false
            }
        }
    }

    async fn publish(&self, client: &Client, message: Incoming<'_>) -> Verdict {
        let Some(app) = self.0.upgrade() else { return Verdict::Fail };
        let (topic, device) = match self.device_of_topic(client, message.topic).await {
            Ok(found) => found,
            Err(denial) => {
                log_denial(client, "message", message.topic, &denial);
                return match denial {
                    Denial::Refused(_) => Verdict::Refuse,
                    Denial::Broken(_) => Verdict::Fail,
                };
            }
        };
        if client.principal == Principal::Device {
            app.hub.heard(&device.id);
            if !message.will {
                app.hub.open_mqtt(&device.id, client.connection, None);
            }
        }
        // An empty retained message clears what the broker keeps [MQTT-3.3.1-10]; it is no point.
        if message.retain && message.payload.is_empty() {
            let nothing = [(message.topic.to_owned(), Bytes::new())];
            return match retain(&app, &nothing, message.qos).await {
                Ok(()) => Verdict::Deliver,
                Err(error) => {
                    tracing::error!(device = %device.id, %error, "a retained message was kept");
                    Verdict::Fail
                }
            };
        }
        let channel = match &topic {
            Topic::Channel(_, _, channel) => Some(channel),
            _ => None,
        };
        let rules = Rules { max_points: MAX_POINTS, seconds: false };
        let raw = upload::from_mqtt(channel, message.payload, rules);
        let ingested = match ingest::ingest(&app, &device, raw).await {
            Ok(ingested) if ingested.points.is_empty() => return Verdict::Refuse,
            Ok(ingested) => ingested,
            Err(error) => {
                tracing::error!(device = %device.id, %error, "a message was not stored");
                return Verdict::Fail;
            }
        };
        // QoS 0 promises nothing, so nobody waits for the disk.
        if message.qos > 0
            && let Some(pending) = ingested.pending
            && let Err(error) = pending.committed().await
        {
            tracing::error!(device = %device.id, %error, "a message was not stored");
            return Verdict::Fail;
        }
        let undelivered = ingest::command(&app, &device, &ingested.points).await;
        if client.principal == Principal::Device {
            app.firmware.observe(&app, &device, &ingested.points).await;
        }
        let canonical = ingest::canonical(&device, &ingested.points);
        if message.retain
            && let Err(error) = retain(&app, &canonical, message.qos).await
        {
            tracing::error!(device = %device.id, %error, "a retained message was not stored");
            return Verdict::Fail;
        }
        if undelivered.is_empty() {
            Verdict::Replace(canonical)
        } else {
            Verdict::Unheard(canonical)
        }
    }

    async fn subscribed(&self, client: &Client, filter: &str) {
        if client.principal == Principal::Device
            && let Ok(device) = self.device_of_filter(filter).await
            && let Some(app) = self.0.upgrade()
        {
            let last = filter.rsplit('/').next();
            let notices = Some(filter).filter(|_| matches!(last, Some("+" | "#" | "FOTA")));
            if app.hub.open_mqtt(&device.id, client.connection, notices) {
                app.firmware.reconnected(&app, &device.id).await;
            }
        }
    }

    async fn unsubscribed(&self, client: &Client, filter: &str) {
        if client.principal == Principal::Device
            && let Ok(device) = self.device_of_filter(filter).await
            && let Some(app) = self.0.upgrade()
        {
            app.hub.mute_mqtt(&device.id, client.connection, filter);
        }
    }

    async fn disconnected(&self, client: &Client) {
        let Some(app) = self.0.upgrade() else { return };
        app.operators.left(client.connection);
        let gone = app.hub.close_mqtt(client.connection);
        app.remember_seen(&gone).await;
    }
}

/// The broker keeps retained messages in memory: they have to outlive it.
async fn retain(app: &App, messages: &[(String, Bytes)], qos: u8) -> anyhow::Result<()> {
    for (topic, payload) in messages {
        app.store.retain(topic, payload, qos).await?;
    }
    Ok(())
}
