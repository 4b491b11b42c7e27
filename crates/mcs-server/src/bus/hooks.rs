//! The broker's questions to the [`Gate`].
//!
//! Where they are asked, and why there (read in rmqtt 0.24):
//!
//! - `ClientAuthenticate` also asks for the topic of the will, since the broker publishes wills unasked,
//!   and for the filters of a session that is about to be resumed, since the broker restores them unasked.
//! - `MessagePublish` is asked for wills, which the broker publishes by itself. What clients publish goes another way
//!   ([`pipe`](super::pipe)); only what a client sends that has proved nothing gets to the broker, and is refused there.
//! - Nobody is a superuser: the broker would not ask at all.

mod admit;
mod review;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use rmqtt::codec::v5::{PublishAckReason, SubscribeAckReason, ToReasonCode as _};
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType, Type};
use rmqtt::session::Session;
use rmqtt::types::{
    AuthResult, From, FromType, Publish, PublishAclResult, PublishResult, QoS, Reason as Why,
    Subscribe, SubscribeAclResult, SubscribeReturn,
};
use tracing::warn;

use super::publish::{Publisher, log_reserved, replaced, reserved};
use super::roster::{Roster, Seat};
use super::sessions::Sessions;
use super::size::too_large;
use super::wire::Reason;
use super::{Client, Gate, Limits, Refusal};

/// Asks the gate on the broker's behalf.
#[derive(Clone)]
pub(super) struct Hooks(Arc<Inner>);

struct Inner {
    gate: Arc<dyn Gate>,
    roster: Arc<Roster>,
    sessions: Sessions,
    publisher: Publisher,
    stranger: Duration,
    rate: Option<NonZeroU32>,
    stopping: AtomicBool,
}

impl Hooks {
    /// Hooks that ask this gate about clients of this roster.
    pub(super) fn new(
        publisher: Publisher,
        roster: Arc<Roster>,
        sessions: Sessions,
        limits: &Limits,
    ) -> Self {
        let (stranger, rate) = (limits.stranger, limits.rate);
        let gate = Arc::clone(&publisher.gate);
        let stopping = AtomicBool::new(false);
        Self(Arc::new(Inner { gate, roster, sessions, publisher, stranger, rate, stopping }))
    }

    /// Hangs them into the broker.
    pub(super) async fn register(&self) {
        let register = self.0.publisher.broker.extends.hook_mgr().register();
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
            Parameter::ClientDisconnected(session, why) => {
                if let Some(seat) = seat(session).await {
                    seat.leave();
                    seat.closed(reason(why));
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
                if matches!(from.typ(), FromType::LastWill) {
                    hooks.will(session, from, publish).await;
                }
                (false, Some(HookResult::Publish(nothing(publish))))
            }
            Parameter::MessageExpiryCheck(session, _, publish) => {
                // The broker would close the connection over it; this way it is discarded [MQTT-3.1.2-25].
                if too_large(session, publish).await {
                    return (false, Some(HookResult::MessageExpiry));
                }
                (true, so_far)
            }
            Parameter::MessagePublishCheckAcl(..) => {
                // Of a client that has proved nothing. No reason string: it would be a hint.
                let reason = PublishAckReason::NotAuthorized;
                let result = PublishResult::reason_code(reason, None, false);
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

    /// Publishes the will of a client that is gone.
    async fn will(&self, session: &Session, from: &From, publish: &Publish) {
        if self.stopping.load(Ordering::Relaxed) {
            return;
        }
        let seat = seat(session).await;
        // None: the will of a session from before a restart. Nobody knows whose it was.
        let Some((seat, admitted)) = seat.as_ref().and_then(|it| Some((it, it.admitted.get()?)))
        else {
            return;
        };
        let publish = publish.clone();
        // Nobody is left to be told what becomes of it.
        let _ = self.publisher.take(seat, admitted, from.clone(), publish, true).await.await;
    }
}

/// What the broker handles in place of a message that is dealt with: it reaches nobody.
fn nothing(publish: &Publish) -> Publish {
    let mut publish = replaced(publish, NOTHING.to_owned(), Bytes::new());
    publish.retain = false;
    publish
}

/// Why the broker has closed a connection, as far as it tells, and as MQTT 5 says it.
fn reason(why: &Why) -> Reason {
    match why {
        Why::Reasons(all) => all.first().map_or(Reason::UNSPECIFIED, reason),
        Why::ConnectKicked(_) => Reason::TAKEN_OVER,
        why => Reason(why.to_reason_code().into()),
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

/// A number as a QoS, the highest at most.
pub(super) fn qos(level: u8) -> QoS {
    match level {
        0 => QoS::AtMostOnce,
        1 => QoS::AtLeastOnce,
        _ => QoS::ExactlyOnce,
    }
}

const SEAT: &str = "mcs-seat";

/// A topic that nobody can publish or subscribe to.
const NOTHING: &str = "$mcs/nothing";
