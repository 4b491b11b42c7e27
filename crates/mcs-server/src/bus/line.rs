//! The messages of one client that are taken and not acknowledged yet, one behind the other.

use std::sync::Arc;

use rmqtt::types::{Publish, QoS};
use tokio::sync::mpsc;

use super::ConnectionId;
use super::flow::Flow;
use super::publish::{Outcome, Taken};
use super::roster::{Admitted, Receipt, Received};
use super::wire::{self, acknowledge};

/// Where messages are put in.
pub(super) struct Steps {
    to: mpsc::UnboundedSender<Step>,
    received: Arc<Received>,
    connection: ConnectionId,
}

/// The messages in their order.
pub(super) struct Line {
    from: mpsc::UnboundedReceiver<Step>,
    /// What is worked on: it goes on where it was when the work is taken up again.
    current: Option<Step>,
    received: Arc<Received>,
    connection: ConnectionId,
    v5: bool,
    /// The client wants to be told why.
    explain: bool,
    /// The largest packet that it takes.
    takes: usize,
}

/// One message, or what a client says of one.
pub(super) struct Step {
    /// What it is acknowledged with.
    answer: Option<u8>,
    id: u16,
    bytes: usize,
    /// QoS 2: it was received before; the first of its kind decides.
    repeated: bool,
    /// QoS 2: it takes the packet id of another one, which was never released.
    replaces: bool,
    /// How many of QoS 2 there are with it.
    received: usize,
    taken: Option<Taken>,
}

/// An empty line, of a client that speaks MQTT 5 or not.
pub(super) fn new(v5: bool, admitted: &Admitted) -> (Steps, Line) {
    let (to, from) = mpsc::unbounded_channel();
    let takes = admitted.takes.map_or(usize::MAX, |takes| takes.get() as usize);
    let (received, connection) = (Arc::clone(&admitted.received), admitted.client.connection);
    let line = Line {
        from,
        current: None,
        received: Arc::clone(&received),
        connection,
        v5,
        explain: admitted.explain,
        takes,
    };
    (Steps { to, received, connection }, line)
}

impl Steps {
    /// A place for a message.
    pub(super) fn step(&self, publish: &Publish) -> Step {
        let id = publish.packet_id.map_or(0, |id| id.get());
        let bytes = publish.topic.len() + publish.payload.len();
        let (mut repeated, mut replaces, mut received) = (false, false, 0);
        if publish.qos == QoS::ExactlyOnce {
            let mut ids = self.received.ids();
            // From an earlier connection only what the client calls a repetition [MQTT-3.3.1-1]: it may have been told
            // that there is no session, and have begun anew.
            repeated = ids.get(&id).is_some_and(|receipt| {
                receipt.connection == self.connection || receipt.stored && publish.dup
            });
            if !repeated {
                let receipt = Receipt { connection: self.connection, stored: false };
                replaces = ids.insert(id, receipt).is_some();
            }
            received = ids.len();
        }
        let answer = match publish.qos {
            QoS::AtMostOnce => None,
            QoS::AtLeastOnce => Some(wire::PUBACK),
            QoS::ExactlyOnce => Some(wire::PUBREC),
        };
        Step { answer, id, bytes, repeated, replaces, received, taken: None }
    }

    /// A message with the rest of its way. Of QoS 2 it is written down that it is stored, before the client knows.
    pub(super) fn publish(&self, step: Step, taken: Taken) -> Step {
        if step.answer != Some(wire::PUBREC) {
            return Step { taken: Some(taken), ..step };
        }
        let (received, id) = (Arc::clone(&self.received), step.id);
        let taken = Box::pin(async move {
            match taken.await {
                Outcome::Done | Outcome::Unheard if received.keep(id).await.is_err() => {
                    Outcome::Failed
                }
                outcome => outcome,
            }
        });
        Step { taken: Some(taken), ..step }
    }

    /// The client has no more use for a packet id of QoS 2.
    pub(super) fn release(&self, id: u16) -> Step {
        let received = Arc::clone(&self.received);
        let taken: Taken = Box::pin(async move {
            received.release(id).await;
            Outcome::Done
        });
        let answer = Some(wire::PUBCOMP);
        let (bytes, repeated, replaces, received) = (0, false, false, 0);
        Step { answer, id, bytes, repeated, replaces, received, taken: Some(taken) }
    }

    /// Puts a message in.
    pub(super) fn take(&self, step: Step, flow: &Flow) {
        flow.enter(step.bytes);
        // The line is there as long as its client.
        let _ = self.to.send(step);
    }
}

impl Step {
    /// Whether nothing is to be done but to acknowledge it [MQTT-4.3.3-10].
    pub(super) fn is_repeated(&self) -> bool {
        self.repeated
    }

    /// The packet id that it takes from another message.
    pub(super) fn replaces(&self) -> Option<u16> {
        self.replaces.then_some(self.id)
    }

    /// Whether the client has more than so many of QoS 2 on the way.
    pub(super) fn is_one_too_many(&self, most: usize) -> bool {
        self.received > most
    }
}

impl Line {
    /// Works until the connection has to end without an acknowledgement, or for ever.
    pub(super) async fn work(&mut self, flow: &Flow) {
        loop {
            if self.current.is_none() {
                self.current = self.from.recv().await;
            }
            // Nobody reads from the client any more, and everything is done.
            let Some(step) = &mut self.current else { return std::future::pending().await };
            let outcome = match &mut step.taken {
                Some(taken) => taken.as_mut().await,
                None => Outcome::Done,
            };
            let Some(step) = self.current.take() else { continue };
            if !self.acknowledge(&step, outcome, flow) {
                return;
            }
        }
    }

    /// Does what is left, for a client that is not told any more.
    pub(super) async fn finish(&mut self, flow: &Flow) {
        self.from.close();
        loop {
            if self.current.is_none() {
                self.current = self.from.recv().await;
            }
            let Some(step) = &mut self.current else { return };
            let outcome = match &mut step.taken {
                Some(taken) => taken.as_mut().await,
                None => Outcome::Done,
            };
            if let Some(step) = self.current.take() {
                self.acknowledge(&step, outcome, flow);
            }
        }
    }

    /// Whether the connection may go on.
    fn acknowledge(&self, step: &Step, outcome: Outcome, flow: &Flow) -> bool {
        let Some(kind) = step.answer else {
            flow.leave(step.bytes, |_| ());
            return true;
        };
        let failed = outcome == Outcome::Failed;
        let (code, why) = match outcome {
            Outcome::Done => (0, None),
            // For QoS 2 a client may take every reason but 0 for the end of the handshake.
            Outcome::Unheard if kind == wire::PUBREC => (0, None),
            Outcome::Unheard => (NO_SUBSCRIBERS, None),
            // No reason string for who may not publish here: it would be a hint.
            Outcome::Refused => (NOT_AUTHORIZED, None),
            Outcome::Invalid(why) => (NOT_VALID, Some(why)),
            Outcome::Failed => (OUR_FAULT, None),
        };
        // Without a negative acknowledgement the handshake goes on, but for what comes again.
        if kind == wire::PUBREC && !step.repeated {
            let mut ids = self.received.ids();
            let receipt = ids.get_mut(&step.id).filter(|it| it.connection == self.connection);
            match receipt {
                Some(_) if failed || self.v5 && code >= 0x80 => drop(ids.remove(&step.id)),
                Some(receipt) => receipt.stored = true,
                None => {}
            }
        }
        if failed && !self.v5 {
            return false;
        }
        // Unless that makes the packet too large for the client [MQTT-3.4.2-2].
        let why = why.filter(|why| self.explain && why.len() + ACK_WITH_REASON <= self.takes);
        flow.leave(step.bytes, |out| {
            acknowledge(out, kind, step.id, if self.v5 { code } else { 0 }, why.as_deref());
        });
        true
    }
}

const NO_SUBSCRIBERS: u8 = 0x10;

const OUR_FAULT: u8 = 0x83;

const NOT_AUTHORIZED: u8 = 0x87;

const NOT_VALID: u8 = 0x99;

/// Bytes of an acknowledgement around its reason string.
const ACK_WITH_REASON: usize = 11;
