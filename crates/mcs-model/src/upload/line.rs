//! One line, in the column order of its transport (CONTRACT §1.3).

use super::{Field, PointError, RawPoint, Rules};
use crate::{ChannelId, IdError, RawValue, Timestamp};

/// U+FF0C, which one page of the documents prints for a comma (CONTRACT §9.1 row 25).
const WIDE_COMMA: char = '\u{ff0c}';

/// Below this a timestamp counts seconds: as milliseconds it would lie before March 1973.
const SECONDS: core::ops::Range<u64> = 100_000_000..100_000_000_000;

/// MQTT on the device's topic: `timestamp,chn,V`; the channel may not be left out.
pub(super) fn on_device(number: usize, line: &str, rules: Rules) -> Result<RawPoint, PointError> {
    let [time, name, value] = columns(number, line, "timestamp,dataChnId,value")?;
    Ok(RawPoint {
        channel: channel(number, name)?,
        timestamp: timestamp(number, time, rules)?,
        value: RawValue::Csv(value.to_owned()),
    })
}

/// REST: `chn,timestamp,V`.
pub(super) fn in_rest(number: usize, line: &str, rules: Rules) -> Result<RawPoint, PointError> {
    let [name, time, value] = columns(number, line, "dataChnId,timestamp,value")?;
    Ok(RawPoint {
        channel: channel(number, name)?,
        timestamp: timestamp(number, time, rules)?,
        value: RawValue::Csv(value.to_owned()),
    })
}

/// MQTT on a channel's topic (CONTRACT §9.3 rule 1).
pub(super) fn on_channel(
    channel: &ChannelId,
    text: &str,
    rules: Rules,
) -> Result<RawPoint, PointError> {
    let (time, value) = match stamped(channel, text) {
        Some((time, value)) => (timestamp(1, time, rules)?, value),
        // A text in Chinese may well hold such commas: they are a slip only where, with ASCII
        // commas, the text would be a stamped point.
        None if text.contains(WIDE_COMMA)
            && stamped(channel, &text.replace(WIDE_COMMA, ",")).is_some() =>
        {
            return Err(wide_comma(1));
        }
        None => (None, text),
    };
    Ok(RawPoint {
        channel: channel.clone(),
        timestamp: time,
        value: RawValue::Csv(value.to_owned()),
    })
}

/// The time and `V` of a point that is stamped as it should be.
pub(super) fn stamped_on_channel<'a>(
    channel: &ChannelId,
    text: &'a str,
    rules: Rules,
) -> Option<(Option<Timestamp>, &'a str)> {
    let (time, value) = stamped(channel, text)?;
    Some((timestamp(1, time, rules).ok()?, value))
}

/// Splits `timestamp,chn,V` or `timestamp,,V`; `None` when the text is a bare value.
fn stamped<'a>(channel: &ChannelId, text: &'a str) -> Option<(&'a str, &'a str)> {
    let (time, rest) = text.split_once(',')?;
    let (name, value) = rest.split_once(',')?;
    let name = name.trim();
    // Without the name only digits show that this is no text with two commas in a row.
    let digits = time.trim().bytes().all(|it| it.is_ascii_digit());
    (name == channel.as_str() || (name.is_empty() && digits)).then_some((time, value))
}

fn columns<'a>(number: usize, line: &'a str, order: &str) -> Result<[&'a str; 3], PointError> {
    let mut columns = line.splitn(3, ',');
    match [columns.next(), columns.next(), columns.next()] {
        [Some(first), Some(second), Some(_)] if [first, second].concat().contains(WIDE_COMMA) => {
            Err(wide_comma(number))
        }
        [Some(first), Some(second), Some(third)] => Ok([first, second, third]),
        _ if line.contains(WIDE_COMMA) => Err(wide_comma(number)),
        _ => {
            let rule = format!("it has not the form {order}");
            Err(PointError::new(number, Field::Whole, rule))
        }
    }
}

fn wide_comma(number: usize) -> PointError {
    let rule = "its commas are full-width (U+FF0C); the comma is U+002C";
    PointError::new(number, Field::Whole, rule)
}

pub(super) fn channel(number: usize, text: &str) -> Result<ChannelId, PointError> {
    text.trim()
        .parse()
        .map_err(|error: IdError| PointError::new(number, Field::Channel, error.rule.words()))
}

/// CONTRACT §9.3 rule 3: empty or 0 is the time of receipt, else decimal milliseconds.
pub(super) fn timestamp(
    number: usize,
    text: &str,
    rules: Rules,
) -> Result<Option<Timestamp>, PointError> {
    let text = text.trim();
    let refuse = |rule: &str| {
        let start: String = text.chars().take(40).collect();
        Err(PointError::new(number, Field::Timestamp, format!("{rule}: {start:?}")))
    };
    if text.is_empty() {
        return Ok(None);
    }
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return refuse("it is not whole milliseconds");
    }
    match text.parse::<u64>() {
        Ok(0) => Ok(None),
        Ok(seconds) if SECONDS.contains(&seconds) => {
            if rules.seconds {
                Ok(Some(Timestamp::from_millis(seconds * 1000)))
            } else {
                refuse("it counts seconds, not milliseconds")
            }
        }
        Ok(millis) if millis < 10_000_000_000_000 => Ok(Some(Timestamp::from_millis(millis))),
        _ => refuse("it has more than 13 digits"),
    }
}
