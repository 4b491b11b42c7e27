//! A gate whose verdict is in the payload.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use mcs_server::bus::{
    Client, Connect, ConnectionId, Decision, Forward, Gate, Incoming, Principal, Refusal, Verdict,
};
use tokio::sync::{Semaphore, mpsc};

use crate::soon;

/// A device that is registered.
pub(crate) const DEVICE: &str = "mcs/DevAAAA1/keyAAAAAAAAAAAA1";

/// The only other one.
pub(crate) const SECOND: &str = "mcs/DevCCCC3/keyCCCCCCCCCCCC3";

/// Knows two devices, and user `ann` with password `secret`.
///
/// A payload `replace X` is replaced by `X` on the device's channel `canonical`, `unheard X` too but nobody
/// whom it is for is there, `swallow` is replaced by nothing,
/// `refuse` is refused, `invalid X` is not valid because of `X`, `fail` could not be kept, `hold` waits for [`TestGate::release`], anything else is delivered.
pub(crate) struct TestGate {
    told: mpsc::UnboundedSender<Event>,
    held: Arc<Semaphore>,
    forbidden: Mutex<Vec<String>>,
}

/// What the gate was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Connected(Client),
    Subscribed(String, String),
    Unsubscribed(String, String),
    Published(String, String, bool),
    Disconnected(String, ConnectionId),
}

/// What the gate was told, in order.
pub(crate) struct Events(mpsc::UnboundedReceiver<Event>);

impl TestGate {
    pub(crate) fn new() -> (Arc<Self>, Events) {
        let (told, events) = mpsc::unbounded_channel();
        (
            Arc::new(Self { told, held: Arc::new(Semaphore::new(0)), forbidden: Mutex::default() }),
            Events(events),
        )
    }

    /// Lets one held message go on.
    pub(crate) fn release(&self) {
        self.held.add_permits(1);
    }

    /// From now on nobody may subscribe to this.
    pub(crate) fn forbid(&self, filter: &str) {
        self.forbidden.lock().expect("no panic").push(filter.to_owned());
    }

    fn tell(&self, event: Event) {
        // The test may not want to know.
        let _ = self.told.send(event);
    }
}

impl Events {
    /// How many messages were published before the event that fits.
    pub(crate) async fn before(&mut self, what: &str, fits: impl Fn(&Event) -> bool) -> u32 {
        let count = std::cell::Cell::new(0);
        self.find(what, |event| {
            let found = fits(event);
            count.set(count.get() + u32::from(!found && matches!(event, Event::Published(..))));
            found
        })
        .await;
        count.get()
    }

    /// The next event that fits, leaving out those before it.
    pub(crate) async fn find(&mut self, what: &str, fits: impl Fn(&Event) -> bool) -> Event {
        soon(what, async {
            loop {
                let event = self.0.recv().await.expect("the gate lives as long as the broker");
                if fits(&event) {
                    return event;
                }
            }
        })
        .await
    }
}

#[async_trait]
impl Gate for TestGate {
    async fn authenticate(&self, connect: &Connect<'_>) -> Result<Principal, Refusal> {
        match (connect.user, connect.password) {
            (None, _) => Ok(Principal::Device),
            (Some("ann"), Some(b"secret")) => Ok(Principal::User { name: "ann".to_owned() }),
            (Some("banned"), _) => Err(Refusal::NotAuthorized),
            (Some(_), _) => Err(Refusal::BadCredentials),
        }
    }

    async fn may_subscribe(&self, client: &Client, filter: &str) -> bool {
        if self.forbidden.lock().expect("no panic").iter().any(|forbidden| forbidden == filter) {
            return false;
        }
        match client.principal {
            Principal::Device => own(filter),
            Principal::User { .. } => filter.starts_with("mcs/") || filter.starts_with("console/"),
        }
    }

    async fn may_keep(&self, _: &Principal, filter: &str) -> bool {
        !self.forbidden.lock().expect("no panic").iter().any(|forbidden| forbidden == filter)
    }

    async fn may_publish(&self, _: &Client, topic: &str) -> bool {
        own(topic)
    }

    async fn publish(&self, client: &Arc<Client>, message: Incoming<'_>) -> Decision {
        let payload = String::from_utf8_lossy(&message.payload[..message.payload.len().min(100)])
            .into_owned();
        self.tell(Event::Published(client.id.clone(), payload.clone(), message.will));
        if !own(message.topic) {
            return Verdict::Refuse.into();
        }
        let verdict = match payload.split_once(' ').unwrap_or((&payload, "")) {
            ("refuse", _) => Verdict::Refuse,
            ("invalid", why) => Verdict::Invalid(why.to_owned()),
            ("fail", _) => Verdict::Fail,
            ("swallow", _) => Verdict::Replace(Vec::new()),
            (how @ ("replace" | "unheard"), with) => {
                let payload = Bytes::copy_from_slice(with.as_bytes());
                let topic = format!("{DEVICE}/canonical");
                let canonical = vec![Forward { topic, payload, retain: true }];
                if how == "replace" {
                    Verdict::Replace(canonical)
                } else {
                    Verdict::Unheard(canonical)
                }
            }
            ("hold", _) => {
                let held = Arc::clone(&self.held);
                return Decision::Pending(Box::pin(async move {
                    held.acquire().await.expect("nobody closes it").forget();
                    Verdict::Deliver
                }));
            }
            _ => Verdict::Deliver,
        };
        verdict.into()
    }

    async fn connected(&self, client: &Client) {
        self.tell(Event::Connected(client.clone()));
    }

    async fn subscribed(&self, client: &Client, filter: &str) {
        self.tell(Event::Subscribed(client.id.clone(), filter.to_owned()));
    }

    async fn unsubscribed(&self, client: &Client, filter: &str) {
        self.tell(Event::Unsubscribed(client.id.clone(), filter.to_owned()));
    }

    async fn disconnected(&self, client: &Client) {
        self.tell(Event::Disconnected(client.id.clone(), client.connection));
    }
}

/// The topic or filter is a device's, or below it.
fn own(topic: &str) -> bool {
    let rest = topic.strip_prefix(DEVICE).or_else(|| topic.strip_prefix(SECOND));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
