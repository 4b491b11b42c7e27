//! What a file says and nobody here understands: kept, and said again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::import::{symbol, words};
use crate::Prototype;

/// The members of a prototype file that are not used here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// Of `prototype`, such as `chipId`.
    #[serde(default)]
    prototype: Map<String, Value>,
    /// Of the file, such as `triggerActions`.
    #[serde(default)]
    file: Map<String, Value>,
    /// Of each channel, such as `streamId`.
    #[serde(default)]
    channels: BTreeMap<String, Members>,
}

/// What is not used of one channel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Members {
    /// The type that it is about: with another one nothing of this holds.
    kind: Value,
    channel: Map<String, Value>,
    format: Map<String, Value>,
    /// Of its card in `displayConfigs`.
    card: Map<String, Value>,
}

/// What we say ourselves.
const OF_PROTOTYPE: &[&str] = &["prodName", "name", "version", "description", "displayConfigs"];
const OF_FILE: &[&str] = &["prototype", "dataChannels"];
const OF_CHANNEL: &[&str] =
    &["dataChnId", "name", "description", "channelType", "format", "isControllable", "template"];
const OF_FORMAT: &[&str] = &[
    "lowerbound",
    "upperbound",
    "options",
    "items",
    "unitType",
    "up",
    "down",
    "left",
    "right",
    "A",
    "a",
    "B",
    "b",
    "language",
    "code",
];
const OF_CARD: &[&str] = &["displayOrder", "dataChnIds"];

impl Carried {
    /// What `file` says beyond `prototype`, which was read from it.
    pub(super) fn of(file: &Value, prototype: &Prototype) -> Self {
        let mut channels = BTreeMap::new();
        let entries = file["dataChannels"].as_array().into_iter().flatten();
        for entry in entries {
            let Some(id) = words(entry, &["dataChnId"]) else { continue };
            if !prototype.channels.iter().any(|it| it.id.as_str() == id) {
                continue;
            }
            let members = Members {
                kind: number(entry),
                channel: without(entry, OF_CHANNEL),
                format: without(&entry["format"], OF_FORMAT),
                card: card(&file["prototype"], &id).map(without_settings).unwrap_or_default(),
            };
            channels.insert(id, members);
        }
        let about = &file["prototype"];
        let mut of_prototype = without(about, OF_PROTOTYPE);
        // MCS has two places for one text; who edits it edits both.
        of_prototype.remove("prodDesc");
        Self { prototype: of_prototype, file: without(file, OF_FILE), channels }
    }

    /// Says it again, wherever it still holds.
    pub(super) fn add_to(&self, file: &mut Value) {
        put(&mut file["prototype"], &self.prototype);
        put(file, &self.file);
        let mut cards = BTreeMap::new();
        for entry in file["dataChannels"].as_array_mut().into_iter().flatten() {
            let Some(id) = entry["dataChnId"].as_str().map(str::to_owned) else { continue };
            let Some(members) = self.channels.get(&id) else { continue };
            if members.kind != number(entry) {
                continue;
            }
            let unit = entry["unitType"].take();
            put(entry, &members.channel);
            if entry["unitType"].is_null() || symbol(&entry["unitType"]) != symbol(&unit) {
                entry["unitType"] = unit;
            }
            put(&mut entry["format"], &members.format);
            cards.insert(id, &members.card);
        }
        for config in file["prototype"]["displayConfigs"].as_array_mut().into_iter().flatten() {
            if let Some(members) = config["dataChnIds"][0].as_str().and_then(|id| cards.get(id)) {
                put(config, members);
            }
        }
    }
}

fn number(entry: &Value) -> Value {
    let kind = &entry["channelType"];
    kind.get("dataChnTypeId").unwrap_or(kind).clone()
}

/// The card of one channel alone; one that several share is none of ours.
fn card<'a>(about: &'a Value, id: &str) -> Option<&'a Value> {
    let mut cards = about["displayConfigs"].as_array()?.iter();
    cards.find(|it| {
        let ids = it["dataChnIds"].as_array().map(Vec::as_slice);
        matches!(ids, Some([Value::String(only)]) if only == id)
    })
}

/// Of a card; its settings would stand in for those of the channel that are not given.
fn without_settings(card: &Value) -> Map<String, Value> {
    let mut members = without(card, OF_CARD);
    if let Some(format) = members.get_mut("format") {
        *format = without(format, OF_FORMAT).into();
    }
    members
}

fn without(object: &Value, known: &[&str]) -> Map<String, Value> {
    let members = object.as_object().into_iter().flatten();
    let unknown = members.filter(|(name, _)| !known.contains(&name.as_str()));
    unknown.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn put(object: &mut Value, members: &Map<String, Value>) {
    if let Value::Object(object) = object {
        object.extend(members.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}
