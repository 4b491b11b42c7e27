//! What the broker asks the server: who may connect, name a topic, and what becomes of a message.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;

/// The server's side of the bus.
///
/// Every packet of a client that touches the outer world passes here before it has any effect.
/// Calls for one client are made one after the other and awaited: a slow answer slows that client only.
/// What a [`Decision`] waits for does not hold up the next call.
#[async_trait]
pub trait Gate: Send + Sync + 'static {
    /// CONNECT: may this client come in, and as whom?
    ///
    /// The will is not part of the question; [`Gate::may_publish`] answers for its topic next.
    /// The question may be asked again for the same connection, while its session is in other hands, and for another
    /// one of the same client once it has proved whose session it may have.
    async fn authenticate(&self, connect: &Connect<'_>) -> Result<Principal, Refusal>;

    /// SUBSCRIBE: may the client have what the filter matches? It may be asked twice for one SUBSCRIBE.
    ///
    /// The filter of a shared subscription comes without its `$share/group/` prefix.
    /// Other filters that start with `$` never get here: the bus refuses them.
    async fn may_subscribe(&self, client: &Client, filter: &str) -> bool;

    /// May a session of theirs go on having what the filter matches, while its client is away? Yes where nobody can
    /// tell: it is asked again when the client comes back.
    async fn may_keep(&self, principal: &Principal, filter: &str) -> bool;

    /// Would a message on this topic be refused whatever its payload? Asked for a will at CONNECT, and to find out
    /// whether a client knows the key of a device whose session it may have.
    async fn may_publish(&self, client: &Client, topic: &str) -> bool;

    /// PUBLISH: what becomes of the message. The PUBACK waits for the verdict, so that PUBACK means stored.
    ///
    /// Wills come here too, when they are published; there is nobody left to refuse then.
    async fn publish(&self, client: &Arc<Client>, message: Incoming<'_>) -> Decision;

    /// The client is in: its CONNACK is on the way.
    async fn connected(&self, client: &Client) {
        let _ = client;
    }

    /// The broker added the subscription; the SUBACK is on the way. Presence of a device starts here.
    async fn subscribed(&self, client: &Client, filter: &str) {
        let _ = (client, filter);
    }

    /// The client gave the subscription up.
    async fn unsubscribed(&self, client: &Client, filter: &str) {
        let _ = (client, filter);
    }

    /// The connection is over, for whatever reason, with all its subscriptions.
    ///
    /// Called once for each [`Gate::connected`]; when another connection takes the session over, maybe after its call.
    async fn disconnected(&self, client: &Client) {
        let _ = client;
    }
}

/// A connected client, as the gate sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Names the connection: two connections of one client id differ here.
    pub connection: ConnectionId,
    /// As whom [`Gate::authenticate`] let it in.
    pub principal: Principal,
    /// The client id as the client sent it.
    pub id: String,
    /// Where it connects from; the browser's address for a WebSocket.
    pub peer: SocketAddr,
}

/// Names one connection for the life of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

/// As whom a client is connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// No login (CONTRACT §0.2 fact 8): it may name what it knows the key of.
    Device,
    /// A person or program that logged in.
    User {
        /// The user's name.
        name: String,
    },
}

/// The part of a CONNECT that decides who the client is.
#[derive(Clone, Copy)]
pub struct Connect<'a> {
    /// Names the connection.
    pub connection: ConnectionId,
    /// Where it comes from.
    pub peer: SocketAddr,
    /// The client id as sent; empty when the client leaves it to the broker.
    pub client_id: &'a str,
    /// The user name, if any.
    pub user: Option<&'a str>,
    /// The password, if any.
    pub password: Option<&'a [u8]>,
}

/// Why a client may not come in. The client learns no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// User name and password do not belong together: CONNACK 4, on MQTT 5 0x86.
    BadCredentials,
    /// Not allowed here: CONNACK 5, on MQTT 5 0x87.
    NotAuthorized,
}

/// A PUBLISH on its way in.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// A concrete topic; an MQTT 5 topic alias is already resolved.
    pub topic: &'a str,
    /// The payload as sent.
    pub payload: &'a Bytes,
    /// 0, 1 or 2.
    pub qos: u8,
    /// The retain flag as sent.
    pub retain: bool,
    /// The client says that it may have sent it before: the DUP flag.
    pub resent: bool,
    /// It is the will of a client that is gone.
    pub will: bool,
}

/// What goes out in place of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forward {
    /// Where to.
    pub topic: String,
    /// The payload.
    pub payload: Bytes,
    /// It is retained if the message was to be.
    pub retain: bool,
}

/// The answer to a PUBLISH.
pub enum Decision {
    /// It is clear what becomes of the message.
    Made(Verdict),
    /// It is taken, and will be clear. The verdicts of one client are awaited in the order of its messages, whatever
    /// becomes of its connection meanwhile.
    Pending(Pin<Box<dyn Future<Output = Verdict> + Send>>),
}

impl From<Verdict> for Decision {
    fn from(verdict: Verdict) -> Self {
        Self::Made(verdict)
    }
}

/// What becomes of a PUBLISH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Subscribers get it as it was sent.
    Deliver,
    /// Subscribers get these instead, with its QoS and properties, from its sender.
    /// The sender gets a normal acknowledgement. Empty means that subscribers get nothing.
    Replace(Vec<Forward>),
    /// The same, but whom it is for is not there and will not get it.
    ///
    /// MQTT 5, QoS 1: PUBACK 0x10, which is a success.
    Unheard(Vec<Forward>),
    /// The client may publish here, but what it sent is not valid, and why: a sentence for the author of its program.
    /// Subscribers get nothing.
    ///
    /// MQTT 5: PUBACK 0x99 with the sentence as its reason string. MQTT 3.1.1: a PUBACK, as for [`Verdict::Refuse`].
    Invalid(String),
    /// Subscribers get nothing.
    ///
    /// MQTT 5: PUBACK 0x87 without a reason string. MQTT 3.1.1 has no negative acknowledgement
    /// [MQTT-3.3.5-2]: a PUBACK all the same, so that the client does not send it for ever.
    Refuse,
    /// It could not be kept, through no fault of the client's. Subscribers get nothing.
    ///
    /// MQTT 5: PUBACK 0x83. MQTT 3.1.1: the connection closes without a PUBACK, so that the client sends it again
    /// [MQTT-4.4.0-1]. QoS 0 promises nothing: nothing happens.
    Fail,
}
