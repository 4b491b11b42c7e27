//! What becomes of a client's message: the gate decides, and what goes out in its place goes to the broker.

use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use rmqtt::context::ServerContext;
use rmqtt::types::{From, Publish};
use tokio::time::{Instant, sleep};
use tracing::warn;

use super::roster::{Admitted, Seat};
use super::{Client, Decision, Forward, Gate, Incoming, Verdict, sessions};

/// Takes messages of clients.
#[derive(Clone)]
pub(super) struct Publisher {
    pub(super) gate: Arc<dyn Gate>,
    pub(super) broker: ServerContext,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is stored, and on its way to all who get it.
    Done,
    /// So it is, but whom it is for is not there.
    Unheard,
    /// The client may not publish it.
    Refused,
    /// It is not valid, and why.
    Invalid(String),
    /// It could not be kept.
    Failed,
}

/// The rest of the way of a message that was taken.
pub(super) type Taken = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl Publisher {
    /// Takes a message. What this awaits comes before the client's next message; the rest of the way does not.
    pub(super) async fn take(
        &self,
        seat: &Seat,
        admitted: &Admitted,
        from: From,
        publish: Publish,
        will: bool,
    ) -> Taken {
        if reserved(&publish.topic) {
            log_reserved(&admitted.client, "message");
            return Box::pin(std::future::ready(Outcome::Refused));
        }
        let message = Incoming {
            topic: &publish.topic,
            payload: &publish.payload,
            qos: publish.qos.value(),
            retain: publish.retain,
            resent: publish.dup,
            will,
        };
        let decision = self.gate.publish(&admitted.client, message).await;
        if !matches!(decision, Decision::Made(Verdict::Refuse | Verdict::Fail)) {
            seat.prove();
        }
        let broker = self.broker.clone();
        match decision {
            Decision::Made(verdict) => Box::pin(conclude(broker, from, publish, verdict)),
            Decision::Pending(verdict) => Box::pin(async move {
                let verdict = verdict.await;
                conclude(broker, from, publish, verdict).await
            }),
        }
    }
}

/// Publishes what the verdict says in place of the message.
///
/// Not the broker by itself, not even the message as it is: it would not tell when it cannot be kept.
async fn conclude(
    broker: ServerContext,
    from: From,
    publish: Publish,
    verdict: Verdict,
) -> Outcome {
    let (instead, done) = match verdict {
        Verdict::Deliver if wild(&publish.topic) => return Outcome::Refused,
        Verdict::Deliver => {
            let (topic, payload) = (publish.topic.to_string(), publish.payload.clone());
            (vec![Forward { topic, payload, retain: true }], Outcome::Done)
        }
        Verdict::Replace(instead) => (instead, Outcome::Done),
        Verdict::Unheard(instead) => (instead, Outcome::Unheard),
        Verdict::Invalid(why) => return Outcome::Invalid(why),
        Verdict::Refuse => return Outcome::Refused,
        Verdict::Fail => return Outcome::Failed,
    };
    for Forward { topic, payload, retain } in instead {
        let mut publish = replaced(&publish, topic, payload);
        publish.retain &= retain;
        let expiry = publish.retain.then(|| expiry(&publish));
        if sessions::forward(&broker, from.clone(), publish, expiry).await.is_err() {
            return Outcome::Failed;
        }
    }
    done
}

/// How long a retained message is kept: until it is replaced, unless its sender says otherwise.
fn expiry(publish: &Publish) -> Duration {
    let asked = publish.properties.as_ref().and_then(|it| it.message_expiry_interval);
    Duration::from_secs(asked.map_or(0, NonZeroU32::get).into())
}

/// The message with another topic and payload, and with a place for what MQTT 5 subscribers are told: from an MQTT 3
/// client it comes without, and the broker would leave out subscription identifiers, and a topic where it had meant to
/// name its alias.
pub(super) fn replaced(publish: &Publish, topic: String, payload: Bytes) -> Publish {
    let mut publish = publish.clone();
    publish.properties.get_or_insert_default();
    publish.topic = topic.into();
    publish.payload = payload;
    publish
}

/// Waits while the client sends too fast.
pub(super) async fn slow(admitted: &Admitted) {
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

/// Never with the topic: a key may stand in it.
pub(super) fn log_reserved(client: &Client, what: &str) {
    warn!(peer = %client.peer, client = ?client.id, "MQTT {what} refused: what begins with $ is the broker's");
}

/// Topics that start with `$` belong to the broker [MQTT-4.7.2-1].
pub(super) fn reserved(topic: &str) -> bool {
    topic.starts_with('$')
}

/// No message goes to a filter [MQTT-3.3.2-2], though some devices try (CONTRACT §2.4): the gate may replace it.
pub(super) fn wild(topic: &str) -> bool {
    topic.contains(['+', '#'])
}
