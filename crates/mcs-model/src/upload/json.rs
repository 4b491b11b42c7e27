//! The REST JSON, which devices also publish by MQTT (CONTRACT §1.3, §2.4).

use serde_json::{Map, Value};

use super::{Field, PointError, RawPoint, Rules, line};
use crate::{ChannelId, RawValue};

/// The member that makes a JSON object an upload.
const DATAPOINTS: &str = "datapoints";

/// The data points of a publish, if it is the REST JSON; a point without `dataChnId` belongs to
/// the topic's channel.
///
/// A string channel may hold JSON of its own: only `datapoints` makes it an upload.
pub(super) fn points_of_publish(
    topic: Option<&ChannelId>,
    text: &str,
    rules: Rules,
) -> Option<Vec<Result<RawPoint, PointError>>> {
    let object = text.trim_start().starts_with('{');
    (object && (topic.is_none() || text.contains("\"datapoints\"")))
        .then(|| points(topic, text, rules))
}

/// The data points of `{"datapoints":[…]}`.
pub(super) fn points(
    topic: Option<&ChannelId>,
    text: &str,
    rules: Rules,
) -> Vec<Result<RawPoint, PointError>> {
    let whole = |rule: String| vec![Err(PointError::new(1, Field::Whole, rule))];
    let body: Value = match serde_json::from_str(text) {
        Ok(body) => body,
        Err(error) => return whole(format!("it is not JSON: {error}")),
    };
    let Some(list) = body.get(DATAPOINTS).and_then(Value::as_array) else {
        return whole("it has no list datapoints".to_owned());
    };
    if list.is_empty() {
        return vec![Err(PointError::nothing())];
    }
    let mut points: Vec<_> = list
        .iter()
        .take(rules.max_points)
        .enumerate()
        .map(|(index, entry)| point(topic, index + 1, entry, rules))
        .collect();
    if list.len() > rules.max_points {
        points.push(Err(PointError::too_many(rules.max_points + 1, rules.max_points)));
    }
    points
}

fn point(
    topic: Option<&ChannelId>,
    number: usize,
    entry: &Value,
    rules: Rules,
) -> Result<RawPoint, PointError> {
    let Some(members) = entry.as_object() else {
        return Err(PointError::new(number, Field::Whole, "it is no object"));
    };
    let channel = match (members.get("dataChnId"), topic) {
        (None, Some(topic)) => topic.clone(),
        (None, None) => return Err(PointError::new(number, Field::Channel, "it is missing")),
        (Some(name), _) => {
            let name = word(name)
                .ok_or_else(|| PointError::new(number, Field::Channel, "it is no string"))?;
            line::channel(number, &name)?
        }
    };
    let timestamp = match members.get("timestamp") {
        None | Some(Value::Null) => None,
        Some(time) => {
            let text = word(time).ok_or_else(|| {
                PointError::new(number, Field::Timestamp, "it is neither a number nor a string")
            })?;
            line::timestamp(number, &text, rules)?
        }
    };
    let value = values(members)
        .ok_or_else(|| PointError::new(number, Field::Value, "the member values is missing"))?;
    Ok(RawPoint { channel, timestamp, value: RawValue::Json(value.clone()) })
}

fn values(members: &Map<String, Value>) -> Option<&Value> {
    members.get("values").filter(|it| !it.is_null())
}

/// A string, or a number as text; ids such as `1` are sent as numbers too.
fn word(json: &Value) -> Option<String> {
    match json {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => {
            let text = number.to_string();
            // Script languages compute milliseconds as floats.
            Some(text.strip_suffix(".0").map_or(text.clone(), str::to_owned))
        }
        _ => None,
    }
}
