//! The looks of a widget that has two; the operator chooses, and the browser remembers.

use crate::texts::card as t;
use leptos::prelude::window;
use mcs_model::{Bounds, Channel, ChannelKind, Direction};

/// A look of a widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    /// Fields to type in.
    Boxes,
    /// A slider for each number.
    Slider,
    /// A list to choose from.
    List,
    /// A button for each key.
    Buttons,
    /// The name of the state.
    Word,
    /// A lamp for each state.
    Lamps,
}

impl Template {
    /// The looks that a channel's widget has, the usual one first; empty when there is only one.
    pub(crate) fn choices(channel: &Channel) -> &'static [Self] {
        match (channel.direction, &channel.kind) {
            (Direction::Controller, kind) => match kind {
                ChannelKind::Integer { bounds: Some(bounds), .. }
                | ChannelKind::Float { bounds: Some(bounds), .. }
                    if has_ends(*bounds) =>
                {
                    &[Self::Boxes, Self::Slider]
                }
                ChannelKind::Pwm => &[Self::Boxes, Self::Slider],
                ChannelKind::Analog { .. } => &[Self::Slider, Self::Boxes],
                ChannelKind::Category { .. } => &[Self::List, Self::Buttons],
                _ => &[],
            },
            (Direction::Display, ChannelKind::Category { .. }) => &[Self::Word, Self::Lamps],
            _ => &[],
        }
    }

    /// The look that was chosen last for the channel, or the usual one. `scope` tells channels with
    /// one id apart.
    pub(crate) fn load(scope: Option<&str>, channel: &Channel) -> Option<Self> {
        let choices = Self::choices(channel);
        let stored =
            scope.and_then(|scope| storage()?.get_item(&key(scope, channel)).ok().flatten());
        let chosen = choices.iter().find(|it| stored.as_deref() == Some(it.word()));
        chosen.or(choices.first()).copied()
    }

    /// Keeps the choice.
    pub(crate) fn keep(self, scope: Option<&str>, channel: &Channel) {
        if let (Some(scope), Some(storage)) = (scope, storage()) {
            // A full or forbidden storage costs the choice at the next visit, no more.
            let _ = storage.set_item(&key(scope, channel), self.word());
        }
    }

    /// For storage and for tests.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Boxes => "boxes",
            Self::Slider => "slider",
            Self::List => "list",
            Self::Buttons => "buttons",
            Self::Word => "word",
            Self::Lamps => "lamps",
        }
    }

    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Boxes => t::look_boxes(),
            Self::Slider => t::look_slider(),
            Self::List => t::look_list(),
            Self::Buttons => t::look_buttons(),
            Self::Word => t::look_word(),
            Self::Lamps => t::look_lamps(),
        }
    }
}

/// Whether a slider of them would have two ends.
fn has_ends(bounds: Bounds) -> bool {
    (bounds.upper - bounds.lower).is_finite() && bounds.upper > bounds.lower
}

fn key(scope: &str, channel: &Channel) -> String {
    format!("mcs.card.{scope}.{}", channel.id)
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
