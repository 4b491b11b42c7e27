//! Which sessions are kept, whose clients are there, and what goes to them next.

use std::collections::BTreeMap;

use rmqtt::types::{ClientId, From, Id, Message, Publish, Tx};

use super::message::tagged;
use super::queue::{Next, Queue};
use crate::store::{Change, SessionRecord};

/// All kept sessions by name.
#[derive(Default)]
pub(super) struct Book {
    pub(super) kept: BTreeMap<ClientId, Kept>,
    last_session: i64,
    last_message: i64,
}

/// A session that outlives its connection.
pub(super) struct Kept {
    /// Its number on the disk.
    pub(super) id: i64,
    /// When it began.
    pub(super) created: i64,
    /// As whom the router knows it.
    pub(super) owner: Id,
    /// Its client's connection.
    pub(super) link: Option<Link>,
    /// How long it waits for its client, in milliseconds.
    pub(super) patience: i64,
    /// When it ends, while its client is away.
    pub(super) expires: Option<i64>,
    /// What is to go to its client.
    pub(super) queue: Queue<(From, Publish)>,
    /// What its client may have seen, as far as the broker has it.
    pub(super) sent: BTreeMap<i64, Sent>,
    /// What its client gets when it comes back has to be sent before anything else.
    pub(super) resuming: bool,
    /// It was said that messages are dropped.
    pub(super) overflowed: bool,
}

/// The connection of a kept session.
pub(super) struct Link {
    /// The session as the broker has it.
    pub(super) id: Id,
    /// The way to it.
    pub(super) tx: Tx,
    /// Messages are being read from the disk.
    pub(super) loading: bool,
}

/// A message on the way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    /// Its packet id.
    pub(super) packet: u16,
    /// QoS 2: the client has it, and waits for PUBREL.
    pub(super) released: bool,
}

/// Messages to read from the disk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) session: i64,
    pub(super) first: i64,
    pub(super) last: i64,
}

impl Book {
    /// Numbers go on after these.
    pub(super) fn starting_after(session: i64, message: i64) -> Self {
        Self { kept: BTreeMap::new(), last_session: session, last_message: message }
    }

    /// A number for the next session.
    pub(super) fn session(&mut self) -> i64 {
        self.last_session += 1;
        self.last_session
    }

    /// A number for the next message.
    pub(super) fn message(&mut self) -> i64 {
        self.last_message += 1;
        self.last_message
    }

    /// A session begins to be kept. Answers what to write down.
    pub(super) fn keep(&mut self, owner: Id, link: Option<Link>, patience: i64) -> Change {
        let id = self.session();
        let name = owner.client_id.clone();
        let record = SessionRecord {
            id,
            name: name.to_string(),
            created: owner.create_time,
            patience,
            expires: None,
        };
        self.kept.insert(name, Kept::new(&record, owner, link, []));
        Change::Keep(record)
    }

    /// The session, if it is this connection's.
    pub(super) fn linked(&mut self, id: &Id) -> Option<&mut Kept> {
        self.kept.get_mut(&id.client_id).filter(|kept| kept.is_linked(id))
    }
}

impl Kept {
    /// A session with these messages, numbers and sizes, on the disk.
    pub(super) fn new(
        record: &SessionRecord,
        owner: Id,
        link: Option<Link>,
        stored: impl IntoIterator<Item = (i64, u32)>,
    ) -> Self {
        Self {
            id: record.id,
            created: record.created,
            owner,
            link,
            patience: record.patience,
            expires: record.expires,
            queue: Queue::new(stored),
            sent: BTreeMap::new(),
            resuming: false,
            overflowed: false,
        }
    }

    /// Whether its client has this connection.
    pub(super) fn is_linked(&self, id: &Id) -> bool {
        self.link.as_ref().is_some_and(|link| link.id == *id)
    }

    /// Hands over what there is room for. Answers what has to be read from the disk first.
    pub(super) fn pump(&mut self) -> Option<Load> {
        let link = self.link.as_mut().filter(|link| !self.resuming && !link.loading)?;
        while let Some(next) = self.queue.next() {
            match next {
                Next::Hand(id, (from, publish)) => {
                    let publish = tagged(publish, id);
                    // An error means that the connection ends: then everything is taken back.
                    let _ = link.tx.unbounded_send(Message::Forward(from, publish));
                }
                Next::Load(first, last) => {
                    link.loading = true;
                    return Some(Load { session: self.id, first, last });
                }
            }
        }
        None
    }
}

impl Link {
    /// A connection that is ready for messages.
    pub(super) fn new(id: Id, tx: Tx) -> Self {
        Self { id, tx, loading: false }
    }
}
