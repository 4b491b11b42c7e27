//! What an intruder may try to name.

use crate::{ID, KEY};

/// The intruder's own id and key.
pub(super) const OWN_ID: &str = "Dintrude";
pub(super) const OWN_KEY: &str = "oWnKeyOfIntruder";

/// Filters that would show another device's data, or what is the server's.
///
/// `{A}` is the victim's id, `{a}` its key, which the intruder does not know but may come near; `{B}` and `{b}` are
/// the intruder's own.
pub(super) const FILTERS: &[&str] = &[
    // Wildcards at each level.
    "#",
    "+",
    "+/#",
    "+/+/+/+",
    "mcs/#",
    "mcs/+",
    "mcs/+/#",
    "mcs/+/+",
    "mcs/+/+/+",
    "mcs/+/+/#",
    "mcs/+/{b}/+",
    "mcs/+/{a}/+",
    "mcs/{A}/#",
    "mcs/{A}/+",
    "mcs/{A}/+/+",
    "mcs/{A}/+/#",
    "mcs/{A}/+/count",
    "mcs/{B}/+/+",
    "mcs/{B}/#",
    "+/{A}/{a}/+",
    "+/{B}/{b}/+",
    "+/+/{b}/+",
    // A foreign id with the own key, and the other way round.
    "mcs/{A}/{b}",
    "mcs/{A}/{b}/+",
    "mcs/{A}/{b}/#",
    "mcs/{A}/{b}/count",
    "mcs/{B}/{a}/+",
    "mcs/Dnobody0/{b}/+",
    // Nearly the key, nearly the id.
    "mcs/{A}/{a-lower}/+",
    "mcs/{A}/{a-upper}/+",
    "mcs/{A-lower}/{a}/+",
    "mcs/{A-upper}/{a}/+",
    "mcs/{A}/{a-short}/+",
    "mcs/{A}/{a}0/+",
    "mcs/{A}/{a} /+",
    "mcs/{A}/ {a}/+",
    "mcs/{A} /{a}/+",
    "mcs/{A}/{a}\u{200b}/+",
    "mcs/{A}/\u{feff}{a}/+",
    "mcs/{A}/{a}\n/+",
    "mcs/{A}/{a}\0/+",
    "mcs/{A}/{a}%00/+",
    "mcs/{A}/{a-wide}/+",
    "mcs/{A}//+",
    "mcs//{a}/+",
    // The right words at the wrong levels.
    "MCS/{A}/{a}/+",
    "/mcs/{A}/{a}/+",
    "mcs//{A}/{a}/+",
    "mcs/{A}/{a}/+/+",
    "mcs/{A}/{a}/+/#",
    "mcs/{A}/{a}/count/#",
    "mcs/{a}/{A}/+",
    "mcs/{B}/{b}/../../{A}/{b}/+",
    "{A}/{a}/+",
    // No filters at all.
    "",
    "mcs/{A}/{b}/#/+",
    "mcs/{A}/{b}+/+",
    "mcs#",
    "mcs/{B}/{b}/x#",
    // What begins with $.
    "$SYS/#",
    "$SYS/+",
    "$SYS/brokers/+/clients",
    "$share/g/#",
    "$share/g/mcs/#",
    "$share/g/mcs/+/+/+",
    "$share/g/mcs/{A}/+/+",
    "$share/g/mcs/{A}/{b}/+",
    "$share/g/+/{A}/+/+",
    "$share/g/$SYS/#",
    "$share/g/console/v1/#",
    "$share/g/$share/g/mcs/{B}/{b}/+",
    "$share/+/mcs/{A}/{b}/+",
    "$share//mcs/{A}/{b}/+",
    "$share/g",
    "$exclusive/#",
    "$exclusive/mcs/{A}/{b}/+",
    "$exclusive/mcs/{B}/{b}/+",
    "$limit/1/mcs/#",
    "$limit/1/mcs/{A}/{b}/+",
    "$limit/1/mcs/{B}/{b}/+",
    "$queue/#",
    "$queue/mcs/{A}/{b}/+",
    "$delayed/0/mcs/#",
    "$mcs/#",
    "$mcs/refused",
    "$mcs/invalid",
    // What is for people.
    "console/#",
    "console/v1/#",
    "console/v1/devices/+",
    "console/v1/devices/{A}",
    "console/v1/points/+/+",
    "console/v1/points/{A}/+",
    "console/v1/points/{B}/+",
    "console/v1/commands/{A}/+",
    "console/v1/commands/{A}/switch_control",
];

/// Topics that would write another device's data, or speak in the server's name.
pub(super) const TOPICS: &[&str] = &[
    "mcs/{A}/{b}/count",
    "mcs/{A}/{b}",
    "mcs/{A}/{b}/+",
    "mcs/{A}/{b}/",
    "mcs/{A}/{b}/switch_control",
    "mcs/{A}/{b}/FOTA",
    "mcs/{B}/{a}/count",
    "mcs/{B}/{b}/FOTA",
    "mcs/{A}//count",
    "mcs/{A}/count",
    "mcs/{A}/+/count",
    "mcs/+/{b}/count",
    "mcs/+/{a}/count",
    "mcs/+/+/count",
    "mcs/{A}/{b}/#",
    "mcs/#",
    "#",
    "+/+/+/+",
    "mcs/{A}/{a-lower}/count",
    "mcs/{A}/{a-upper}/count",
    "mcs/{A-lower}/{a}/count",
    "mcs/{A}/{a-short}/count",
    "mcs/{A}/{a}0/count",
    "mcs/{A}/{a} /count",
    "mcs/{A}/{a}\u{200b}/count",
    "mcs/{A}/{a}\n/count",
    "mcs/{A}/{a}\0/count",
    "mcs/{A}/{a}%00/count",
    "mcs/{A}/{a-wide}/count",
    "MCS/{A}/{a}/count",
    "mcs/{A}/{a}/count/more",
    "mcs/{a}/{A}/count",
    "mcs/{B}/{b}/../../{A}/{b}/count",
    "$SYS/brokers",
    "$share/g/mcs/{A}/{b}/count",
    "$share/g/mcs/{B}/{b}/count",
    "$exclusive/mcs/{A}/{b}/count",
    "$limit/1/mcs/{A}/{b}/count",
    "$queue/mcs/{A}/{b}/count",
    "$delayed/0/mcs/{A}/{b}/count",
    "$delayed/0/mcs/{B}/{b}/count",
    "$mcs/swallowed",
    "$mcs/unheard",
    "console/v1/devices/{A}",
    "console/v1/points/{A}/count",
    "console/v1/points/{B}/count",
    "console/v1/commands/{A}/switch_control",
    "console/v1/commands/{B}/switch_control",
    "",
];

/// What no victim may ever see.
pub(super) const FORGED: &str = "1432538716000,count,666";

/// The names in a row's place holders.
pub(super) fn named(template: &str) -> String {
    let wide: String = KEY.chars().filter_map(|c| char::from_u32(u32::from(c) + 0xfee0)).collect();
    template
        .replace("{A}", ID)
        .replace("{a}", KEY)
        .replace("{B}", OWN_ID)
        .replace("{b}", OWN_KEY)
        .replace("{A-lower}", &ID.to_lowercase())
        .replace("{A-upper}", &ID.to_uppercase())
        .replace("{a-lower}", &KEY.to_lowercase())
        .replace("{a-upper}", &KEY.to_uppercase())
        .replace("{a-short}", &KEY[..KEY.len() - 1])
        .replace("{a-wide}", &wide)
}
