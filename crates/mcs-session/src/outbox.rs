//! Messages that are not complete: waiting for a slot, or for the broker.

use std::sync::Arc;

use mcs_sorted::{Map, Set};
use mcs_time::Time;

use crate::{Offline, Outcome, Publish, PublishError, Qos, RequestId};

/// The outgoing messages of a session, across links.
///
/// Request ids grow in publishing order and so are the queue's order: what
/// returns from a dead link falls back into its old place by itself.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    last_id: u64,
    waiting: Map<RequestId, Request>,
    /// By packet identifier of the current link.
    in_flight: Map<u16, Slot>,
    /// The waiting `KeepLatestPerTopic` message of each topic.
    latest: Map<Arc<str>, RequestId>,
    /// The deadline of every request in `waiting` and `in_flight`.
    deadlines: Set<(Time, RequestId)>,
    bytes: usize,
}

/// How much an [`Outbox`] takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) messages: usize,
    pub(crate) bytes: usize,
}

/// A request that is complete.
pub(crate) type Completion = (RequestId, Outcome);

#[derive(Debug)]
struct Request {
    message: Publish,
    /// From here on it is not worth sending.
    expires_at: Time,
    /// Its entry in `deadlines`: `expires_at`, or later while in flight.
    deadline: Time,
}

/// A packet identifier in use.
#[derive(Debug)]
enum Slot {
    Open(RequestId, Request),
    /// The request is complete, but the broker may still answer: until then,
    /// or until the link ends, the identifier must not be used again.
    Abandoned,
}

impl Outbox {
    /// Queues `message`. Returns its id, and the message that it replaces.
    pub(crate) fn accept(
        &mut self,
        message: Publish,
        expires_at: Time,
        limits: Limits,
    ) -> Result<(RequestId, Option<Completion>), PublishError> {
        let replaced = match message.offline {
            Offline::KeepLatestPerTopic { .. } => self.latest.get(&message.topic).copied(),
            Offline::Drop | Offline::Keep { .. } => None,
        };
        let freed = replaced.and_then(|id| self.waiting.get(&id));
        let freed_bytes = freed.map_or(0, |request| request.message.payload.len());
        let messages = self.len() - usize::from(replaced.is_some());
        let bytes = self.bytes - freed_bytes;
        if messages >= limits.messages || bytes + message.payload.len() > limits.bytes {
            return Err(PublishError::QueueFull);
        }
        let replaced = replaced.map(|id| {
            self.remove_waiting(id);
            (id, Outcome::Superseded)
        });
        let id = self.issue_id();
        self.bytes += message.payload.len();
        self.enqueue(id, Request { message, expires_at, deadline: expires_at });
        Ok((id, replaced))
    }

    /// An id for a message that completes at once.
    pub(crate) fn issue_id(&mut self) -> RequestId {
        self.last_id += 1;
        RequestId(self.last_id)
    }

    /// The oldest waiting message.
    pub(crate) fn next(&self) -> Option<(RequestId, &Publish)> {
        let (id, request) = self.waiting.first_key_value()?;
        Some((*id, &request.message))
    }

    /// The waiting message `id` went out as `packet`, to be acknowledged by
    /// `deadline`.
    pub(crate) fn sent(&mut self, id: RequestId, packet: u16, deadline: Time) {
        let Some(mut request) = self.take_waiting(id) else { return };
        request.deadline = deadline;
        self.deadlines.insert((deadline, id));
        self.in_flight.insert(packet, Slot::Open(id, request));
    }

    /// The waiting message `id` is done with, one way or the other.
    pub(crate) fn remove_waiting(&mut self, id: RequestId) -> bool {
        let Some(request) = self.take_waiting(id) else { return false };
        self.bytes -= request.message.payload.len();
        true
    }

    /// The broker is done with `packet`. Returns the request, unless it was
    /// complete before.
    pub(crate) fn answered(&mut self, packet: u16) -> Option<RequestId> {
        match self.in_flight.remove(&packet)? {
            Slot::Open(id, request) => {
                self.forget(id, &request);
                Some(id)
            }
            Slot::Abandoned => None,
        }
    }

    /// Gives a request up; false if there is none with this id.
    pub(crate) fn cancel(&mut self, id: RequestId) -> bool {
        self.remove_waiting(id) || self.abandon(id)
    }

    /// Completes a request whose deadline has come; call until `None`.
    pub(crate) fn pop_expired(&mut self, now: Time) -> Option<Completion> {
        let (at, id) = *self.deadlines.first()?;
        if at > now {
            return None;
        }
        if self.remove_waiting(id) {
            return Some((id, Outcome::Expired));
        }
        self.abandon(id);
        Some((id, Outcome::Unacknowledged))
    }

    /// The link is gone: what is kept waits again, the rest is complete.
    pub(crate) fn link_ended(&mut self) -> Vec<Completion> {
        let mut complete = Vec::new();
        for slot in std::mem::take(&mut self.in_flight).into_values() {
            let Slot::Open(id, mut request) = slot else { continue };
            self.deadlines.remove(&(request.deadline, id));
            request.deadline = request.expires_at;
            self.enqueue(id, request);
        }
        let waiting: Vec<RequestId> = self.waiting.keys().copied().collect();
        for id in waiting {
            let Some(message) = self.waiting.get(&id).map(|request| &request.message) else {
                continue;
            };
            let outcome = match message.offline {
                Offline::Drop => Outcome::LinkDown,
                Offline::KeepLatestPerTopic { .. }
                    if self.latest.get(&message.topic) != Some(&id) =>
                {
                    Outcome::Superseded
                }
                Offline::Keep { .. } | Offline::KeepLatestPerTopic { .. } => continue,
            };
            self.remove_waiting(id);
            complete.push((id, outcome));
        }
        complete
    }

    /// The packet identifiers under which the broker may wait for the rest of a QoS 2 exchange.
    pub(crate) fn half_received(&self) -> impl Iterator<Item = u16> {
        let is_one = |slot: &Slot| match slot {
            Slot::Open(_, request) => request.message.qos == Qos::ExactlyOnce,
            // Of what it was nothing is left.
            Slot::Abandoned => true,
        };
        self.in_flight.iter().filter(move |(_, slot)| is_one(slot)).map(|(packet, _)| *packet)
    }

    pub(crate) fn next_deadline(&self) -> Option<Time> {
        Some(self.deadlines.first()?.0)
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Packet identifiers in use.
    pub(crate) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    /// Whether every packet identifier in use has been given up.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.in_flight.values().all(|slot| matches!(slot, Slot::Abandoned))
    }

    fn len(&self) -> usize {
        self.deadlines.len()
    }

    fn enqueue(&mut self, id: RequestId, request: Request) {
        if let Offline::KeepLatestPerTopic { .. } = request.message.offline {
            let latest = self.latest.entry(Arc::clone(&request.message.topic)).or_insert(id);
            *latest = id.max(*latest);
        }
        self.deadlines.insert((request.deadline, id));
        self.waiting.insert(id, request);
    }

    fn take_waiting(&mut self, id: RequestId) -> Option<Request> {
        let request = self.waiting.remove(&id)?;
        self.deadlines.remove(&(request.deadline, id));
        if self.latest.get(&request.message.topic) == Some(&id) {
            self.latest.remove(&request.message.topic);
        }
        Some(request)
    }

    fn abandon(&mut self, id: RequestId) -> bool {
        let mut slots = self.in_flight.values_mut();
        let Some(slot) = slots.find(|slot| matches!(slot, Slot::Open(open, _) if *open == id))
        else {
            return false;
        };
        if let Slot::Open(id, request) = std::mem::replace(slot, Slot::Abandoned) {
            self.forget(id, &request);
        }
        true
    }

    fn forget(&mut self, id: RequestId, request: &Request) {
        self.deadlines.remove(&(request.deadline, id));
        self.bytes -= request.message.payload.len();
    }
}
