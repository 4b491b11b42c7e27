//! A client publishes.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use rmqtt::session::Session;
use rmqtt::types::{From, FromType, Publish};
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::{Inner, log_reserved, reserved, seat, wild};
use crate::bus::aside::{self, FAILED, REFUSED, SWALLOWED, UNHEARD, aside, replaced};
use crate::bus::roster::Admitted;
use crate::bus::{Forward, Incoming, Verdict, sessions};

impl Inner {
    /// What the broker handles in place of the message.
    pub(super) async fn publish(
        &self,
        session: &Session,
        from: &From,
        publish: &Publish,
    ) -> Publish {
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
