//! The life of a link: from asking for it to learning that it is gone.

use super::*;
use crate::ReasonCode;

impl Session {
    pub(super) fn open_link(&mut self) {
        self.link = LinkId(self.link.0 + 1);
        self.attempt = self.attempt.saturating_add(1);
        self.state = State::Opening;
        self.timers.cancel(timer::RETRY);
        self.timers.set(timer::CONNECT, self.now + self.config.connect_timeout);
        self.event(Event::Connecting { attempt: self.attempt });
        self.outputs.push_back(Output::Open(self.link));
    }

    pub(super) fn link_opened(&mut self) {
        if self.state != State::Opening {
            return;
        }
        let version = self.negotiation.version();
        match Wire::open(version, &self.config, &mut self.tx) {
            Some(wire) => {
                self.wire = Some(wire);
                self.state = State::Handshaking;
            }
            None => self.abandon_link(DisconnectReason::InvalidConfig),
        }
    }

    pub(super) fn accepted(&mut self, allowance: Allowance) {
        let Some(wire) = &mut self.wire else { return };
        let version = wire.version();
        if allowance.resumed {
            self.cut_off.iter().for_each(|packet| wire.reserve(*packet));
        } else {
            self.cut_off.clear();
        }
        self.state = State::Connected;
        self.negotiation.accepted();
        self.allowance = Some(allowance);
        self.timers.cancel(timer::CONNECT);
        self.timers.set(timer::STABLE, self.now + self.config.stable_after);
        self.last_sent = self.now;
        self.last_received = self.now;
        self.rearm_ping();
        self.event(Event::Connected { version });
    }

    pub(super) fn link_closed(&mut self) {
        if matches!(self.state, State::Opening | State::Handshaking | State::Connected) {
            // Nobody is left to read this.
            self.tx.clear();
            self.end_link(DisconnectReason::LinkClosed);
        }
    }

    /// Ends a link that has no further use, with nothing more to say on it.
    pub(super) fn abandon_link(&mut self, reason: DisconnectReason) {
        self.tx.clear();
        self.end_link(reason);
    }

    /// Ends the current link, or the wait for the next one, and decides what
    /// comes then. What is in `tx` is still sent.
    pub(super) fn end_link(&mut self, reason: DisconnectReason) {
        let in_handshake = self.state == State::Handshaking;
        let had_link = self.state != State::Waiting;
        if had_link && reason != DisconnectReason::LinkClosed {
            if !self.tx.is_empty() {
                let bytes = std::mem::take(&mut self.tx);
                self.outputs.push_back(Output::Transmit(self.link, bytes));
            }
            self.outputs.push_back(Output::Close(self.link));
        }
        self.tell_traced();
        self.wire = None;
        self.allowance = None;
        self.timers.cancel_all();
        // Whatever still comes from this link is stale.
        self.state = State::Idle;
        let retry_at = self.retry_at(reason, in_handshake);
        if let Some(at) = retry_at {
            self.state = State::Waiting;
            self.timers.set(timer::RETRY, at);
        }
        self.event(Event::Disconnected { reason, retry_at });
        self.subscriptions.link_ended();
        if !self.config.clean_start {
            self.cut_off.extend(self.outbox.half_received());
        }
        for complete in self.outbox.link_ended() {
            self.complete(complete);
        }
    }

    fn retry_at(&mut self, reason: DisconnectReason, in_handshake: bool) -> Option<Time> {
        let other_version = match reason {
            DisconnectReason::Refused(ReasonCode::UNSUPPORTED_PROTOCOL_VERSION) => {
                self.negotiation.refused()
            }
            DisconnectReason::LinkClosed => self.negotiation.failed(in_handshake),
            _ => self.negotiation.failed(false),
        };
        if other_version {
            return Some(self.now);
        }
        reason.is_transient().then(|| self.now + self.backoff.next_delay())
    }

    /// The connection is stable: the next failure starts over.
    pub(super) fn link_held(&mut self) {
        self.backoff.reset();
        self.attempt = 0;
    }

    pub(super) fn wake(&mut self) {
        match self.state {
            State::Waiting => self.open_link(),
            State::Connected if self.timers.at(timer::PONG).is_none() => self.ping(),
            State::Idle | State::Opening | State::Handshaking | State::Connected => {}
        }
    }

    pub(super) fn ping(&mut self) {
        let Some(wire) = &mut self.wire else { return };
        if let Err(code) = wire.ping(&mut self.tx) {
            return self.abandon_link(DisconnectReason::Protocol(code));
        }
        self.timers.cancel(timer::PING);
        self.timers.set(timer::PONG, self.now + self.config.ping_timeout);
    }

    /// The next ping is due when either direction has been silent for the
    /// keep-alive: a broker has to hear from us, and a link that only swallows
    /// what we send must not go unnoticed.
    pub(super) fn rearm_ping(&mut self) {
        if self.state != State::Connected || self.timers.at(timer::PONG).is_some() {
            return;
        }
        if let Some(interval) = self.ping_interval() {
            self.timers.set(timer::PING, self.last_sent.min(self.last_received) + interval);
        }
    }
}
