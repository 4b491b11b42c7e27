//! Light or dark: as the system wants it, unless the operator chose.

use leptos::prelude::document;

use crate::storage;
use crate::texts::settings as t;
use crate::ui::Symbol;

/// Where the choice is kept; app/boot.js reads it before the first paint.
const KEY: &str = "mcs.theme";

/// The operator's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the system.
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// All, in the order of the switch.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// What was chosen last.
    pub(crate) fn load() -> Self {
        let stored = storage::item(KEY);
        Self::ALL
            .into_iter()
            .find(|it| stored.as_deref() == Some(it.word()))
            .unwrap_or(Self::System)
    }

    /// Makes it so, and keeps the choice.
    pub(crate) fn apply(self) {
        if let Some(root) = document().document_element() {
            // Both fail only on names that are none.
            let _ = match self {
                Self::System => root.remove_attribute("data-theme"),
                chosen => root.set_attribute("data-theme", chosen.word()),
            };
        }
        storage::keep(KEY, self.word());
    }

    /// The next one in the order of the switch.
    pub(crate) fn next(self) -> Self {
        match self {
            Self::System => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::System,
        }
    }

    /// For storage and for the stylesheet.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => t::theme_system(),
            Self::Light => t::theme_light(),
            Self::Dark => t::theme_dark(),
        }
    }

    /// Its icon.
    pub(crate) fn symbol(self) -> Symbol {
        match self {
            Self::System => Symbol::System,
            Self::Light => Symbol::Light,
            Self::Dark => Symbol::Dark,
        }
    }
}
