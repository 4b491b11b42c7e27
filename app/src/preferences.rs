//! What the operator chose for the whole page, kept in the browser.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::clock;
use crate::language::{self, Language};
use crate::storage;

const CLOCK: &str = "mcs.clock";

/// The choices; a handle. The theme is one of its own ([`crate::theme`]).
///
/// A change of language or clock paints the whole page anew: whoever reads them through
/// [`crate::texts`] and [`crate::clock`] need not watch them.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    /// The language that is spoken.
    pub(crate) language: RwSignal<Language>,
    /// A language could not be fetched.
    pub(crate) speechless: RwSignal<bool>,
    /// Which clock times are of.
    pub(crate) clock: RwSignal<Clock>,
}

/// Which clock times are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The one on the operator's wall.
    #[default]
    Local,
    /// Universal time.
    Utc,
}

impl Preferences {
    /// What was chosen last; `language` is the one that is spoken already.
    pub(crate) fn load(language: Language) -> Self {
        let chosen =
            if storage::item(CLOCK).as_deref() == Some("utc") { Clock::Utc } else { Clock::Local };
        clock::set(chosen);
        Self {
            language: RwSignal::new(language),
            speechless: RwSignal::new(false),
            clock: RwSignal::new(chosen),
        }
    }

    /// Takes `language`, once its texts are here, and keeps the choice.
    pub(crate) fn choose_language(self, language: Language) {
        spawn_local(async move {
            let failed = language.speak().await.is_err();
            self.speechless.set(failed);
            if !failed {
                storage::keep(language::KEY, language.tag());
                self.language.set(language);
            }
        });
    }

    /// Takes `chosen` as the clock of every time on the page.
    pub(crate) fn choose_clock(self, chosen: Clock) {
        storage::keep(
            CLOCK,
            match chosen {
                Clock::Local => "local",
                Clock::Utc => "utc",
            },
        );
        clock::set(chosen);
        self.clock.set(chosen);
    }
}
