//! What a prototype may say: for whoever writes one, field by field.

use core::fmt;

use mcs_sorted::Set;
use serde::{Deserialize, Serialize};

use crate::function::MAX_CODE;
use crate::prototype_file::MAX_CHANNELS;
use crate::{Bounds, Channel, ChannelKind, Prototype};

#[cfg(test)]
mod tests;

/// The most characters of a name, of a prototype, a channel or a device.
pub const MAX_NAME: usize = 200;
/// The most characters of a channel's id.
const MAX_ID: usize = 64;
/// The most characters of a description.
pub const MAX_DESCRIPTION: usize = 2000;
/// The most characters of a version, a unit, a button's name, a key of a category.
pub const MAX_WORD: usize = 100;
/// The most keys of a category.
pub const MAX_OPTIONS: usize = 256;

/// What is wrong with one field of a prototype.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The place of the channel, from 0; `None` for the prototype itself.
    pub channel: Option<usize>,
    /// Which field.
    pub field: Field,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// A field of a prototype or of one of its channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Field {
    /// The name.
    Name,
    /// The version of a prototype.
    Version,
    /// The description.
    Description,
    /// The list of channels.
    Channels,
    /// The id of a channel.
    Id,
    /// The unit.
    Unit,
    /// The least value.
    Lower,
    /// The greatest value.
    Upper,
    /// The list of keys of a category.
    Options,
    /// What people see of a key; its place.
    OptionName(usize),
    /// What travels of a key; its place.
    OptionValue(usize),
    /// A button of a gamepad: up, down, left, right, A, B.
    Button(usize),
    /// The code of a function.
    Code,
}

/// What is wrong with a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Flaw {
    /// It is empty.
    Empty,
    /// It has more characters than this.
    TooLong(usize),
    /// It has more entries than this.
    TooMany(usize),
    /// It begins or ends with a space.
    OuterSpace,
    /// It holds a control character, such as a line break.
    Control,
    /// It holds a character that separates fields on the wire.
    Separator(char),
    /// Another one says the same.
    Twice,
    /// It is the name of the firmware notice.
    Reserved,
    /// It is no number.
    NoNumber,
    /// It is less than the least value.
    BelowLower,
}

/// Everything that is wrong with a prototype; nothing if it can be kept.
pub fn faults(prototype: &Prototype) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut of_itself = |field, flaw: Option<Flaw>| {
        faults.extend(flaw.map(|flaw| Fault { channel: None, field, flaw }));
    };
    of_itself(Field::Name, name(&prototype.name));
    of_itself(Field::Version, word(&prototype.version));
    of_itself(Field::Description, text(&prototype.description));
    let many = prototype.channels.len() > MAX_CHANNELS;
    of_itself(Field::Channels, many.then_some(Flaw::TooMany(MAX_CHANNELS)));
    let mut ids = Set::new();
    for (at, channel) in prototype.channels.iter().enumerate() {
        let of_channel = |(field, flaw)| Fault { channel: Some(at), field, flaw };
        if !ids.insert(&channel.id) {
            faults.push(of_channel((Field::Id, Flaw::Twice)));
        }
        faults.extend(of(channel).into_iter().map(of_channel));
    }
    faults
}

/// What is wrong with a name of a prototype, a channel or a device.
pub fn name(text: &str) -> Option<Flaw> {
    if text.is_empty() { Some(Flaw::Empty) } else { line(text, MAX_NAME) }
}

/// What is wrong with the id of a channel; nothing where [`ChannelId`](crate::ChannelId) reads one.
pub fn channel_id(text: &str) -> Option<Flaw> {
    let separator = text.chars().find(|it| [',', '/', '+', '#', '$'].contains(it));
    match text {
        "" => Some(Flaw::Empty),
        _ if separator.is_some() => separator.map(Flaw::Separator),
        _ if text.eq_ignore_ascii_case("FOTA") => Some(Flaw::Reserved),
        _ => line(text, MAX_ID),
    }
}

/// What is wrong with a description, which may have several lines.
pub fn text(text: &str) -> Option<Flaw> {
    let control = text.chars().any(|it| it.is_control() && !['\n', '\r', '\t'].contains(&it));
    match text {
        _ if text.chars().count() > MAX_DESCRIPTION => Some(Flaw::TooLong(MAX_DESCRIPTION)),
        _ if control => Some(Flaw::Control),
        _ if text.trim() != text => Some(Flaw::OuterSpace),
        _ => None,
    }
}

/// What is wrong with a version or a unit; may be empty.
pub fn word(text: &str) -> Option<Flaw> {
    line(text, MAX_WORD)
}

/// What is wrong with the code of a function; whether it runs is for a run to say.
pub fn code(text: &str) -> Option<Flaw> {
    let control = text.chars().any(|it| it.is_control() && !['\n', '\r', '\t'].contains(&it));
    match text {
        _ if text.trim().is_empty() => Some(Flaw::Empty),
        _ if text.chars().count() > MAX_CODE => Some(Flaw::TooLong(MAX_CODE)),
        _ if control => Some(Flaw::Control),
        _ => None,
    }
}

fn line(text: &str, most: usize) -> Option<Flaw> {
    match text {
        _ if text.chars().count() > most => Some(Flaw::TooLong(most)),
        _ if text.chars().any(char::is_control) => Some(Flaw::Control),
        _ if text.trim() != text => Some(Flaw::OuterSpace),
        _ => None,
    }
}

fn of(channel: &Channel) -> Vec<(Field, Flaw)> {
    let mut faults = Vec::new();
    let mut check = |field, flaw: Option<Flaw>| faults.extend(flaw.map(|flaw| (field, flaw)));
    check(Field::Name, name(&channel.name));
    check(Field::Description, text(&channel.description));
    match &channel.kind {
        ChannelKind::Integer { unit, bounds: ends } | ChannelKind::Float { unit, bounds: ends } => {
            check(Field::Unit, word(unit));
            ends.iter()
                .flat_map(|it| bounds(*it))
                .for_each(|(field, flaw)| check(field, Some(flaw)));
        }
        ChannelKind::Analog { bounds: ends } => {
            bounds(*ends).into_iter().for_each(|(field, flaw)| check(field, Some(flaw)));
        }
        ChannelKind::Category { options } => {
            check(Field::Options, options.is_empty().then_some(Flaw::Empty));
            let many = options.len() > MAX_OPTIONS;
            check(Field::Options, many.then_some(Flaw::TooMany(MAX_OPTIONS)));
            let mut values = Set::new();
            for (at, option) in options.iter().enumerate() {
                check(Field::OptionName(at), filled(&option.name));
                let twice = !values.insert(&option.value);
                let value = filled(&option.value).or(twice.then_some(Flaw::Twice));
                check(Field::OptionValue(at), value);
            }
        }
        ChannelKind::Gamepad { buttons } => {
            let all = [Some(&buttons.up), Some(&buttons.down), Some(&buttons.left)];
            let all = all.into_iter().chain([Some(&buttons.right), buttons.a.as_ref()]);
            let mut names = Set::new();
            for (at, button) in all.chain([buttons.b.as_ref()]).enumerate() {
                let Some(button) = button else { continue };
                let separated = button.contains('|').then_some(Flaw::Separator('|'));
                let twice = (!names.insert(button)).then_some(Flaw::Twice);
                check(Field::Button(at), filled(button).or(separated).or(twice));
            }
        }
        ChannelKind::Function { code } => check(Field::Code, self::code(code)),
        ChannelKind::Switch
        | ChannelKind::Hex
        | ChannelKind::String
        | ChannelKind::Gps
        | ChannelKind::Gpio
        | ChannelKind::Pwm
        | ChannelKind::Image
        | ChannelKind::Video => {}
    }
    faults
}

fn filled(text: &str) -> Option<Flaw> {
    if text.is_empty() { Some(Flaw::Empty) } else { word(text) }
}

fn bounds(ends: Bounds) -> Option<(Field, Flaw)> {
    match ends {
        Bounds { lower, .. } if !lower.is_finite() => Some((Field::Lower, Flaw::NoNumber)),
        Bounds { upper, .. } if !upper.is_finite() => Some((Field::Upper, Flaw::NoNumber)),
        Bounds { lower, upper } if lower > upper => Some((Field::Upper, Flaw::BelowLower)),
        _ => None,
    }
}

/// For programs and logs; the page has its own words.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = self.channel {
            write!(f, "channel number {}: ", at + 1)?;
        }
        write!(f, "the {} {}", self.field, self.flaw)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Version => f.write_str("version"),
            Self::Description => f.write_str("description"),
            Self::Channels => f.write_str("list of channels"),
            Self::Id => f.write_str("id"),
            Self::Unit => f.write_str("unit"),
            Self::Lower => f.write_str("least value"),
            Self::Upper => f.write_str("greatest value"),
            Self::Options => f.write_str("list of keys"),
            Self::OptionName(at) => write!(f, "name of key {}", at + 1),
            Self::OptionValue(at) => write!(f, "value of key {}", at + 1),
            Self::Button(at) => write!(f, "name of button {}", at + 1),
            Self::Code => f.write_str("code"),
        }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("is empty"),
            Self::TooLong(most) => write!(f, "has more than {most} characters"),
            Self::TooMany(most) => write!(f, "has more than {most} entries"),
            Self::OuterSpace => f.write_str("begins or ends with a space"),
            Self::Control => f.write_str("holds a control character"),
            Self::Separator(character) => write!(f, "holds {character}"),
            Self::Twice => f.write_str("is there twice"),
            Self::Reserved => f.write_str("is the name of the firmware notice"),
            Self::NoNumber => f.write_str("is no number"),
            Self::BelowLower => f.write_str("is less than the least value"),
        }
    }
}
