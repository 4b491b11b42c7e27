//! One of the two brokers, and what the clients there see.

use std::cell::RefCell;
use std::net::SocketAddr;

use super::client::Client;
use super::packet::{Connect, Version};

/// What every message begins with: a point of a device whose clock stands still. Our server takes nothing else, and
/// mosquitto does not care.
const TIME: &str = "1432538716989";

/// One broker.
///
/// Steps write topics as levels below a device's, such as `a` and `+`; behind `=` they are as they stand. A payload is
/// the value of a point on that channel.
pub(super) struct Stage {
    pub(super) broker: &'static str,
    address: SocketAddr,
    topics: String,
    seen: RefCell<Vec<String>>,
}

impl Stage {
    pub(super) fn new(broker: &'static str, address: SocketAddr, topics: &str) -> Self {
        Self { broker, address, topics: topics.to_owned(), seen: RefCell::default() }
    }

    pub(super) fn seen(self) -> Vec<String> {
        self.seen.into_inner()
    }

    /// Something that a client found out.
    pub(super) fn notes(&self, what: impl Into<String>) {
        self.seen.borrow_mut().push(what.into());
    }

    /// A client that is let in.
    pub(super) async fn client(&self, name: &'static str, version: Version) -> Client<'_> {
        self.connects(name, Connect::new(version, name)).await
    }

    /// The same, by a CONNECT of its own.
    pub(super) async fn connects(&self, name: &'static str, connect: Connect) -> Client<'_> {
        let mut client = self.dials(name, connect.version).await;
        let (code, _, _) = client.connects(connect).await.expect("an answer");
        assert_eq!(code, 0, "{name} is let in by {}", self.broker);
        client
    }

    /// The same, and whether it is let in and has a session is seen.
    pub(super) async fn tries(&self, name: &'static str, connect: Connect) -> Client<'_> {
        let mut client = self.dials(name, connect.version).await;
        match client.connects(connect).await {
            Some((code, present, _)) => {
                let present = if present { ", session present" } else { "" };
                client.sees(&format!("CONNACK {code:#04x}{present}"));
            }
            None => client.sees("closed"),
        }
        client
    }

    /// A connection without a CONNECT.
    pub(super) async fn dials(&self, name: &'static str, version: Version) -> Client<'_> {
        Client::dial(self, self.address, name, version).await
    }

    /// A topic or filter as it is on the wire.
    pub(super) fn topic(&self, short: &str) -> String {
        if let Some(whole) = short.strip_prefix('=') {
            whole.to_owned()
        } else if let Some(shared) = short.strip_prefix("$share/") {
            let (group, level) = shared.split_once('/').expect("a group and a filter");
            format!("$share/{group}/{}/{level}", self.topics)
        } else if short.is_empty() {
            String::new()
        } else {
            format!("{}/{short}", self.topics)
        }
    }

    /// A client id that no other steps use.
    pub(super) fn client_id(&self, short: &str) -> String {
        let device = self.topics.split('/').nth(1).expect("a device");
        if short.is_empty() { String::new() } else { format!("{device}-{short}") }
    }

    /// A payload as it is on the wire.
    pub(super) fn payload(&self, topic: &str, value: &str) -> String {
        if value.is_empty() { String::new() } else { format!("{TIME},{topic},{value}") }
    }

    /// Topic and value as steps write them.
    pub(super) fn short(&self, topic: &str, payload: &[u8]) -> (String, String) {
        let own = topic.strip_prefix(&self.topics).and_then(|it| it.strip_prefix('/'));
        let topic = own.map_or_else(|| format!("={topic}"), str::to_owned);
        let payload = String::from_utf8_lossy(payload);
        let value = payload.strip_prefix(&format!("{TIME},{topic},")).unwrap_or(&payload);
        let value = value.to_owned();
        (topic, value)
    }

    /// The last line that was seen.
    pub(super) fn last(&self) -> Option<String> {
        self.seen.borrow().last().cloned()
    }
}
