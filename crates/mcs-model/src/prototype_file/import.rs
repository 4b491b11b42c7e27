//! From the file to a prototype.

use mcs_sorted::{Map, Set};
use serde_json::Value;

use super::{ChannelError, ImportError, MAX_CHANNELS};
use crate::api::SkippedChannel;
use crate::{
    Bounds, CategoryOption, Channel, ChannelId, ChannelKind, Direction, GamepadButtons, IdError,
    ProductId, Prototype, Template,
};

/// The prototype, and the channels that were left out.
pub(super) fn prototype(
    file: &Value,
    id: ProductId,
) -> Result<(Prototype, Vec<SkippedChannel>), ImportError> {
    let about = file.get("prototype").filter(|it| it.is_object());
    let about = about.ok_or(ImportError::Member("prototype"))?;
    let name = words(about, &["prodName", "name"]).ok_or(ImportError::Member("prodName"))?;
    let entries = file.get("dataChannels").and_then(Value::as_array);
    let entries = entries.ok_or(ImportError::Member("dataChannels"))?;
    if entries.len() > MAX_CHANNELS {
        return Err(ImportError::TooManyChannels(entries.len()));
    }
    let cards = cards(about);
    let mut ids = Set::new();
    let mut skipped = Vec::new();
    let mut channels = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let label = words(entry, &["dataChnId"]).unwrap_or_else(|| format!("number {}", index + 1));
        let refuse = |reason| ImportError::Channel { channel: label.clone(), reason };
        let card = cards.get(label.as_str());
        let channel = match channel(entry, card.map(|it| it.settings)) {
            Ok(channel) => channel,
            Err(Unusable::Type(kind)) => {
                skipped.push(SkippedChannel { channel: label, kind });
                continue;
            }
            Err(Unusable::Wrong(reason)) => return Err(refuse(reason)),
        };
        if !ids.insert(channel.id.clone()) {
            return Err(refuse(ChannelError::Twice(channel.id)));
        }
        channels.push((card.map_or(u64::MAX, |it| it.order), channel));
    }
    // Stable: channels without a card keep their order, behind the others.
    mcs_sorted::sort_by(&mut channels, |a, b| a.0.cmp(&b.0));
    let prototype = Prototype {
        id,
        name,
        version: words(about, &["version"]).unwrap_or_default(),
        description: words(about, &["description", "prodDesc"]).unwrap_or_default(),
        channels: channels.into_iter().map(|(_, channel)| channel).collect(),
    };
    Ok((prototype, skipped))
}

/// Why an entry is no channel.
enum Unusable {
    /// Its type is not supported here: the number and the name in the file.
    Type(String),
    Wrong(ChannelError),
}

impl From<ChannelError> for Unusable {
    fn from(error: ChannelError) -> Self {
        Self::Wrong(error)
    }
}

/// What `displayConfigs` says about a channel.
struct Card<'a> {
    order: u64,
    settings: &'a Value,
}

fn cards(about: &Value) -> Map<&str, Card<'_>> {
    let mut cards = Map::new();
    for config in about["displayConfigs"].as_array().into_iter().flatten() {
        let order = config["displayOrder"].as_u64().unwrap_or(u64::MAX);
        for id in config["dataChnIds"].as_array().into_iter().flatten() {
            if let Some(id) = id.as_str() {
                cards.entry(id).or_insert(Card { order, settings: &config["format"] });
            }
        }
    }
    cards
}

fn channel(entry: &Value, card: Option<&Value>) -> Result<Channel, Unusable> {
    let id = words(entry, &["dataChnId"]).ok_or(ChannelError::Setting("dataChnId"))?;
    let id: ChannelId =
        id.parse().map_err(|error: IdError| ChannelError::Id(error.rule.words()))?;
    let format = Format { own: &entry["format"], card, unit: &entry["unitType"] };
    let (kind, default) = kind(&entry["channelType"], format)?;
    let direction = match entry["isControllable"].as_bool() {
        Some(true) => Direction::Controller,
        Some(false) => Direction::Display,
        None => default,
    };
    Ok(Channel {
        name: words(entry, &["name"]).unwrap_or_else(|| id.to_string()),
        description: words(entry, &["description"]).unwrap_or_default(),
        id,
        direction,
        kind,
        template: words(entry, &["template"]).and_then(|it| Template::of_word(&it)),
    })
}

/// The kind, and the direction where the file does not give one.
fn kind(channel_type: &Value, format: Format<'_>) -> Result<(ChannelKind, Direction), Unusable> {
    let number = channel_type.get("dataChnTypeId").unwrap_or(channel_type);
    let number = word(number).and_then(|it| it.parse::<u64>().ok());
    let name = words(channel_type, &["name"]).unwrap_or_default();
    if number == Some(17) || name.eq_ignore_ascii_case("function") {
        return Ok((ChannelKind::Function { code: format.code()? }, Direction::Display));
    }
    let kind = match number {
        Some(1) => ChannelKind::Integer { unit: format.unit(), bounds: format.bounds()? },
        Some(2) => ChannelKind::Float { unit: format.unit(), bounds: format.bounds()? },
        Some(3) => return Ok((ChannelKind::Switch, Direction::Display)),
        Some(7) => return Ok((ChannelKind::Switch, Direction::Controller)),
        Some(4) => ChannelKind::Hex,
        Some(5) => ChannelKind::String,
        Some(6) => ChannelKind::Gps,
        Some(10) => ChannelKind::Category { options: format.options()? },
        Some(11) => ChannelKind::Gpio,
        Some(12) => ChannelKind::Pwm,
        Some(13) => {
            let bounds = format.bounds()?.ok_or(ChannelError::Setting("lowerbound"))?;
            return Ok((ChannelKind::Analog { bounds }, Direction::Controller));
        }
        Some(14) => {
            let buttons = format.buttons()?;
            return Ok((ChannelKind::Gamepad { buttons }, Direction::Controller));
        }
        Some(15) => ChannelKind::Image,
        Some(16) => ChannelKind::Video,
        _ => return Err(Unusable::Type(type_name(channel_type, number))),
    };
    Ok((kind, Direction::Display))
}

/// Such as `18 (Hologram)`.
fn type_name(channel_type: &Value, number: Option<u64>) -> String {
    let name = words(channel_type, &["name"]);
    match (number, name) {
        (Some(number), Some(name)) => format!("{number} ({name})"),
        (Some(number), None) => number.to_string(),
        (None, Some(name)) => name,
        (None, None) => "without a number".to_owned(),
    }
}

/// The settings of a channel: its own, else those of its card.
#[derive(Clone, Copy)]
struct Format<'a> {
    own: &'a Value,
    card: Option<&'a Value>,
    unit: &'a Value,
}

impl<'a> Format<'a> {
    fn setting(&self, name: &str) -> Option<&'a Value> {
        let given = |it: &&Value| !it.is_null() && it.as_str() != Some("");
        self.own.get(name).filter(given).or_else(|| self.card?.get(name).filter(given))
    }

    /// The unit's symbol. MCS numbers its units without publishing the list: a number alone says
    /// nothing to us.
    fn unit(&self) -> String {
        let unit = if self.unit.is_null() { self.setting("unitType") } else { Some(self.unit) };
        unit.map(symbol).unwrap_or_default()
    }

    fn bounds(&self) -> Result<Option<Bounds>, ChannelError> {
        let end = |name: &'static str| match self.setting(name) {
            None => Ok(None),
            Some(value) => match word(value).and_then(|it| it.trim().parse::<f64>().ok()) {
                Some(number) if number.is_finite() => Ok(Some(number)),
                _ => Err(ChannelError::Setting(name)),
            },
        };
        let (lower, upper) = (end("lowerbound")?, end("upperbound")?);
        if lower.is_none() && upper.is_none() {
            return Ok(None);
        }
        let bounds = Bounds { lower: lower.unwrap_or(f64::MIN), upper: upper.unwrap_or(f64::MAX) };
        let ordered = bounds.lower <= bounds.upper;
        if ordered { Ok(Some(bounds)) } else { Err(ChannelError::Setting("upperbound")) }
    }

    fn options(&self) -> Result<Vec<CategoryOption>, ChannelError> {
        let list = self.setting("options").or_else(|| self.setting("items"));
        let list = list.and_then(Value::as_array).ok_or(ChannelError::Setting("options"))?;
        let option = |it: &Value| {
            let value = words(it, &["value"])?;
            Some(CategoryOption { name: words(it, &["name"]).unwrap_or(value.clone()), value })
        };
        let options: Option<Vec<_>> = list.iter().map(option).collect();
        options.filter(|it| !it.is_empty()).ok_or(ChannelError::Setting("options"))
    }

    fn code(&self) -> Result<String, ChannelError> {
        let language = self.setting("language").and_then(Value::as_str).unwrap_or("javascript");
        if !language.eq_ignore_ascii_case("javascript") {
            return Err(ChannelError::Setting("language"));
        }
        let code = self.setting("code").and_then(Value::as_str).map(str::to_owned);
        code.ok_or(ChannelError::Setting("code"))
    }

    fn buttons(&self) -> Result<GamepadButtons, ChannelError> {
        let name = |keys: &[&str]| keys.iter().find_map(|it| word(self.setting(it)?));
        let button = |key: &'static str| name(&[key]).ok_or(ChannelError::Setting(key));
        Ok(GamepadButtons {
            up: button("up")?,
            down: button("down")?,
            left: button("left")?,
            right: button("right")?,
            a: name(&["A", "a"]),
            b: name(&["B", "b"]),
        })
    }
}

/// What a `unitType` says; empty if nothing to us.
pub(super) fn symbol(unit: &Value) -> String {
    match unit {
        Value::String(symbol) => symbol.trim().to_owned(),
        unit => words(unit, &["symbol", "name"]).unwrap_or_default(),
    }
}

/// The first member that is a text with something in it, or a number.
pub(super) fn words(object: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|it| word(object.get(it)?))
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
