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

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use rmqtt::codec::v5::SubscribeAckReason;
use rmqtt::context::ServerContext;
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType, Type};
use rmqtt::session::Session;
use rmqtt::types::{
    AuthResult, ConnectInfo, From, FromType, Id, LastWill, Publish, PublishAclResult, QoS,
    Subscribe, SubscribeAclResult, SubscribeReturn,
};
use tokio::time::{Instant, sleep};
use tracing::{debug, error, warn};

use super::aside::{self, FAILED, REFUSED, SWALLOWED, UNHEARD, aside, replaced, too_large};
use super::pace::Pace;
use super::roster::{Admitted, Roster, Seat};
use super::sessions::{self, Sessions};
use super::{Client, Connect, Forward, Gate, Incoming, Limits, Principal, Refusal, Verdict};

/// Asks the gate on the broker's behalf.
#[derive(Clone)]
pub(super) struct Hooks(Arc<Inner>);

struct Inner {
    gate: Arc<dyn Gate>,
    roster: Arc<Roster>,
    sessions: Sessions,
    broker: ServerContext,
    stranger: Duration,
    rate: Option<NonZeroU32>,
    stopping: AtomicBool,
}

impl Hooks {
    /// Hooks that ask this gate about clients of this roster.
    pub(super) fn new(
        gate: Arc<dyn Gate>,
        roster: Arc<Roster>,
        sessions: Sessions,
        broker: ServerContext,
        limits: &Limits,
    ) -> Self {
        let (stranger, rate) = (limits.stranger, limits.rate);
        let stopping = AtomicBool::new(false);
        Self(Arc::new(Inner { gate, roster, sessions, broker, stranger, rate, stopping }))
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
            Type::MessageExpiryCheck,
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
                let instead = hooks.publish(session, from, publish).await;
                (false, Some(HookResult::Publish(instead)))
            }
            Parameter::MessageExpiryCheck(session, _, publish) => {
                // The broker would close the connection over it; this way it is discarded [MQTT-3.1.2-25].
                if too_large(session, publish).await {
                    return (false, Some(HookResult::MessageExpiry));
                }
                (true, so_far)
            }
            Parameter::MessagePublishCheckAcl(session, publish) => {
                let result = aside::result(session, publish).await;
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
        let pace = self.rate.map(|rate| Mutex::new(Pace::new(Instant::now(), rate)));
        let takes = match connect {
            ConnectInfo::V5(_, connect) => connect.max_packet_size,
            ConnectInfo::V3(..) => None,
        };
        let _ = seat.admitted.set(Admitted { client, resumed, takes, pace });
        Ok(())
    }

    /// Drops what the client may no longer have from the session that it resumes; answers the filters that stay.
    async fn resume(&self, client: &Client, id: &Id) -> Vec<String> {
        let mut kept = Vec::new();
        let filters = self.sessions.filters(&id.client_id).await;
        for filter in filters.unwrap_or_else(|error| {
            error!(%error, "a session's subscriptions cannot be read");
            Vec::new()
        }) {
            if self.gate.may_subscribe(client, &filter).await {
                kept.push(filter);
            } else if let Err(error) = self.sessions.unsubscribe(&id.client_id, &filter).await {
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
        if !seat.proved() {
            tokio::spawn(show_out(Arc::clone(&seat), self.stranger));
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
        let Some(client) = client(session).await else {
            return SubscribeReturn::new_failure(SubscribeAckReason::NotAuthorized);
        };
        if special {
            log_reserved(&client, "subscription");
        }
        if special || !self.gate.may_subscribe(&client, filter).await {
            return SubscribeReturn::new_failure(SubscribeAckReason::NotAuthorized);
        }
        if client.principal == Principal::Device && !self.sessions.has_place(session, filter).await
        {
            let (peer, client) = (client.peer, &client.id);
            warn!(%peer, ?client, "MQTT subscription refused: as many sessions of its device are kept as may be");
            return SubscribeReturn::new_failure(SubscribeAckReason::QuotaExceeded);
        }
        SubscribeReturn::new_success(subscribe.opts.qos(), None)
    }

    /// What the broker handles in place of the message.
    async fn publish(&self, session: &Session, from: &From, publish: &Publish) -> Publish {
        let will = matches!(from.typ(), FromType::LastWill);
        if will && self.stopping.load(Ordering::Relaxed) {
            return aside(publish, SWALLOWED);
        }
        let seat = seat(session).await;
        let admitted = seat.as_ref().and_then(|seat| Some((seat, seat.admitted.get()?)));
        // None: the will of a session from before a restart. Nobody knows whose it was.
        let Some((seat, admitted)) = admitted else { return aside(publish, REFUSED) };
        let client = &admitted.client;
        if !will {
            slow(admitted).await;
        }
        if reserved(&publish.topic) {
            log_reserved(client, "message");
            return aside(publish, REFUSED);
        }
        let message = Incoming {
            topic: &publish.topic,
            payload: &publish.payload,
            qos: publish.qos.value(),
            retain: publish.retain,
            resent: publish.dup,
            will,
        };
        let verdict = self.gate.publish(client, message).await;
        if !matches!(verdict, Verdict::Refuse | Verdict::Fail) {
            seat.prove();
        }
        let (instead, done) = match verdict {
            Verdict::Deliver if wild(&publish.topic) => return aside(publish, REFUSED),
            Verdict::Deliver => {
                let (topic, payload) = (publish.topic.to_string(), publish.payload.clone());
                (vec![Forward { topic, payload, retain: true }], SWALLOWED)
            }
            Verdict::Invalid(_) | Verdict::Refuse | Verdict::Fail if will => {
                return aside(publish, SWALLOWED);
            }
            Verdict::Invalid(why) => return aside::invalid(publish, why),
            Verdict::Fail => return aside(publish, FAILED),
            Verdict::Refuse => return aside(publish, REFUSED),
            Verdict::Replace(instead) => (instead, SWALLOWED),
            Verdict::Unheard(instead) => (instead, UNHEARD),
        };
        match self.forward(session, from, publish, instead).await {
            Err(_) if !will => aside(publish, FAILED),
            Ok(()) | Err(_) => aside(publish, done),
        }
    }

    /// Publishes these topics and payloads in place of the message.
    ///
    /// Not the broker by itself, not even the message as it is: it would not tell when it cannot be kept.
    async fn forward(
        &self,
        session: &Session,
        from: &From,
        publish: &Publish,
        instead: Vec<Forward>,
    ) -> anyhow::Result<()> {
        for Forward { topic, payload, retain } in instead {
            let mut publish = replaced(publish, topic, payload);
            publish.retain &= retain;
            let expiry = publish.retain.then(|| session.fitter.message_expiry_interval(&publish));
            sessions::forward(&self.broker, from.clone(), publish, expiry).await?;
        }
        Ok(())
    }
}

/// Ends the connection of a client that has proved nothing in time.
async fn show_out(seat: Arc<Seat>, time: Duration) {
    sleep(time).await;
    if seat.is_a_strangers() {
        debug!(peer = %seat.peer, client = ?seat.client_id, "MQTT client closed: it has named no topic with its key");
        seat.close.cancel();
    }
}

/// Waits while the client sends too fast.
async fn slow(admitted: &Admitted) {
    let Some(pace) = &admitted.pace else { return };
    let (wait, first) = pace.lock().unwrap_or_else(PoisonError::into_inner).wait(Instant::now());
    if wait.is_zero() {
        return;
    }
    if first {
        let (peer, client) = (admitted.client.peer, &admitted.client.id);
        warn!(%peer, ?client, "MQTT client slowed down: it sends faster than --mqtt-rate allows; \
            a device that answers its own messages does that");
    }
    sleep(wait).await;
}

/// The connection that the session is, or was last.
pub(super) async fn seat(session: &Session) -> Option<Arc<Seat>> {
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

/// Topics that start with `$` belong to the broker [MQTT-4.7.2-1].
fn reserved(topic: &str) -> bool {
    topic.starts_with('$')
}

/// No message goes to a filter [MQTT-3.3.2-2], though some devices try (CONTRACT §2.4): the gate may replace it.
fn wild(topic: &str) -> bool {
    topic.contains(['+', '#'])
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
