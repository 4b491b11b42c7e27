//! From a prototype to the file.

use serde_json::{Map, Value, json};

use super::Carried;
use crate::{Bounds, Channel, ChannelKind, Direction, Prototype};

/// The prototype file, with the members that MCS writes and what was carried; [`super::import`] reads
/// both back.
pub fn export(prototype: &Prototype, carried: &Carried) -> Value {
    let mut file = file(prototype);
    carried.add_to(&mut file);
    file
}

fn file(prototype: &Prototype) -> Value {
    let configs: Vec<_> = prototype.channels.iter().enumerate().map(display_config).collect();
    let channels: Vec<_> = prototype.channels.iter().map(data_channel).collect();
    json!({
        "prototype": {
            "prodName": prototype.name,
            "description": prototype.description,
            "developmentNote": null,
            "prodAppTypeId": 1,
            "prodRlsStatusTypeId": 1,
            "version": prototype.version,
            "displayConfigs": configs,
            "saleReleaseDate": null,
            "saleDiscontinuousDate": null,
            "isLongConnectionNeeded": true,
            "isSerialNeeded": false,
            "isInterpreterCloudNeeded": false,
            "status": true,
            "prodImgURL": "",
            "prodDesc": "",
        },
        "dataChannels": channels,
        "triggerActions": [],
    })
}

fn display_config((index, channel): (usize, &Channel)) -> Value {
    json!({
        "format": {},
        "displayOrder": index + 1,
        "streamTypeId": channel.kind.type_id(channel.direction),
        "dataChnIds": [channel.id.as_str()],
        "showHistory": false,
        "configs": {},
    })
}

fn data_channel(channel: &Channel) -> Value {
    let unit = match &channel.kind {
        ChannelKind::Integer { unit, .. } | ChannelKind::Float { unit, .. } if !unit.is_empty() => {
            Value::String(unit.clone())
        }
        _ => Value::Null,
    };
    let mut entry = json!({
        "dataChnId": channel.id.as_str(),
        "name": channel.name,
        "description": channel.description,
        "channelType": {
            "dataChnTypeId": channel.kind.type_id(channel.direction),
            "name": channel.kind.name(),
        },
        "format": format(&channel.kind),
        "isHidden": false,
        "isControllable": channel.direction == Direction::Controller,
        "unitType": { "id": null, "name": unit },
    });
    // MCS has a number for the look of each card, `displayType`, and tells nobody which is which.
    if let (Some(template), Value::Object(members)) = (channel.template, &mut entry) {
        members.insert("template".to_owned(), template.word().into());
    }
    entry
}

fn format(kind: &ChannelKind) -> Value {
    match kind {
        ChannelKind::Integer { bounds: Some(bounds), .. }
        | ChannelKind::Float { bounds: Some(bounds), .. }
        | ChannelKind::Analog { bounds } => bounds_format(*bounds),
        ChannelKind::Category { options } => {
            let option = |name: &str, value: &str| json!({ "name": name, "value": value });
            let options: Vec<_> = options.iter().map(|it| option(&it.name, &it.value)).collect();
            json!({ "options": options })
        }
        ChannelKind::Gamepad { buttons } => {
            let sides = [
                ("up", Some(&buttons.up)),
                ("down", Some(&buttons.down)),
                ("left", Some(&buttons.left)),
                ("right", Some(&buttons.right)),
                ("A", buttons.a.as_ref()),
                ("B", buttons.b.as_ref()),
            ];
            let named = |(key, name): (&str, Option<&String>)| {
                Some((key.to_owned(), Value::String(name?.clone())))
            };
            Value::Object(sides.into_iter().filter_map(named).collect())
        }
        // No genuine file with one is known (CONTRACT §1.6): these are the names of its form.
        ChannelKind::Function { code } => json!({ "language": "javascript", "code": code }),
        _ => json!({}),
    }
}

/// Strings, as MCS writes them; an end that is open is left out.
fn bounds_format(bounds: Bounds) -> Value {
    let mut format = Map::new();
    let (lower, upper) = bounds.ends();
    for (name, end) in [("lowerbound", lower), ("upperbound", upper)] {
        if let Some(end) = end {
            format.insert(name.to_owned(), end.to_string().into());
        }
    }
    Value::Object(format)
}
