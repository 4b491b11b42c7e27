//! The looks of a widget that has two.

use serde::{Deserialize, Serialize};

use crate::{Bounds, Channel, ChannelKind, Direction};

/// A look of a channel's widget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Template {
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
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Boxes, Self::Slider, Self::List, Self::Buttons, Self::Word, Self::Lamps];

    /// Its word in files, in storage and for tests.
    pub fn word(self) -> &'static str {
        match self {
            Self::Boxes => "boxes",
            Self::Slider => "slider",
            Self::List => "list",
            Self::Buttons => "buttons",
            Self::Word => "word",
            Self::Lamps => "lamps",
        }
    }

    /// The one with this word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The looks that a widget has, the usual one first; empty when there is only one.
    pub fn choices(direction: Direction, kind: &ChannelKind) -> &'static [Self] {
        match (direction, kind) {
            (
                Direction::Controller,
                ChannelKind::Integer { bounds: Some(bounds), .. }
                | ChannelKind::Float { bounds: Some(bounds), .. },
            ) if has_ends(*bounds) => &[Self::Boxes, Self::Slider],
            (Direction::Controller, ChannelKind::Pwm) => &[Self::Boxes, Self::Slider],
            (Direction::Controller, ChannelKind::Analog { .. }) => &[Self::Slider, Self::Boxes],
            (Direction::Controller, ChannelKind::Category { .. }) => &[Self::List, Self::Buttons],
            (Direction::Display, ChannelKind::Category { .. }) => &[Self::Word, Self::Lamps],
            _ => &[],
        }
    }
}

impl Channel {
    /// The look of its widget: the one that its prototype names, else the usual one; `None` when there is
    /// only one.
    pub fn look(&self) -> Option<Template> {
        let choices = Template::choices(self.direction, &self.kind);
        self.template.filter(|it| choices.contains(it)).or(choices.first().copied())
    }
}

/// Whether a slider of them would have two ends.
fn has_ends(bounds: Bounds) -> bool {
    (bounds.upper - bounds.lower).is_finite() && bounds.upper > bounds.lower
}
