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

mod admit;
mod publish;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rmqtt::codec::v5::SubscribeAckReason;
use rmqtt::context::ServerContext;
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType, Type};
use rmqtt::session::Session;
use rmqtt::types::{
    AuthResult, PublishAclResult, QoS, Subscribe, SubscribeAclResult, SubscribeReturn,
};
use tracing::warn;

use super::aside::{self, too_large};
use super::roster::{Roster, Seat};
use super::sessions::Sessions;
use super::{Client, Gate, Limits, Refusal};

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
        if !self.sessions.has_place(session, filter).await {
            let (peer, client) = (client.peer, &client.id);
            warn!(%peer, ?client, "MQTT subscription refused: as many sessions of its device or user are kept as may be");
            return SubscribeReturn::new_failure(SubscribeAckReason::QuotaExceeded);
        }
        SubscribeReturn::new_success(subscribe.opts.qos(), None)
    }
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
