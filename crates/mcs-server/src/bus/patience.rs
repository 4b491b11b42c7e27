//! How long the broker waits for a client: for one that is silent, and for one that is gone.

use std::num::{NonZeroU16, NonZeroU32};
use std::sync::Arc;
use std::time::Duration;

use rmqtt::Result;
use rmqtt::codec::types::Publish;
use rmqtt::fitter::{DefaultFitter, Fitter, FitterManager};
use rmqtt::types::{ConnectInfo, Disconnect, FitterType, Id, ListenerConfig};

use super::connect::{is_private, is_scoped};
use super::roster::{Roster, Seat};

/// A session waits for its client as long as both want, unless the client is a stranger or nobody can come back to it:
/// then it ends with the connection, since each that waits costs memory and an open file.
///
/// Everything else is as the listener's configuration says.
pub(super) struct Patience {
    /// For clients with keep alive 0. MQTT 5 clients are told [MQTT-3.1.2-21].
    pub(super) unlimited: Duration,
    /// Knows the strangers.
    pub(super) roster: Arc<Roster>,
}

impl FitterManager for Patience {
    fn create(&self, connect: Arc<ConnectInfo>, id: Id, listener: ListenerConfig) -> FitterType {
        Arc::new(Fit {
            unlimited: u16::try_from(self.unlimited.as_secs()).unwrap_or(u16::MAX),
            seat: id.remote_addr.and_then(|address| self.roster.at(address)),
            nameless: !is_scoped(&id.client_id),
            private: is_private(&id.client_id),
            rest: DefaultFitter::new(connect, id, listener),
        })
    }
}

struct Fit {
    unlimited: u16,
    /// None: the session is from before a restart, so it was worth keeping.
    seat: Option<Arc<Seat>>,
    /// Its client sent no client id, and has no way to come back to this session.
    nameless: bool,
    /// Only this connection ever has the session.
    private: bool,
    rest: DefaultFitter,
}

impl Fitter for Fit {
    /// Takes what the client asked for, puts what MQTT 5 clients are told in its place; in seconds. Answers that the
    /// broker does not mind: most of what a client sends it never sees ([`pipe`](super::pipe)).
    fn keep_alive(&self, keep_alive: &mut u16) -> Result<u16> {
        if *keep_alive == 0 {
            *keep_alive = self.unlimited;
        }
        Ok(0)
    }

    fn max_mqueue_len(&self) -> usize {
        self.rest.max_mqueue_len()
    }

    fn mqueue_rate_limit(&self) -> (NonZeroU32, Duration) {
        self.rest.mqueue_rate_limit()
    }

    fn max_inflight(&self) -> NonZeroU16 {
        self.rest.max_inflight()
    }

    fn session_expiry_interval(&self, disconnect: Option<&Disconnect>) -> Duration {
        // Asked for at CONNECT too, to tell MQTT 5 clients: nobody is gone then.
        let ends = |seat: &Seat| seat.was_a_strangers() || self.private && seat.is_over();
        if self.nameless || self.seat.as_deref().is_some_and(ends) {
            return Duration::ZERO;
        }
        self.rest.session_expiry_interval(disconnect)
    }

    fn message_expiry_interval(&self, publish: &Publish) -> Duration {
        self.rest.message_expiry_interval(publish)
    }

    fn max_client_topic_aliases(&self) -> u16 {
        self.rest.max_client_topic_aliases()
    }

    fn max_server_topic_aliases(&self) -> u16 {
        self.rest.max_server_topic_aliases()
    }
}

/// How long a client with this keep alive may be silent [MQTT-3.1.2-22]; `unlimited` where it asked for no limit.
pub(super) fn silence(keep_alive: u16, unlimited: Duration) -> Duration {
    match keep_alive {
        0 => unlimited,
        seconds => Duration::from_millis(u64::from(seconds) * 1500),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_may_be_silent_one_and_a_half_times_as_long_as_it_says() {
        let unlimited = Duration::from_secs(7);
        for (asked, millis) in [(0, 7_000), (1, 1_500), (60, 90_000), (u16::MAX, 98_302_500)] {
            assert_eq!(silence(asked, unlimited), Duration::from_millis(millis));
        }
    }
}
