//! Which number stands for a value in a chart.

use mcs_model::api::{PointColumns, PointTime};
use mcs_model::{ChannelKind, Timestamp, Value};

/// The number for a value that fits its channel: a category's is the place of its option, and of
/// what is a mark, all are 0.
pub(crate) fn of(kind: &ChannelKind, value: &Value) -> Option<f64> {
    match (kind, value) {
        (ChannelKind::Category { .. }, Value::Category(key)) => stored(kind, None, Some(key)),
        (ChannelKind::String, Value::String(_))
        | (ChannelKind::Hex, Value::Hex(_))
        | (ChannelKind::Gamepad { .. }, Value::Gamepad { .. }) => Some(0.0),
        _ => value.as_number(),
    }
}

/// The same for a value as the server keeps it: a number, or else a text.
pub(crate) fn stored(kind: &ChannelKind, number: Option<f64>, text: Option<&str>) -> Option<f64> {
    match kind {
        ChannelKind::Category { options } => {
            let place = options.iter().position(|it| Some(it.value.as_str()) == text)?;
            Some(f64::from(u32::try_from(place).unwrap_or(u32::MAX)))
        }
        // A text that is too long for an answer is a mark all the same.
        ChannelKind::String | ChannelKind::Hex | ChannelKind::Gamepad { .. } => Some(0.0),
        _ => number,
    }
}

/// Whether texts are of interest.
pub(crate) fn has_texts(kind: &ChannelKind) -> bool {
    matches!(kind, ChannelKind::String | ChannelKind::Hex | ChannelKind::Gamepad { .. })
}

/// The times of an answer. What came at once is a millisecond apart: a series has one place for each.
pub(crate) fn times(columns: &PointColumns, time: PointTime) -> Vec<u64> {
    let mut former = None;
    let apart = |at: &Timestamp| {
        let at = at.as_millis();
        let place = match former {
            Some((since, last)) if since == at && time == PointTime::Arrival => last + 1,
            _ => at,
        };
        former = Some((at, place));
        place
    };
    columns.at.iter().map(apart).collect()
}

/// The numbers of an answer at their [`times`].
pub(crate) fn points(
    columns: &PointColumns,
    times: &[u64],
    kind: &ChannelKind,
) -> impl Iterator<Item = (u64, f64)> {
    times.iter().enumerate().filter_map(move |(index, at)| {
        let number = columns.number.get(index).copied().flatten();
        let text = columns.text.get(index).and_then(Option::as_deref);
        Some((*at, stored(kind, number, text)?))
    })
}

/// The place of the option that a number stands for.
pub(crate) fn place(number: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
    let place = number.max(0.0) as usize;
    place
}
