//! The broker's questions to the [`Gate`].
//!
//! Where they are asked, and why there (read in rmqtt 0.24):
//!
//! - `ClientAuthenticate` also asks for the topic of the will, since the broker publishes wills unasked,
//!   and for the filters of a session that is about to be resumed, since the broker restores them unasked.
//! - `MessagePublish` is the one place that every message of a client passes, wills included, and that may change it.
//!   It comes before `MessagePublishCheckAcl`, the one place that may refuse.
//!   So the gate is asked in the first, and a verdict other than *deliver* goes on to the second as a message
//!   on a topic of ours that nobody can publish or subscribe to: the broker acknowledges it like any other.
//! - Nobody is a superuser: the broker would not ask at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use rmqtt::codec::types::MQTT_LEVEL_5;
use rmqtt::codec::v5::{PublishAckReason, SubscribeAckReason};
use rmqtt::context::ServerContext;
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType, Type};
use rmqtt::session::{Session, SessionState};
use rmqtt::types::{
    AuthResult, ConnectInfo, From, FromType, Id, LastWill, Publish, PublishAclResult,
    PublishResult, QoS, Subscribe, SubscribeAclResult, SubscribeReturn,
};
use tracing::warn;

use super::roster::{Admitted, Roster, Seat};
use super::{Client, Connect, Forward, Gate, Incoming, Principal, Refusal, Verdict};

/// Asks the gate on the broker's behalf.
#[derive(Clone)]
pub(super) struct Hooks(Arc<Inner>);

struct Inner {
    gate: Arc<dyn Gate>,
    roster: Arc<Roster>,
    broker: ServerContext,
    stopping: AtomicBool,
}

impl Hooks {
    /// Hooks that ask this gate about clients of this roster.
    pub(super) fn new(gate: Arc<dyn Gate>, roster: Arc<Roster>, broker: ServerContext) -> Self {
        Self(Arc::new(Inner { gate, roster, broker, stopping: AtomicBool::new(false) }))
    }

    /// Hangs them into the broker.
    pub(super) async fn register(&self) {
        let register = self.0.broker.extends.hook_mgr().register();
        for hook in [
            Type::ClientAuthenticate,
            Type::ClientConnected,
            Type::ClientDisconnected,
            Type::ClientSubscribeCheckAcl,
            Type::SessionSubscribed,
            Type::SessionUnsubscribed,
            Type::MessagePublish,
            Type::MessagePublishCheckAcl,
        ] {
            register.add(hook, Box::new(self.clone())).await;
        }
        register.start().await;
    }

    /// From now on connections end because the server does: their wills stay unpublished.
    pub(super) fn stop(&self) {
        self.0.stopping.store(true, Ordering::Relaxed);
    }
}

#[async_trait]
impl Handler for Hooks {
    async fn hook(&self, parameter: &Parameter, so_far: Option<HookResult>) -> ReturnType {
        let hooks = &*self.0;
        match parameter {
            Parameter::ClientAuthenticate(connect) => {
                let result = match hooks.admit(connect).await {
                    Ok(()) => AuthResult::Allow(false, None),
                    Err(Refusal::BadCredentials) => AuthResult::BadUsernameOrPassword,
                    Err(Refusal::NotAuthorized) => AuthResult::NotAuthorized,
                };
                (false, Some(HookResult::AuthResult(result)))
            }
            Parameter::ClientConnected(session) => {
                hooks.connected(session).await;
                (true, so_far)
            }
            Parameter::ClientDisconnected(session, _) => {
                if let Some(seat) = seat(session).await {
                    seat.leave();
                }
                if let Some(client) = client(session).await {
                    hooks.gate.disconnected(&client).await;
                }
                (true, so_far)
            }
            Parameter::ClientSubscribeCheckAcl(session, subscribe) => {
                let result = hooks.subscribe(session, subscribe).await;
                (false, Some(HookResult::SubscribeAclResult(result)))
            }
            Parameter::SessionSubscribed(session, subscribe) => {
                if let Some(seat) = seat(session).await {
                    seat.prove();
                }
                if let Some(client) = client(session).await {
                    hooks.gate.subscribed(&client, &subscribe.topic_filter).await;
                }
                (true, so_far)
            }
            Parameter::SessionUnsubscribed(session, unsubscribe) => {
                if let Some(client) = client(session).await {
                    hooks.gate.unsubscribed(&client, &unsubscribe.topic_filter).await;
                }
                (true, so_far)
            }
            Parameter::MessagePublish(Some(session), from, publish) => {
                match hooks.publish(session, from, publish).await {
                    Some(instead) => (false, Some(HookResult::Publish(instead))),
                    None => (true, so_far),
                }
            }
            Parameter::MessagePublishCheckAcl(session, publish) => {
                // No reason string: it would be a hint.
                let result = match &*publish.topic {
                    REFUSED => {
                        PublishResult::reason_code(PublishAckReason::NotAuthorized, None, false)
                    }
                    // For QoS 2 the broker takes every reason but 0 for the end of the handshake.
                    UNHEARD if publish.qos != QoS::ExactlyOnce => {
                        let reason = PublishAckReason::NoMatchingSubscribers;
                        PublishResult::reason_code(reason, None, false)
                    }
                    FAILED => {
                        let reason = PublishAckReason::ImplementationSpecificError;
                        PublishResult::reason_code(reason, None, closes(session, publish).await)
                    }
                    _ => PublishResult::success(),
                };
                (false, Some(HookResult::PublishAclResult(PublishAclResult(result))))
            }
            _ => (true, so_far),
        }
    }
}

impl Inner {
    async fn admit(&self, connect: &ConnectInfo) -> Result<(), Refusal> {
        let id = connect.id();
        let seat = id.remote_addr.and_then(|address| self.roster.at(address));
        // Not through the front.
        let seat = seat.ok_or(Refusal::NotAuthorized)?;

        let asked = Connect {
            connection: seat.connection,
            peer: seat.peer,
            client_id: &seat.client_id,
            user: connect.username().map(|user| &**user),
            password: connect.password().map(|password| &**password),
        };
        let principal = self.gate.authenticate(&asked).await?;
        let client = Arc::new(Client {
            connection: seat.connection,
            principal,
            id: seat.client_id.clone(),
            peer: seat.peer,
        });

        if let Some(will) = connect.last_will() {
            let topic = match &will {
                LastWill::V3(will) => &will.topic,
                LastWill::V5(will) => &will.topic,
            };
            if reserved(topic) || wild(topic) || !self.gate.may_publish(&client, topic).await {
                return Err(Refusal::NotAuthorized);
            }
        }

        let resumed =
            if connect.clean_start() { Vec::new() } else { self.resume(&client, id).await };
        // Once for each connection: a second CONNECT on it never gets here [MQTT-3.1.0-2].
        let _ = seat.admitted.set(Admitted { client, resumed });
        Ok(())
    }

    /// Drops what the client may no longer have from the session that it resumes; answers the filters that stay.
    async fn resume(&self, client: &Client, id: &Id) -> Vec<String> {
        let session = self.broker.extends.shared().await.entry(id.clone()).session();
        let Some(session) = session else { return Vec::new() };
        let Ok(subscriptions) = session.subscriptions().await else { return Vec::new() };
        let mut kept = Vec::new();
        for filter in subscriptions.to_topic_filters().await {
            if self.gate.may_subscribe(client, &filter).await {
                kept.push(filter.to_string());
                continue;
            }
            let router = self.broker.extends.router().await;
            if let Err(error) = router.remove(&filter, session.id.clone()).await {
                warn!(%error, "cannot take a subscription out of the router");
            }
            if let Err(error) = session.subscriptions_remove(&filter).await {
                warn!(%error, "cannot take a subscription out of its session");
            }
        }
        kept
    }

    async fn connected(&self, session: &Session) {
        let seat = session.id.remote_addr.and_then(|address| self.roster.at(address));
        let Some(seat) = seat else { return };
        // The session outlives the connection, and a will needs to know whose it is.
        session.extra_attrs.write().await.insert(SEAT.into(), Arc::clone(&seat));
        let Some(admitted) = seat.admitted.get() else { return };
        if admitted.client.principal != Principal::Device || !admitted.resumed.is_empty() {
            seat.prove();
        }
        self.gate.connected(&admitted.client).await;
        for filter in &admitted.resumed {
            self.gate.subscribed(&admitted.client, filter).await;
        }
    }

    async fn subscribe(&self, session: &Session, subscribe: &Subscribe) -> SubscribeAclResult {
        let filter = &subscribe.topic_filter;
        // `$exclusive/…` and `$limit/…` come without their prefix, and as a limit.
        let special = reserved(filter) || subscribe.opts.limit_subs().is_some();
        let allowed = match client(session).await {
            Some(client) if special => {
                log_reserved(&client, "subscription");
                false
            }
            Some(client) => self.gate.may_subscribe(&client, filter).await,
            None => false,
        };
        if allowed {
            SubscribeReturn::new_success(subscribe.opts.qos(), None)
        } else {
            SubscribeReturn::new_failure(SubscribeAckReason::NotAuthorized)
        }
    }

    /// What the broker handles in place of the message; nothing when it goes on as it is.
    async fn publish(&self, session: &Session, from: &From, publish: &Publish) -> Option<Publish> {
        let will = matches!(from.typ(), FromType::LastWill);
        if will && self.stopping.load(Ordering::Relaxed) {
            return Some(aside(publish, SWALLOWED));
        }
        // None: the will of a session from before a restart. Nobody knows whose it was.
        let Some(client) = client(session).await else { return Some(aside(publish, REFUSED)) };
        if reserved(&publish.topic) {
            log_reserved(&client, "message");
            return Some(aside(publish, REFUSED));
        }
        let message = Incoming {
            topic: &publish.topic,
            payload: &publish.payload,
            qos: publish.qos.value(),
            retain: publish.retain,
            will,
        };
        match self.gate.publish(&client, message).await {
            Verdict::Deliver if wild(&publish.topic) => Some(aside(publish, REFUSED)),
            Verdict::Deliver => None,
            Verdict::Refuse | Verdict::Fail if will => Some(aside(publish, SWALLOWED)),
            Verdict::Fail => Some(aside(publish, FAILED)),
            Verdict::Refuse => Some(aside(publish, REFUSED)),
            Verdict::Replace(instead) => {
                self.replace(session, from, publish, instead).await;
                Some(aside(publish, SWALLOWED))
            }
            Verdict::Unheard(instead) => {
                self.replace(session, from, publish, instead).await;
                Some(aside(publish, UNHEARD))
            }
        }
    }

    async fn replace(
        &self,
        session: &Session,
        from: &From,
        publish: &Publish,
        instead: Vec<Forward>,
    ) {
        for Forward { topic, payload, retain } in instead {
            let mut instead = replaced(publish, topic, payload);
            instead.retain &= retain;
            self.forward(session, from, instead).await;
        }
    }

    async fn forward(&self, session: &Session, from: &From, publish: Publish) {
        let expiry = publish.retain.then(|| session.fitter.message_expiry_interval(&publish));
        if let Err(error) =
            SessionState::forwards(&self.broker, from.clone(), publish, false, expiry).await
        {
            warn!(%error, "cannot forward a message");
        }
    }
}

/// The connection that the session is, or was last.
async fn seat(session: &Session) -> Option<Arc<Seat>> {
    session.extra_attrs.read().await.get::<Arc<Seat>>(SEAT).cloned()
}

/// Who the session belongs to.
async fn client(session: &Session) -> Option<Arc<Client>> {
    seat(session).await?.admitted.get().map(|admitted| Arc::clone(&admitted.client))
}

/// Never with the topic: a key may stand in it.
fn log_reserved(client: &Client, what: &str) {
    warn!(peer = %client.peer, client = ?client.id, "MQTT {what} refused: what begins with $ is the broker's");
}

/// Whether the connection has to close so that the client sends the message again: it waits for an acknowledgement,
/// and its protocol has no negative one.
async fn closes(session: &Session, publish: &Publish) -> bool {
    let v5 = session.connect_info().await.is_ok_and(|it| it.proto_ver() == MQTT_LEVEL_5);
    publish.qos != QoS::AtMostOnce && !v5
}

/// Topics that start with `$` belong to the broker [MQTT-4.7.2-1].
fn reserved(topic: &str) -> bool {
    topic.starts_with('$')
}

/// No message goes to a filter [MQTT-3.3.2-2], though some devices try (CONTRACT §2.4): the gate may replace it.
fn wild(topic: &str) -> bool {
    topic.contains(['+', '#'])
}

/// The message with another topic and payload.
fn replaced(publish: &Publish, topic: String, payload: Bytes) -> Publish {
    let mut publish = publish.clone();
    publish.topic = topic.into();
    publish.payload = payload;
    publish
}

/// Something to acknowledge in place of the message, that reaches nobody.
fn aside(publish: &Publish, topic: &'static str) -> Publish {
    let mut publish = replaced(publish, topic.to_owned(), Bytes::new());
    publish.retain = false;
    publish
}

/// A number as a QoS, the highest at most.
pub(super) fn qos(level: u8) -> QoS {
    match level {
        0 => QoS::AtMostOnce,
        1 => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    }
}

const SEAT: &str = "mcs-seat";

const SWALLOWED: &str = "$mcs/swallowed";

const UNHEARD: &str = "$mcs/unheard";

const REFUSED: &str = "$mcs/refused";

const FAILED: &str = "$mcs/failed";
