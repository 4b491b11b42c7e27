//! Nobody looks at a hidden page, and it asks the engine nothing. Shown again, it says how long that
//! was and what came meanwhile.

#[cfg(test)]
mod tests;

use leptos::prelude::*;
use mcs_view::protocol::{Link, LinkState};

/// A shorter absence is not worth a word, in milliseconds.
const WORTH: u64 = 60_000;

/// A time in which nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Absence {
    /// In milliseconds.
    pub(crate) span: u64,
    /// How many messages came.
    pub(crate) messages: u64,
    /// What became of the connection.
    pub(crate) link: Meanwhile,
}

/// What became of the connection while nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meanwhile {
    /// It held.
    Held,
    /// It was lost, and is there again since then, in milliseconds since the epoch.
    Back(u64),
    /// It is not there.
    Lost,
}

/// The page's absences; a handle.
#[derive(Clone, Copy)]
pub(crate) struct Away {
    /// The last one, until somebody has read of it.
    pub(crate) told: RwSignal<Option<Absence>>,
    left: StoredValue<Option<Left>>,
}

/// What was known when the page was hidden.
#[derive(Clone, Copy, Debug)]
struct Left {
    at: u64,
    messages: u64,
    /// When it was shown again, and how many frames have come since.
    shown: Option<(u64, u8)>,
}

impl Away {
    /// Somebody looks.
    pub(crate) fn new() -> Self {
        Self { told: RwSignal::new(None), left: StoredValue::new(None) }
    }

    /// The page is hidden; so many messages have come up to now.
    pub(crate) fn hide(self, now: u64, messages: u64) {
        self.left.set_value(Some(Left { at: now, messages, shown: None }));
        self.told.set(None);
    }

    /// The page is shown again.
    pub(crate) fn show(self, now: u64) {
        self.left.update_value(|left| {
            if let Some(left) = left {
                left.shown = Some((now, 0));
            }
        });
    }

    /// A frame has come: so many messages up to now, and the connection.
    pub(crate) fn frame(self, messages: u64, link: Option<&Link>) {
        let Some(Left { at, messages: before, shown: Some((shown, frames)) }) =
            self.left.get_value()
        else {
            return;
        };
        // The first may have been asked for before the page was hidden.
        if frames == 0 {
            let shown = Some((shown, 1));
            return self.left.set_value(Some(Left { at, messages: before, shown }));
        }
        self.left.set_value(None);
        let span = shown.saturating_sub(at);
        if span >= WORTH {
            let messages = messages.saturating_sub(before);
            self.told.set(Some(Absence { span, messages, link: meanwhile(at, link) }));
        }
    }
}

/// What became of the connection since `left`.
fn meanwhile(left: u64, link: Option<&Link>) -> Meanwhile {
    match link {
        Some(Link { state: LinkState::Connected { .. }, since, .. }) => {
            let since = since.as_millis();
            if since > left { Meanwhile::Back(since) } else { Meanwhile::Held }
        }
        _ => Meanwhile::Lost,
    }
}
