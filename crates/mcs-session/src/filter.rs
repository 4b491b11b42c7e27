//! Topic names and topic filters [MQTT 5 §4.7].

use std::fmt;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// A checked topic filter, such as `mcs/+/led`, `mcs/#` or
/// `$share/group/mcs/#`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TopicFilter(Arc<str>);

/// The text is not a topic filter: empty, longer than 65 535 bytes, with a
/// NUL, with `#` before the end, with a wildcard that is not a whole level, or
/// with an empty or wildcard share name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct InvalidFilter;

impl TopicFilter {
    /// Checks `text` [MQTT-4.7.1-1, MQTT-4.7.1-2, MQTT-4.7.3-1, MQTT-4.8.2-1].
    pub fn new(text: impl Into<Arc<str>>) -> Result<Self, InvalidFilter> {
        let text = text.into();
        if text.is_empty() || text.len() > usize::from(u16::MAX) || text.contains('\0') {
            return Err(InvalidFilter);
        }
        if let Some(share) = text.strip_prefix("$share/") {
            let (name, filter) = share.split_once('/').ok_or(InvalidFilter)?;
            if name.is_empty() || name.contains(['+', '#']) || filter.is_empty() {
                return Err(InvalidFilter);
            }
        }
        let mut levels = text.split('/').peekable();
        while let Some(level) = levels.next() {
            let whole = level.len() == 1;
            let last = levels.peek().is_none();
            if level.contains('+') && !whole || level.contains('#') && !(whole && last) {
                return Err(InvalidFilter);
            }
        }
        Ok(Self(text))
    }

    /// Whether messages on `topic` are meant [MQTT-4.7.2-1]: a wildcard in the
    /// first level never means a topic that starts with `$`.
    pub fn matches(&self, topic: &str) -> bool {
        let filter = self.matched();
        if topic.starts_with('$') && filter.starts_with(['+', '#']) {
            return false;
        }
        let mut names = topic.split('/');
        for level in filter.split('/') {
            match (level, names.next()) {
                // `a/#` also means its parent, `a` [MQTT 5 §4.7.1.2].
                ("#", _) => return true,
                (_, None) => return false,
                ("+", Some(_)) => {}
                (level, Some(name)) if level == name => {}
                _ => return false,
            }
        }
        names.next().is_none()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether members of a group share the messages [MQTT 5 §4.8.2].
    pub(crate) fn is_shared(&self) -> bool {
        self.0.starts_with("$share/")
    }

    /// The part that topics are compared with: without `$share/group/`.
    pub(crate) fn matched(&self) -> &str {
        let inner = self.0.strip_prefix("$share/").and_then(|share| share.split_once('/'));
        inner.map_or(&*self.0, |(_, filter)| filter)
    }
}

impl fmt::Display for TopicFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<&str> for TopicFilter {
    type Error = InvalidFilter;

    fn try_from(text: &str) -> Result<Self, InvalidFilter> {
        Self::new(text)
    }
}

impl fmt::Display for InvalidFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a topic filter")
    }
}

impl std::error::Error for InvalidFilter {}

/// Whether `topic` may be published to [MQTT-3.3.2-2, MQTT-4.7.3-1..3].
pub(crate) fn is_topic_name(topic: &str) -> bool {
    !topic.is_empty() && topic.len() <= usize::from(u16::MAX) && !topic.contains(['+', '#', '\0'])
}

/// Topics and filters over few names, so that they meet.
#[cfg(test)]
pub(crate) mod strategies {
    use proptest::prelude::*;

    use super::TopicFilter;

    const NAMES: [&str; 5] = ["a", "b", "$s", "", "ab"];

    pub(crate) fn topic() -> impl Strategy<Value = String> {
        let names = prop::collection::vec(prop::sample::select(&NAMES[..]), 1..5);
        names.prop_map(|names| names.join("/")).prop_filter("empty", |topic| !topic.is_empty())
    }

    pub(crate) fn filter() -> impl Strategy<Value = TopicFilter> {
        let level = prop_oneof![prop::sample::select(&NAMES[..]), Just("+")];
        let share = prop::sample::select(vec!["", "", "$share/g/"]);
        (share, prop::collection::vec(level, 0..5), any::<bool>())
            .prop_map(|(share, mut levels, open)| {
                levels.extend(open.then_some("#"));
                format!("{share}{}", levels.join("/"))
            })
            .prop_filter_map("not a filter", |text| TopicFilter::new(text).ok())
    }
}
