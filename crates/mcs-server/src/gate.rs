//! What the broker asks us: who may connect, name a topic, and what becomes of a message.

mod publish;

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use mcs_model::api::{Right, Role};
use mcs_model::rest::no_controller;
use mcs_model::{ChannelId, ConsoleTopic, DeviceId, DeviceKey, Direction, Topic};

use crate::app::App;
use crate::bus::{
    self, Client, Connect, ConnectionId, Decision, Incoming, Principal, Refusal, Verdict,
};
use crate::events;
use crate::registry::{Denied, Device};
use crate::repeats::Repeats;

use publish::Publish;

/// Most bytes of a filter's last level: no channel id is longer, and every filter of a session is kept.
const MAX_LEVEL: usize = 256;

/// What the topics of people's commands begin with.
const COMMANDS: &str = "console/v1/commands/";

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
pub(crate) struct Gate {
    app: Weak<App>,
    /// Clients that do again and again what they may not.
    denials: Repeats<ConnectionId>,
}

impl Gate {
    /// A gate of this application.
    pub(crate) fn new(app: &Arc<App>) -> Self {
        Self { app: Arc::downgrade(app), denials: Repeats::new() }
    }

    /// Whether a client may have what a filter matches; why not, for the log.
    async fn check_filter(&self, principal: &Principal, filter: &str) -> Result<(), Denial> {
        let Principal::User { name } = principal else {
            return self.device_of_filter(filter).await.map(drop);
        };
        let snapshot = self.app()?.registry.snapshot();
        let access = snapshot.access(name).ok_or_else(|| refused("there is no such user"))?;
        if events::NEWS.contains(&filter) {
            return Ok(());
        }
        let levels: Vec<_> = filter.split('/').collect();
        let (["console", "v1", "devices", id] | ["console", "v1", "points", id, _]) = levels[..]
        else {
            if access.role == Role::Admin {
                return Ok(());
            }
            let device = self.device_of_filter(filter).await?;
            return permit(access.to(&device), Right::See);
        };
        if let Some(channel) = levels.get(4).filter(|channel| **channel != "+") {
            channel.parse::<ChannelId>()?;
        }
        if id == "+" {
            return permit(access.sees_all().then_some(Right::See), Right::See);
        }
        let device = self.device_by_id(&id.parse()?).await?;
        permit(access.to(&device), Right::See)
    }

    /// The device whose topics a filter asks for: `mcs/id/key`, and below it one literal level,
    /// `+` or `#`. Or why it is none, for the log.
    async fn device_of_filter(&self, filter: &str) -> Result<Arc<Device>, Denial> {
        let levels: Vec<_> = filter.split('/').collect();
        let (["mcs", id, key] | ["mcs", id, key, _]) = levels[..] else {
            return Err(refused("it is none of a device"));
        };
        if levels.get(3).is_some_and(|level| level.len() > MAX_LEVEL) {
            return Err(refused("no data channel has so long an id"));
        }
        self.device(&id.parse()?, &key.parse()?).await
    }

    /// The device that a client may publish for, and its topic for that; or why it may not, for the log.
    async fn device_of_topic(
        &self,
        client: &Client,
        topic: &str,
    ) -> Result<(Topic, Arc<Device>), Denial> {
        let (topic, device) = match (&client.principal, topic.parse()) {
            (Principal::User { .. }, Ok(ConsoleTopic::Commands(id, channel))) => {
                let device = self.device_by_id(&id).await?;
                (Topic::Channel(id, device.key.clone(), channel), device)
            }
            _ => {
                let topic = Topic::of_publish(topic)?;
                if matches!(topic, Topic::Firmware(..)) {
                    return Err(refused("a firmware notice is the server's own word"));
                }
                let device = self.device(topic.device(), topic.key()).await?;
                (topic, device)
            }
        };
        if let Principal::User { name } = &client.principal {
            permit(self.app()?.registry.snapshot().right(name, &device), Right::Control)?;
        }
        Ok((topic, device))
    }

    async fn device_by_id(&self, id: &DeviceId) -> Result<Arc<Device>, Denial> {
        let device = self.app()?.registry.device(id).await;
        let device = device.map_err(|error| Denial::Broken(format!("{error:#}")))?;
        device.ok_or_else(|| Denial::Refused(Denied::Device(id.clone()).to_string()))
    }

    fn app(&self) -> Result<Arc<App>, Denial> {
        self.app.upgrade().ok_or_else(|| Denial::Broken("the server stops".to_owned()))
    }

    async fn device(&self, id: &DeviceId, key: &DeviceKey) -> Result<Arc<Device>, Denial> {
        self.app()?.registry.authorize(id, key).await.map_err(|denied| match denied {
            Denied::Broken(_) => Denial::Broken(denied.to_string()),
            Denied::Device(_) | Denied::Key(_) => Denial::Refused(denied.to_string()),
        })
    }

    /// Says in the log what a client may not do. Of the topic only the device: the key stands beside it.
    fn log(&self, client: &Client, what: &str, topic: &str, denial: &Denial) {
        let Some(untold) = self.denials.tell(client.connection) else { return };
        let untold = Some(untold).filter(|it| *it > 0);
        let user = match &client.principal {
            Principal::Device => None,
            Principal::User { name } => Some(name),
        };
        let levels: Vec<_> = topic.split('/').collect();
        let device: Option<DeviceId> = match levels[..] {
            ["mcs", id, ..] | ["console", "v1", _, id, ..] => id.parse().ok(),
            _ => None,
        };
        let device = device.as_ref().map(DeviceId::as_str);
        let (peer, client) = (client.peer, &client.id);
        match denial {
            Denial::Refused(why) => {
                tracing::warn!(%peer, ?client, user, device, why, untold, "MQTT {what} refused");
            }
            Denial::Broken(why) => {
                tracing::error!(%peer, ?client, user, device, why, untold, "MQTT {what} not handled");
            }
        }
    }
}

fn refused(why: &str) -> Denial {
    Denial::Refused(why.to_owned())
}

/// Lets through who has at least the right that is wanted.
fn permit(right: Option<Right>, wanted: Right) -> Result<(), Denial> {
    match right {
        Some(right) if right >= wanted => Ok(()),
        Some(_) => Err(refused("the user may only see that device")),
        None => Err(refused("the user may not see that")),
    }
}

#[async_trait]
impl bus::Gate for Gate {
    async fn authenticate(&self, connect: &Connect<'_>) -> Result<Principal, Refusal> {
        let Some(user) = connect.user.filter(|user| !user.is_empty()) else {
            return Ok(Principal::Device);
        };
        let ticket = connect.password.unwrap_or_default();
        let app = self.app.upgrade().ok_or(Refusal::NotAuthorized)?;
        // Who was added, or granted something, a moment ago is known.
        app.refresh_registry().await;
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
        match self.check_filter(&client.principal, filter).await {
            Ok(()) => true,
            Err(denial) => {
                self.log(client, "subscription", filter, &denial);
                false
            }
        }
    }

    async fn may_keep(&self, principal: &Principal, filter: &str) -> bool {
        !matches!(self.check_filter(principal, filter).await, Err(Denial::Refused(_)))
    }

    async fn may_publish(&self, client: &Client, topic: &str) -> bool {
        match self.device_of_topic(client, topic).await {
            Ok(_) => true,
            Err(denial) => {
                self.log(client, "topic", topic, &denial);
                false
            }
        }
    }

    async fn publish(&self, client: &Arc<Client>, message: Incoming<'_>) -> Decision {
        let Some(app) = self.app.upgrade() else { return Verdict::Fail.into() };
        let (topic, device) = match self.device_of_topic(client, message.topic).await {
            Ok(found) => found,
            Err(denial) => {
                self.log(client, "message", message.topic, &denial);
                let verdict = match denial {
                    Denial::Refused(_) => Verdict::Refuse,
                    Denial::Broken(_) => Verdict::Fail,
                };
                return verdict.into();
            }
        };
        // By REST too a command is for a controller.
        if message.topic.starts_with(COMMANDS)
            && let Topic::Channel(_, _, id) = &topic
            && device.prototype.channel(id).is_some_and(|it| it.direction == Direction::Display)
        {
            let why = no_controller(id);
            self.log(client, "command", message.topic, &refused(&why));
            return Verdict::Invalid(why).into();
        }
        let Incoming { qos, retain, .. } = message;
        Publish { app, device, client: Arc::clone(client), topic, qos, retain }.take(message).await
    }

    async fn subscribed(&self, client: &Client, filter: &str) {
        if client.principal == Principal::Device
            && let Ok(device) = self.device_of_filter(filter).await
            && let Some(app) = self.app.upgrade()
        {
            let last = filter.rsplit('/').next();
            let notices = Some(filter).filter(|_| matches!(last, Some("+" | "#" | "FOTA")));
            if app.hub.open_mqtt(&device.id, client.connection, client.peer.ip(), notices) {
                app.firmware.reconnected(&app, &device.id).await;
            }
        }
    }

    async fn unsubscribed(&self, client: &Client, filter: &str) {
        if client.principal == Principal::Device
            && let Ok(device) = self.device_of_filter(filter).await
            && let Some(app) = self.app.upgrade()
        {
            app.hub.mute_mqtt(&device.id, client.connection, filter);
        }
    }

    async fn disconnected(&self, client: &Client) {
        self.denials.forget(&client.connection);
        let Some(app) = self.app.upgrade() else { return };
        app.operators.left(client.connection);
        app.hub.close_mqtt(client.connection);
    }
}
