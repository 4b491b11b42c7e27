//! A channel as a line of a chart: its colour, its scale, its values in words.

use mcs_chart::{Scale, Style};
use mcs_model::{Bounds, Channel, ChannelKind, Direction};
use mcs_view::protocol::Stroke;

use super::palette::Palette;
use crate::format;
use crate::texts::format as t;

#[cfg(test)]
mod tests;

/// How many colours there are.
const COLOURS: usize = 8;

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) channel: Channel,
    pub(crate) stroke: Stroke,
    /// 1 to 8, the same for the same channel everywhere.
    pub(crate) colour: usize,
    /// Another line of the chart has this colour already.
    pub(crate) dashed: bool,
    pub(crate) scale: Scale,
    /// What is outside of them is shaded.
    pub(crate) bounds: Option<Bounds>,
}

impl Line {
    /// The line of a channel of a device with these channels; `None` when it has no chart.
    pub(crate) fn of(channels: &[Channel], channel: &Channel) -> Option<Self> {
        let stroke = Stroke::of(channel)?;
        let kind = &channel.kind;
        let names =
            |names: &[&str]| Scale::Names(names.iter().map(|it| (*it).to_owned()).collect());
        let (scale, bounds) = match kind {
            ChannelKind::Switch => (names(&[t::off(), t::on()]), None),
            ChannelKind::Gpio => (names(&[t::low(), t::high()]), None),
            ChannelKind::Category { options } => {
                (Scale::Names(options.iter().map(|it| it.name.clone()).collect()), None)
            }
            _ if stroke == Stroke::Marks => (Scale::Marks, None),
            ChannelKind::Integer { bounds, .. } | ChannelKind::Float { bounds, .. } => {
                (Scale::Unit(format::unit(kind).to_owned()), *bounds)
            }
            ChannelKind::Analog { bounds } => (Scale::Unit(String::new()), Some(*bounds)),
            _ => (Scale::Unit(String::new()), None),
        };
        let colour = colour(channels, channel);
        Some(Self { channel: channel.clone(), stroke, colour, dashed: false, scale, bounds })
    }

    /// The lines of a chart, told apart.
    pub(crate) fn all<'a>(
        channels: &[Channel],
        shown: impl IntoIterator<Item = &'a Channel>,
    ) -> Vec<Self> {
        let mut lines: Vec<Self> = Vec::new();
        for channel in shown {
            if let Some(mut line) = Self::of(channels, channel) {
                line.dashed = lines.iter().any(|it| it.colour == line.colour);
                lines.push(line);
            }
        }
        lines
    }

    /// How it looks in a theme.
    pub(crate) fn style(&self, palette: &Palette) -> Style {
        Style {
            scale: self.scale.clone(),
            bounds: self.bounds,
            colour: palette.series(self.colour).to_owned(),
            pixel: palette.pixel(self.colour),
            dashed: self.dashed,
        }
    }

    /// A value of it in words, with its unit.
    pub(crate) fn words(&self, value: f64) -> String {
        match &self.scale {
            Scale::Unit(unit) if unit.is_empty() => format::number(value),
            Scale::Unit(unit) => format!("{}\u{a0}{unit}", format::number(value)),
            Scale::Names(names) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place"
                )]
                let place = value.round().max(0.0) as usize;
                names.get(place).cloned().unwrap_or_else(|| format::number(value))
            }
            Scale::Marks => String::new(),
        }
    }
}

/// Whether a chart can be drawn of a channel.
pub(crate) fn is_drawable(channel: &Channel) -> bool {
    Stroke::of(channel).is_some()
}

/// The colour of a channel's line, the same wherever the line is drawn. Measured numbers come
/// first, so that those which are charted most are told apart best.
pub(crate) fn colour(channels: &[Channel], channel: &Channel) -> usize {
    let class = |it: &Channel| match (it.direction, &it.kind) {
        (Direction::Display, ChannelKind::Float { .. }) => 0,
        (Direction::Display, ChannelKind::Integer { .. }) => 1,
        (Direction::Display, _) => 2,
        (Direction::Controller, _) => 3,
    };
    let drawn = || channels.iter().filter(|it| is_drawable(it));
    let before = drawn().filter(|it| class(it) < class(channel)).count();
    let same = drawn().filter(|it| class(it) == class(channel));
    let place = same.take_while(|it| it.id != channel.id).count();
    (before + place) % COLOURS + 1
}

/// The channel whose chart is open at first: the first measured number, or else the first that can
/// be drawn at all.
pub(crate) fn first(channels: &[Channel]) -> Option<&Channel> {
    let is = |wanted: fn(&ChannelKind) -> bool| {
        move |it: &&Channel| it.direction == Direction::Display && wanted(&it.kind)
    };
    let float = channels.iter().find(is(|kind| matches!(kind, ChannelKind::Float { .. })));
    float
        .or_else(|| channels.iter().find(is(|kind| matches!(kind, ChannelKind::Integer { .. }))))
        .or_else(|| channels.iter().find(|it| is_drawable(it)))
}
