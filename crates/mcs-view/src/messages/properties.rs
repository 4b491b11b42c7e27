//! What is said beside a message that the operator sends.

use mcs_session::{Beside, Property};

use super::bytes;
use crate::connections::named_values;
use crate::protocol::{DraftProperties, Format, PublishTrouble};

/// Longest text of MQTT, in bytes.
const LONGEST: usize = 0xffff;

/// What was typed in, as it is sent; `None` when nothing was.
pub(super) fn of_draft(typed: &DraftProperties) -> Result<Option<Box<Beside>>, PublishTrouble> {
    let DraftProperties { content_type, response_topic, correlation, expiry, user } = typed;
    let expiry = match expiry.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| PublishTrouble::Expiry)?),
    };
    let response_topic = response_topic.trim();
    if response_topic.len() > LONGEST || response_topic.contains(['+', '#', '\0']) {
        return Err(PublishTrouble::ResponseTopic);
    }
    let content_type = content_type.trim();
    if content_type.len() > LONGEST || content_type.contains(char::is_control) {
        return Err(PublishTrouble::ContentType);
    }
    let correlation = bytes::of_text(correlation, Format::Hex);
    let correlation =
        correlation.ok().filter(|it| it.len() <= LONGEST).ok_or(PublishTrouble::Correlation)?;
    let user_properties = named_values(user)
        .map_err(|line| PublishTrouble::UserProperty(u32::try_from(line).unwrap_or(u32::MAX)))?;
    let beside = Beside {
        expiry,
        content_type: content_type.to_owned(),
        response_topic: response_topic.to_owned(),
        correlation,
        user_properties,
    };
    Ok((beside != Beside::default()).then(|| Box::new(beside)))
}

/// As they stand in the log, like those that are received.
pub(super) fn shown(beside: &Beside) -> Vec<Property> {
    let Beside { expiry, content_type, response_topic, correlation, user_properties } = beside;
    let plain = |id: u8, value: String| Property { id, key: String::new(), value };
    let text = |id: u8, text: &String| (!text.is_empty()).then(|| plain(id, text.clone()));
    let digits = correlation.iter().map(|it| format!("{it:02x}")).collect::<String>();
    let user = user_properties.iter().map(|(key, value)| Property {
        id: 0x26,
        key: key.clone(),
        value: value.clone(),
    });
    expiry
        .map(|it| plain(0x02, it.to_string()))
        .into_iter()
        .chain(text(0x03, content_type))
        .chain(text(0x08, response_topic))
        .chain(text(0x09, &digits))
        .chain(user)
        .collect()
}
