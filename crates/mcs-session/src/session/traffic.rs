//! What travels over a link that is in use.

use super::*;
use crate::outbox::Completion;
use crate::subscriptions::Answer;
use crate::{Qos, ReasonCode};

/// Filters in one SUBSCRIBE or UNSUBSCRIBE: few enough for brokers that limit
/// them, many enough to be quick.
const BATCH: usize = 64;

impl Session {
    pub(super) fn received(&mut self, bytes: &[u8]) {
        let Some(wire) = &mut self.wire else { return };
        let mut said = std::mem::take(&mut self.said);
        let Self { names, subscriptions, .. } = self;
        let mut name = |bytes: &[u8]| names.of(bytes, subscriptions).cloned();
        let result = wire.receive(bytes, &mut name, &mut said, &mut self.tx);
        self.last_received = self.now;
        self.tell_traced();
        for received in said.drain(..) {
            self.heard(received);
        }
        self.said = said;
        // The link may have ended by what was said.
        if self.wire.is_none() {
            return;
        }
        match result {
            Ok(()) => self.heard_something(),
            Err(code) => self.end_link(DisconnectReason::Protocol(code)),
        }
    }

    fn heard(&mut self, received: Received) {
        match received {
            Received::Accepted(allowance) => self.accepted(allowance),
            Received::Refused(code) => self.abandon_link(DisconnectReason::Refused(code)),
            Received::Dismissed(code) => self.abandon_link(DisconnectReason::Dismissed(code)),
            Received::Message(message) if self.subscriptions.is_wanted(&message.topic) => {
                self.event(Event::Message(message));
            }
            Received::Wanted(message) => self.event(Event::Message(message)),
            Received::Acknowledged { packet, outcome } => {
                if let Some(id) = self.outbox.answered(packet) {
                    self.complete((id, outcome));
                }
            }
            Received::Subscribed { packet, granted } => {
                match self.subscriptions.answered(packet, &granted) {
                    Some(answers) => self.report(answers),
                    None => {
                        self.abandon_link(DisconnectReason::Protocol(ReasonCode::PROTOCOL_ERROR))
                    }
                }
            }
            Received::Pong => {
                self.timers.cancel(timer::PONG);
            }
            Received::Message(_) | Received::Noted => {}
        }
    }

    /// Any byte proves that the link is alive.
    fn heard_something(&mut self) {
        if self.timers.at(timer::PONG).is_some() {
            self.timers.set(timer::PONG, self.now + self.config.ping_timeout);
        }
        self.rearm_ping();
    }

    /// Sends whatever may be sent.
    pub(super) fn flush(&mut self) {
        if self.state != State::Connected {
            return;
        }
        self.flush_unsubscribes();
        self.flush_subscribes();
        self.flush_messages();
    }

    fn flush_unsubscribes(&mut self) {
        loop {
            let filters = self.subscriptions.next_to_unsubscribe(BATCH);
            let Some(wire) = self.wire.as_mut().filter(|_| !filters.is_empty()) else { return };
            // If this fails, the broker keeps sending what is then dropped here.
            let _ = wire.unsubscribe(&filters, &mut self.tx);
            self.subscriptions.unsubscribed(&filters);
        }
    }

    fn flush_subscribes(&mut self) {
        let mut limit = BATCH;
        loop {
            let filters = self.subscriptions.next_to_subscribe(limit);
            let Some(wire) = self.wire.as_mut().filter(|_| !filters.is_empty()) else { return };
            match wire.subscribe(&filters, &mut self.tx) {
                Ok(packet) => {
                    let deadline = self.now + self.config.request_timeout;
                    self.subscriptions.subscribed(packet, filters, deadline);
                }
                // Perhaps only together they are too large for the broker.
                Err(_) if filters.len() > 1 => limit = filters.len() / 2,
                Err(code) => {
                    let filters: Vec<_> = filters.into_iter().map(|(filter, _)| filter).collect();
                    let refused = self.subscriptions.refuse(&filters, code);
                    self.report(refused);
                }
            }
        }
    }

    fn flush_messages(&mut self) {
        let (Some(wire), Some(allowance)) = (&mut self.wire, self.allowance) else { return };
        let window = usize::from(self.config.max_in_flight.max(1).min(allowance.in_flight));
        if self.outbox.in_flight() >= window && self.outbox.is_abandoned() {
            // Identifiers are never freed on a living link, so a broker that
            // forgets acknowledgements would block all messages for ever.
            return self.abandon_link(DisconnectReason::Stalled);
        }
        while let Some((id, message)) = self.outbox.next() {
            let outcome = if message.qos > allowance.qos {
                Outcome::Refused(ReasonCode::QOS_NOT_SUPPORTED)
            } else if message.retain && !allowance.retain {
                Outcome::Refused(ReasonCode::RETAIN_NOT_SUPPORTED)
            } else if message.qos != Qos::AtMostOnce && self.outbox.in_flight() >= window {
                return;
            } else {
                match wire.publish(message, &mut self.tx) {
                    Ok(None) => Outcome::Sent,
                    Ok(Some(packet)) => {
                        let deadline = self.now + self.config.request_timeout;
                        self.outbox.sent(id, packet, deadline);
                        continue;
                    }
                    Err(code) => Outcome::Refused(code),
                }
            };
            self.outbox.remove_waiting(id);
            self.outputs.push_back(Output::Event(Event::Published { id, outcome }));
        }
    }

    pub(super) fn complete(&mut self, (id, outcome): Completion) {
        self.event(Event::Published { id, outcome });
    }

    pub(super) fn report(&mut self, answers: impl IntoIterator<Item = Answer>) {
        for (id, granted) in answers {
            self.event(Event::Subscribed { id, granted });
        }
    }
}
