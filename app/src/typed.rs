//! Channels as an operator types them, one a line, for a device that no server knows.
//!
//! `id, kind, controller or display, name, unit, lower..upper`; the last three may be left out.
//! A category has its keys in place of the unit: `off=0 low=1`.

#[cfg(test)]
mod tests;

use mcs_model::{
    Bounds, CategoryOption, Channel, ChannelId, ChannelKind, Direction, GamepadButtons, IdError,
    IdRule,
};

use crate::texts::connections as t;

/// The kinds that can be typed, as they are written.
pub(crate) const KINDS: &str =
    "switch, integer, float, string, hex, category, gpio, pwm, analog, gps, gamepad, image";

/// The channels of `text`; lines that are blank do not count.
///
/// # Errors
/// Every line that is none, with its number and why.
pub(crate) fn channels(text: &str) -> Result<Vec<Channel>, Vec<String>> {
    let mut channels: Vec<Channel> = Vec::new();
    let mut errors = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match channel(line) {
            Ok(new) if channels.iter().any(|old| old.id == new.id) => {
                errors.push(t::line_twice(&(index + 1), &new.id));
            }
            Ok(new) => channels.push(new),
            Err(why) => errors.push(t::line_wrong(&(index + 1), &why)),
        }
    }
    if errors.is_empty() { Ok(channels) } else { Err(errors) }
}

/// What is wrong with an identifier.
pub(crate) fn rule(rule: IdRule) -> &'static str {
    match rule {
        IdRule::Something => t::id_empty(),
        IdRule::Length => t::id_long(),
        IdRule::Word => t::id_word(),
        IdRule::Separators => t::id_separators(),
        IdRule::Controls => t::id_controls(),
        IdRule::OuterSpace => t::id_spaces(),
        IdRule::Taken => t::id_taken(),
    }
}

fn channel(line: &str) -> Result<Channel, String> {
    let mut fields = line.split(',').map(str::trim);
    let wrong_id = |error: IdError| t::not_an_id(&rule(error.rule));
    let id: ChannelId = fields.next().unwrap_or_default().parse().map_err(wrong_id)?;
    let word = fields.next().unwrap_or_default().to_ascii_lowercase();
    let direction = match fields.next().unwrap_or("display").to_ascii_lowercase().as_str() {
        "controller" => Direction::Controller,
        "display" | "" => Direction::Display,
        other => return Err(t::not_a_direction(&other)),
    };
    let name = fields.next().filter(|name| !name.is_empty()).unwrap_or(id.as_str()).to_owned();
    let unit = fields.next().unwrap_or_default();
    let bounds = fields.next().filter(|text| !text.is_empty()).map(bounds).transpose()?;
    let kind = kind(&word, unit, bounds)?;
    if fields.next().is_some() {
        return Err(t::after_bounds().to_owned());
    }
    Ok(Channel { id, name, description: String::new(), direction, kind, template: None })
}

fn kind(word: &str, unit: &str, bounds: Option<Bounds>) -> Result<ChannelKind, String> {
    let unit_text = unit.to_owned();
    Ok(match word {
        "switch" => ChannelKind::Switch,
        "integer" => ChannelKind::Integer { unit: unit_text, bounds },
        "float" => ChannelKind::Float { unit: unit_text, bounds },
        "string" => ChannelKind::String,
        "hex" => ChannelKind::Hex,
        "gpio" => ChannelKind::Gpio,
        "pwm" => ChannelKind::Pwm,
        "gps" => ChannelKind::Gps,
        "image" => ChannelKind::Image,
        "analog" => {
            ChannelKind::Analog { bounds: bounds.unwrap_or(Bounds { lower: 0.0, upper: 255.0 }) }
        }
        "category" => ChannelKind::Category { options: options(unit)? },
        "gamepad" => ChannelKind::Gamepad { buttons: buttons() },
        "" => return Err(t::kind_missing(&KINDS)),
        other => return Err(t::not_a_kind(&other, &KINDS)),
    })
}

fn bounds(text: &str) -> Result<Bounds, String> {
    let wrong = || t::not_bounds(&text);
    let (lower, upper) = text.split_once("..").ok_or_else(wrong)?;
    let lower: f64 = lower.trim().parse().map_err(|_| wrong())?;
    let upper: f64 = upper.trim().parse().map_err(|_| wrong())?;
    if lower.is_finite() && upper.is_finite() && lower < upper {
        Ok(Bounds { lower, upper })
    } else {
        Err(wrong())
    }
}

fn options(text: &str) -> Result<Vec<CategoryOption>, String> {
    let options: Vec<_> = text
        .split_whitespace()
        .map(|word| {
            let (name, value) = word.split_once('=').unwrap_or((word, word));
            CategoryOption { name: name.to_owned(), value: value.to_owned() }
        })
        .collect();
    if options.is_empty() {
        return Err(t::no_keys().to_owned());
    }
    Ok(options)
}

/// The names that MCS gives them unless the author says otherwise (CONTRACT §1.4).
fn buttons() -> GamepadButtons {
    GamepadButtons {
        up: "up".to_owned(),
        down: "down".to_owned(),
        left: "left".to_owned(),
        right: "right".to_owned(),
        a: Some("A".to_owned()),
        b: Some("B".to_owned()),
    }
}
