//! A sans-IO MQTT client session.
//!
//! [`Session`] speaks MQTT 5 and 3.1.1 over any byte stream that its *driver*
//! provides: a TCP socket, TLS, a browser's WebSocket. It keeps one connection
//! to one broker alive, over any number of links: it connects, pings, backs
//! off and reconnects, subscribes again, and sends again what must not be
//! lost. It opens no socket and reads no clock, so it runs in a browser, on a
//! server, and in a test that simulates an hour in a millisecond.
//!
//! # Driving it
//!
//! A driver owns one link and one timer. It passes what happens to
//! [`Session::handle_input`], and after each input or command drains
//! [`Session::poll_output`] until [`Output::Timeout`]:
//!
//! ```
//! use mcs_session::{Config, Event, Input, Output, Publish, Qos, Session, SubscribeOptions};
//! use mcs_session::TopicFilter;
//! use mcs_time::Time;
//!
//! /// Drains the session. A real driver talks to its socket here.
//! fn drain(session: &mut Session, sent: &mut Vec<u8>) -> (Vec<Event>, Option<Time>) {
//!     let mut events = Vec::new();
//!     loop {
//!         match session.poll_output() {
//!             Output::Open(_link) => {} // connect, then Input::Opened or Closed
//!             Output::Transmit(_link, bytes) => sent.extend(bytes),
//!             Output::Close(_link) => {} // close once everything is written
//!             Output::Event(event) => events.push(event),
//!             Output::Timeout(at) => return (events, at), // set the one timer
//!         }
//!     }
//! }
//!
//! let mut now = Time::ZERO;
//! let mut sent = Vec::new();
//! let mut session = Session::new(Config::new("lamp", 42));
//!
//! // Commands may come at any time; what cannot be sent yet waits.
//! let filter = TopicFilter::new("home/+/switch")?;
//! session.subscribe(now, filter, SubscribeOptions::with_qos(Qos::AtLeastOnce));
//! session.connect(now);
//! assert!(matches!(session.poll_output(), Output::Event(Event::Connecting { attempt: 1 })));
//! let Output::Open(link) = session.poll_output() else { unreachable!() };
//!
//! // The socket is open: CONNECT goes out.
//! session.handle_input(now, Input::Opened(link));
//! let (_, timeout) = drain(&mut session, &mut sent);
//! assert_eq!(sent[0], 0x10);
//! assert_eq!(timeout, Some(Time::from_millis(10_000))); // the connect timeout
//!
//! // The broker's CONNACK arrives, in any chunks: SUBSCRIBE goes out.
//! now = Time::from_millis(20);
//! session.handle_input(now, Input::Received(link, &[0x20, 0x03, 0x00]));
//! session.handle_input(now, Input::Received(link, &[0x00, 0x00]));
//! sent.clear();
//! let (events, _) = drain(&mut session, &mut sent);
//! assert!(matches!(events[..], [Event::Connected { .. }]));
//! assert_eq!(sent[0], 0x82);
//!
//! session.publish(now, Publish::new("home/hall/lamp", "on").qos(Qos::AtLeastOnce))?;
//! drain(&mut session, &mut sent);
//! assert_eq!(session.in_flight(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - Time is a [`Time`](mcs_time::Time) in milliseconds of any monotonic
//!   clock. Call [`Input::Timeout`] when the drained instant has come; being
//!   early or late does no harm.
//! - Every link has a [`LinkId`]. Report with the id that [`Output::Open`]
//!   gave; reports of older links are ignored, so callbacks need no care.
//! - After [`Output::Close`], write what was transmitted before and close.
//! - There is no flow control for QoS 0: what is published while connected is
//!   transmitted at once. A driver over a slow link watches its own buffer.
//! - [`Input::Wake`] is the one place for hints: the network is back, the tab
//!   is visible, the laptop woke up.
//!
//! # What it promises
//!
//! - **Each message completes exactly once.** Every [`RequestId`] from
//!   [`Session::publish`] gets one [`Event::Published`], and nothing waits
//!   for ever: there is a deadline for the wait in the queue
//!   ([`Offline`]) and one for the acknowledgement
//!   ([`Config::request_timeout`]).
//! - **Kept means delivered at least once.** A QoS 1 or 2 message with
//!   [`Offline::Keep`] goes out again, in the old order, on each new link
//!   until it is acknowledged or its time is over.
//! - **Subscriptions outlive links.** Each connect asks for all of them again,
//!   in batches, and reports the broker's answer for each.
//! - **Nothing unwanted.** No [`Event::Message`] without a subscription that
//!   matches at that moment.
//! - **A dead link is noticed**, by a ping when *either* direction has been
//!   silent for the keep-alive. So is a broker that answers pings but has
//!   stopped acknowledging ([`DisconnectReason::Stalled`]).
//! - **Any broker.** MQTT 5 first; 3.1.1 with a broker that refuses 5, in
//!   whatever words, or drops the very first link ([`Protocol`]).
//! - **No fights.** A session that was taken over, or refused for a reason
//!   that will not pass, stops ([`Event::Disconnected`] without `retry_at`).
//!   [`Session::connect`] starts again, perhaps after
//!   [`Session::set_credentials`].
//! - **No surprises.** The same inputs give the same outputs: the jitter is
//!   seeded, and nothing depends on hash order.
//!
//! # What it leaves out
//!
//! Every link is a clean start with session expiry 0 unless the [`Config`] says
//! otherwise: the broker keeps nothing for us while we are away, and QoS 2 means
//! *exactly once* per link only. Topic aliases and enhanced authentication are
//! not used.

mod config;
mod event;
mod filter;
mod index;
mod message;
mod names;
mod negotiation;
mod outbox;
mod payload;
mod property;
mod reason;
mod session;
mod subscriptions;
mod trace;
mod wire;

pub use config::{Config, Credentials, Protocol, Version};
pub use event::{
    DisconnectReason, Event, Input, LinkId, Outcome, Output, PublishError, RequestId, State,
    SubscribeError, SubscriptionId,
};
pub use filter::{InvalidFilter, TopicFilter};
pub use message::{Beside, Message, Offline, Publish, Qos, Will};
pub use payload::Payload;
pub use property::{Properties, Property};
pub use reason::ReasonCode;
pub use session::Session;
pub use subscriptions::SubscribeOptions;
pub use trace::{PacketKind, Traced};
