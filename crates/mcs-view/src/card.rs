//! What stands on the card of one channel.

use mcs_model::api::HistoryPoint;
use mcs_model::{Channel, ChannelKind, Direction, RawRef, Timestamp, Value, ValueError};

use crate::control::{Life, same};
use crate::protocol::{CardState, ControlFailure, ControlStage, Shown, Unfit, Wrong};
use crate::runs::Runs;
use crate::trail::Trail;

#[cfg(test)]
mod tests;

/// How far a device's clock may be ahead, in milliseconds, before its points count as of the future.
const CLOCK_AHEAD: u64 = 5_000;

/// The most decimals that a card shows.
const MOST_DIGITS: usize = 4;

/// The most decimals of a place: a millimetre.
const MOST_PLACE_DIGITS: usize = 8;

/// The most characters of a value that cannot be read, to be shown.
const MOST_SHOWN: usize = 200;

/// What stands on a card.
#[derive(Debug, Default)]
pub(crate) struct Card {
    pub(crate) value: Option<Shown>,
    pub(crate) life: Option<Life>,
    pub(crate) trail: Trail,
    pub(crate) runs: Runs,
    digits: u8,
    /// The page has not seen it as it is.
    pub(crate) changed: bool,
}

impl Card {
    /// A point that just came. Gives its value, if it can be charted: one that is of the channel's
    /// type, within its bounds or not.
    pub(crate) fn receive(
        &mut self,
        channel: &Channel,
        at: Timestamp,
        raw: RawRef<'_>,
        now: Timestamp,
    ) -> Option<Value> {
        if self.life.as_mut().is_some_and(|life| life.is_own(at)) {
            return None;
        }
        let (value, misfit) = read(&channel.kind, raw);
        let is_readable = !matches!(misfit, Some(Unfit::Unreadable(_)));
        let readable = is_readable.then(|| value.clone());
        match raw {
            RawRef::Csv(text) => self.count_digits(&channel.kind, text),
            RawRef::Json(_) => self.count_digits(&channel.kind, &value.to_string()),
        }
        self.changed = true;
        let point = Shown { value, at, misfit };
        let is_news = self.is_news(at, now);
        if channel.direction == Direction::Controller && point.misfit.is_none() {
            self.command_or_report(&point, is_news);
        }
        self.remember(channel, &point);
        if is_news {
            self.value = Some(point);
        }
        readable
    }

    /// A point that the server has kept.
    pub(crate) fn recall(&mut self, channel: &Channel, point: Shown) {
        if self.value.as_ref().is_none_or(|it| it.at < point.at) {
            self.count_digits(&channel.kind, &point.value.to_string());
            self.remember(channel, &point);
            self.value = Some(point);
            self.changed = true;
        }
    }

    /// Our server has stored a command of ours: it is the channel's last value, as it would be after
    /// a reload. Gives it to be charted.
    pub(crate) fn stored(
        &mut self,
        channel: &Channel,
        now: Timestamp,
    ) -> Option<(Timestamp, Value)> {
        let control = self.life.as_ref()?.control();
        let (value, at) = (control.desired.clone()?, control.sent);
        let point = Shown { value: value.clone(), at, misfit: None };
        self.changed = true;
        self.remember(channel, &point);
        if self.is_news(at, now) {
            self.count_digits(&channel.kind, &point.value.to_string());
            self.value = Some(point);
        }
        Some((at, value))
    }

    /// Places or pictures that the server has kept.
    pub(crate) fn merge(&mut self, channel: &Channel, history: Vec<HistoryPoint>) {
        if let Some(limit) = Trail::limit(&channel.kind) {
            self.trail.merge(history, limit);
        }
    }

    /// As the page shows it; it counts as seen afterwards.
    pub(crate) fn show(&mut self, channel: &Channel) -> CardState {
        self.changed = false;
        CardState {
            channel: channel.id.clone(),
            value: self.value.clone(),
            digits: self.digits,
            control: self.life.as_ref().map(|it| it.control().clone()),
        }
    }

    /// A value on a controller: the device's word on our command, or the doing of somebody else.
    fn command_or_report(&mut self, point: &Shown, is_news: bool) {
        if let Some(life) = self.life.as_mut().filter(|it| it.control().stage.is_open()) {
            // Of a button, or after a long silence, another value is no answer to the command.
            let was_answerable = life.control().stage != ControlStage::Unconfirmed
                && !matches!(point.value, Value::Gamepad { .. });
            life.reported(&point.value);
            let other = ControlStage::Failed(ControlFailure::OtherValue);
            if !was_answerable && life.control().stage == other {
                *life = Life::elsewhere(point.value.clone(), point.at);
            }
            return;
        }
        let former = self.value.as_ref().filter(|it| it.misfit.is_none());
        if is_news && former.is_some_and(|it| !same(&it.value, &point.value)) {
            self.life = Some(Life::elsewhere(point.value.clone(), point.at));
        }
    }

    /// Whether a point of this time is the channel's last one: a value of the past is history,
    /// unless what stands there claims to be of the future.
    fn is_news(&self, at: Timestamp, now: Timestamp) -> bool {
        let ahead = now.as_millis().saturating_add(CLOCK_AHEAD);
        let newest = self.value.as_ref().map_or(0, |it| it.at.as_millis());
        at.as_millis() >= newest || newest > ahead
    }

    fn remember(&mut self, channel: &Channel, point: &Shown) {
        if let Some(limit) = Trail::limit(&channel.kind).filter(|_| point.misfit.is_none()) {
            self.trail.insert(point.clone(), limit);
        }
    }

    /// The digits of a channel are those of its finest value: they do not jump with every one.
    fn count_digits(&mut self, kind: &ChannelKind, text: &str) {
        let most = match kind {
            ChannelKind::Float { .. } => MOST_DIGITS,
            ChannelKind::Gps => MOST_PLACE_DIGITS,
            _ => return,
        };
        if usize::from(self.digits) == most {
            return;
        }
        // Not the altitude: it says nothing of the place.
        let numbers = text.split(',').take(2);
        let digits = numbers.map(decimals).max().unwrap_or(0).min(most);
        self.digits = self.digits.max(u8::try_from(digits).unwrap_or(u8::MAX));
    }
}

/// The value of `raw`, and why it does not fit if so: a number out of its bounds is still a number.
fn read(kind: &ChannelKind, raw: RawRef<'_>) -> (Value, Option<Unfit>) {
    let error = match kind.parse(raw) {
        Ok(value) => return (value, None),
        Err(error) => error,
    };
    if let ValueError::Bounds { part: "", bounds, got } = error {
        let misfit = if got < bounds.lower { Unfit::TooLow } else { Unfit::TooHigh };
        let value = match kind {
            ChannelKind::Float { .. } => Value::Float(got),
            #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and is whole")]
            _ => Value::Integer(got as i64),
        };
        return (value, Some(misfit));
    }
    (Value::String(excerpt(raw_text(raw))), Some(Unfit::Unreadable(Wrong::from(&error))))
}

fn raw_text(raw: RawRef<'_>) -> String {
    match raw {
        RawRef::Csv(text) => text.to_owned(),
        RawRef::Json(json) => json.to_string(),
    }
}

fn excerpt(text: String) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}… ({} bytes)", &text[..end], text.len()),
        None => text,
    }
}

/// How many digits stand behind the point of a number.
fn decimals(text: &str) -> usize {
    let text = text.trim();
    let Some((whole, fraction)) = text.split_once('.') else { return 0 };
    let plain = |text: &str| text.bytes().all(|it| it.is_ascii_digit());
    if plain(whole.trim_start_matches(['-', '+'])) && plain(fraction) { fraction.len() } else { 0 }
}
