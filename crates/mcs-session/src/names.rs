//! Topic names that came before: what is known of them is not worked out again for every message.

use std::sync::Arc;

use mcs_sorted::{Hints, hash};

use crate::filter;
use crate::subscriptions::Subscriptions;

/// Names that came lately.
#[derive(Default)]
pub(crate) struct Names {
    known: Hints<Name>,
}

/// Of a message: where it was published to, and whether anybody wants it.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) wanted: bool,
    /// Of the subscriptions by which it is wanted or not.
    revision: u64,
}

impl Names {
    /// The topic name that these bytes are; `None` if they are none.
    pub(crate) fn of(&mut self, bytes: &[u8], subscriptions: &Subscriptions) -> Option<&Name> {
        let hash = hash(bytes);
        let is_it = |it: &Name| it.text.as_bytes() == bytes;
        // Twice, since a borrow that is given away ends nowhere else.
        if self.known.find(hash, is_it).is_none() {
            let text = str::from_utf8(bytes).ok().filter(|it| filter::is_topic_name(it))?;
            let wanted = subscriptions.is_wanted(text);
            let revision = subscriptions.revision();
            self.known.put(hash, Name { text: Arc::from(text), wanted, revision });
        }
        let name = self.known.find(hash, is_it)?;
        if name.revision != subscriptions.revision() {
            name.wanted = subscriptions.is_wanted(&name.text);
            name.revision = subscriptions.revision();
        }
        Some(name)
    }
}
