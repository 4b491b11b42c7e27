//! A channel while somebody edits it.

use mcs_model::check::{self, Field, Flaw};
use mcs_model::{
    Bounds, CategoryOption, Channel, ChannelId, ChannelKind, Direction, GamepadButtons, Template,
};

/// What the code of a new function says.
const EXAMPLE: &str = "\
// context.value is what the device has uploaded.
const celsius = (context.value - 32) / 1.8;
console.log('celsius', celsius);

return {
  // channel id: value
  temp_cel: celsius,
};
";

/// The types of channels, without their settings, in the order in which they are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KindName {
    /// On or off.
    Switch,
    /// One of a list of keys.
    Category,
    /// A whole number.
    Integer,
    /// A decimal number.
    Float,
    /// A whole number from a slider.
    Analog,
    /// Duty value and period.
    Pwm,
    /// Low or high.
    Gpio,
    /// Any text.
    String,
    /// Hexadecimal digits.
    Hex,
    /// A place.
    Gps,
    /// Buttons.
    Gamepad,
    /// A picture.
    Image,
    /// Moving pictures.
    Video,
    /// Code that works out other channels.
    Function,
}

impl KindName {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Switch,
        Self::Category,
        Self::Integer,
        Self::Float,
        Self::Analog,
        Self::Pwm,
        Self::Gpio,
        Self::String,
        Self::Hex,
        Self::Gps,
        Self::Gamepad,
        Self::Image,
        Self::Video,
        Self::Function,
    ];

    /// Who may write a channel of this type (CONTRACT §1.2).
    pub fn directions(self) -> &'static [Direction] {
        match self {
            Self::Analog | Self::Gamepad => &[Direction::Controller],
            Self::Image | Self::Video | Self::Function => &[Direction::Display],
            _ => &[Direction::Controller, Direction::Display],
        }
    }

    /// The type of a channel; `None` for one that this version does not know.
    fn of(kind: &ChannelKind) -> Option<Self> {
        Some(match kind {
            ChannelKind::Switch => Self::Switch,
            ChannelKind::Category { .. } => Self::Category,
            ChannelKind::Integer { .. } => Self::Integer,
            ChannelKind::Float { .. } => Self::Float,
            ChannelKind::Hex => Self::Hex,
            ChannelKind::String => Self::String,
            ChannelKind::Gps => Self::Gps,
            ChannelKind::Gpio => Self::Gpio,
            ChannelKind::Pwm => Self::Pwm,
            ChannelKind::Analog { .. } => Self::Analog,
            ChannelKind::Gamepad { .. } => Self::Gamepad,
            ChannelKind::Image => Self::Image,
            ChannelKind::Video => Self::Video,
            ChannelKind::Function { .. } => Self::Function,
            _ => return None,
        })
    }
}

/// A channel, every field as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Never given again in this draft: a row stays the same row wherever it is moved.
    pub number: u32,
    /// It is kept under this id, which therefore cannot change any more (CONTRACT §1).
    pub kept: bool,
    /// The id.
    pub id: String,
    /// The id was not typed: it follows the name.
    pub(super) follows: bool,
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
    /// Who writes it.
    pub direction: Direction,
    /// Its type.
    pub kind: KindName,
    /// The unit, of a number.
    pub unit: String,
    /// The least value; empty for none.
    pub lower: String,
    /// The greatest value; empty for none.
    pub upper: String,
    /// The keys of a category: name and value.
    pub options: Vec<(String, String)>,
    /// The buttons of a gamepad: up, down, left, right, A, B; the last two may be empty.
    pub buttons: [String; 6],
    /// The code of a function.
    pub code: String,
    /// The look that was chosen; stays while the type changes, and counts where it fits.
    pub template: Option<Template>,
}

impl Row {
    pub(super) fn new(number: u32, kind: KindName, direction: Direction) -> Self {
        let mut row = Self {
            number,
            kept: false,
            id: String::new(),
            follows: true,
            name: String::new(),
            description: String::new(),
            direction,
            kind,
            unit: String::new(),
            lower: String::new(),
            upper: String::new(),
            options: Vec::new(),
            buttons: buttons_of(&GamepadButtons::default()),
            code: String::new(),
            template: None,
        };
        row.set_kind(kind);
        row
    }

    /// `None` for a channel of a type that this version does not know.
    pub(super) fn of(number: u32, channel: &Channel) -> Option<Self> {
        let kind = KindName::of(&channel.kind)?;
        let mut row = Self {
            kept: true,
            id: channel.id.to_string(),
            follows: false,
            name: channel.name.clone(),
            description: channel.description.clone(),
            direction: channel.direction,
            template: channel.template,
            ..Self::new(number, kind, channel.direction)
        };
        match &channel.kind {
            ChannelKind::Integer { unit, bounds } | ChannelKind::Float { unit, bounds } => {
                row.unit.clone_from(unit);
                row.set_bounds(*bounds);
            }
            ChannelKind::Analog { bounds } => row.set_bounds(Some(*bounds)),
            ChannelKind::Category { options } => {
                let option = |it: &CategoryOption| (it.name.clone(), it.value.clone());
                row.options = options.iter().map(option).collect();
            }
            ChannelKind::Gamepad { buttons } => row.buttons = buttons_of(buttons),
            ChannelKind::Function { code } => row.code.clone_from(code),
            _ => {}
        }
        Some(row)
    }

    /// Gives it another type, with settings to begin with.
    pub(super) fn set_kind(&mut self, kind: KindName) {
        self.kind = kind;
        if !kind.directions().contains(&self.direction) {
            self.direction = kind.directions()[0];
        }
        match kind {
            KindName::Analog if self.lower.is_empty() && self.upper.is_empty() => {
                "0".clone_into(&mut self.lower);
                "255".clone_into(&mut self.upper);
            }
            KindName::Function if self.code.is_empty() => EXAMPLE.clone_into(&mut self.code),
            KindName::Category if self.options.is_empty() => {
                self.options = vec![(String::new(), String::new()); 2];
            }
            _ => {}
        }
    }

    pub(super) fn set_name(&mut self, name: String) {
        if self.follows {
            self.id = suggested_id(&name);
        }
        self.name = name;
    }

    pub(super) fn set_id(&mut self, id: String) {
        self.follows = id.is_empty();
        self.id = id;
    }

    fn set_bounds(&mut self, bounds: Option<Bounds>) {
        let typed = |end: Option<f64>| end.map(|it| it.to_string()).unwrap_or_default();
        if let Some((lower, upper)) = bounds.map(Bounds::ends) {
            (self.lower, self.upper) = (typed(lower), typed(upper));
        }
    }

    /// The channel, and what was typed and cannot be read; an id that is none is made up. What is wrong
    /// with the rest is for [`check::faults`] to say.
    pub(super) fn channel(&self) -> (Channel, Vec<(Field, Flaw)>) {
        let (kind, mut faults) = self.kind();
        let id = self.id.trim();
        faults.extend(check::channel_id(id).map(|flaw| (Field::Id, flaw)));
        let looks = Template::choices(self.direction, &kind);
        let channel = Channel {
            id: id.parse().unwrap_or_else(|_| made_up(self.number)),
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            direction: self.direction,
            kind,
            template: self.template.filter(|it| looks.contains(it)),
        };
        (channel, faults)
    }

    /// Its card before there is a name.
    pub fn preview(&self, nameless: &str) -> Channel {
        let mut channel = self.channel().0;
        if channel.name.is_empty() {
            nameless.clone_into(&mut channel.name);
        }
        channel
    }

    fn kind(&self) -> (ChannelKind, Vec<(Field, Flaw)>) {
        let mut faults = Vec::new();
        let mut end = |field, text: &str, open: f64, needed: bool| {
            let text = text.trim();
            match text.parse::<f64>() {
                Ok(number) if number.is_finite() => number,
                _ if text.is_empty() && !needed => open,
                _ => {
                    let flaw = if text.is_empty() { Flaw::Empty } else { Flaw::NoNumber };
                    faults.push((field, flaw));
                    open
                }
            }
        };
        let needed = self.kind == KindName::Analog;
        let lower = end(Field::Lower, &self.lower, f64::MIN, needed);
        let upper = end(Field::Upper, &self.upper, f64::MAX, needed);
        let ends = Bounds { lower, upper };
        let bounds = (lower > f64::MIN || upper < f64::MAX).then_some(ends);
        let unit = self.unit.trim().to_owned();
        let kind = match self.kind {
            KindName::Switch => ChannelKind::Switch,
            KindName::Integer => ChannelKind::Integer { unit, bounds },
            KindName::Float => ChannelKind::Float { unit, bounds },
            KindName::Analog => ChannelKind::Analog { bounds: ends },
            KindName::Hex => ChannelKind::Hex,
            KindName::String => ChannelKind::String,
            KindName::Gps => ChannelKind::Gps,
            KindName::Gpio => ChannelKind::Gpio,
            KindName::Pwm => ChannelKind::Pwm,
            KindName::Image => ChannelKind::Image,
            KindName::Video => ChannelKind::Video,
            KindName::Function => ChannelKind::Function { code: self.code.clone() },
            KindName::Category => {
                let option = |(name, value): &(String, String)| {
                    let (name, value) = (name.trim(), value.trim());
                    // A key that is shown as it travels needs to be typed once.
                    let name = if name.is_empty() { value } else { name };
                    CategoryOption { name: name.to_owned(), value: value.to_owned() }
                };
                ChannelKind::Category { options: self.options.iter().map(option).collect() }
            }
            KindName::Gamepad => {
                let [up, down, left, right, a, b] = &self.buttons;
                let needed = |text: &String| text.trim().to_owned();
                let optional = |text: &String| Some(needed(text)).filter(|it| !it.is_empty());
                ChannelKind::Gamepad {
                    buttons: GamepadButtons {
                        up: needed(up),
                        down: needed(down),
                        left: needed(left),
                        right: needed(right),
                        a: optional(a),
                        b: optional(b),
                    },
                }
            }
        };
        let numeric = matches!(self.kind, KindName::Integer | KindName::Float | KindName::Analog);
        (kind, if numeric { faults } else { Vec::new() })
    }
}

fn buttons_of(buttons: &GamepadButtons) -> [String; 6] {
    let GamepadButtons { up, down, left, right, a, b } = buttons.clone();
    [up, down, left, right, a.unwrap_or_default(), b.unwrap_or_default()]
}

fn made_up(number: u32) -> ChannelId {
    let id = format!("channel-{number}").parse();
    id.expect("letters, a dash and digits are an id")
}

/// An id that says what the name says.
pub(super) fn suggested_id(name: &str) -> String {
    let mut id = String::new();
    for character in name.trim().chars().flat_map(char::to_lowercase) {
        match character {
            it if it.is_alphanumeric() || it == '-' => id.push(it),
            _ if id.ends_with('_') || id.is_empty() => {}
            _ => id.push('_'),
        }
    }
    let id: String = id.trim_end_matches('_').chars().take(64).collect();
    if check::channel_id(&id).is_none() { id } else { String::new() }
}
