use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::Template;

fn text() -> impl Strategy<Value = String> {
    "[^\\pC\\s,|](.{0,20}[^\\pC\\s])?".prop_filter("one line", |it| !it.contains(char::is_control))
}

fn any_bounds() -> impl Strategy<Value = Bounds> {
    let end = || prop_oneof![any::<i16>().prop_map(f64::from), -1e300..1e300_f64];
    let ordered = (end(), end()).prop_map(|(a, b)| Bounds { lower: a.min(b), upper: a.max(b) });
    prop_oneof![
        4 => ordered,
        1 => end().prop_map(|lower| Bounds { lower, upper: f64::MAX }),
        1 => end().prop_map(|upper| Bounds { lower: f64::MIN, upper }),
    ]
}

fn any_kind() -> impl Strategy<Value = ChannelKind> {
    let unit = || prop_oneof![Just(String::new()), text()];
    let options = btree_map(text(), text(), 1..5).prop_map(|map| {
        let options = map.into_iter().map(|(value, name)| CategoryOption { name, value });
        ChannelKind::Category { options: options.collect() }
    });
    let buttons = (proptest::collection::btree_set("[a-z]{1,8}", 6), any::<[bool; 2]>());
    let gamepad = buttons.prop_map(|(names, [a, b])| {
        let mut names = names.into_iter();
        let mut next = || names.next().unwrap_or_default();
        let (up, down, left, right) = (next(), next(), next(), next());
        let buttons =
            GamepadButtons { up, down, left, right, a: a.then(&mut next), b: b.then(&mut next) };
        ChannelKind::Gamepad { buttons }
    });
    prop_oneof![
        prop_oneof![
            Just(ChannelKind::Switch),
            Just(ChannelKind::Hex),
            Just(ChannelKind::String),
            Just(ChannelKind::Gps),
            Just(ChannelKind::Gpio),
            Just(ChannelKind::Pwm),
            Just(ChannelKind::Image),
        ],
        (unit(), option::of(any_bounds()))
            .prop_map(|(unit, bounds)| ChannelKind::Integer { unit, bounds }),
        (unit(), option::of(any_bounds()))
            .prop_map(|(unit, bounds)| ChannelKind::Float { unit, bounds }),
        any_bounds().prop_map(|bounds| ChannelKind::Analog { bounds }),
        options,
        gamepad,
        "[ -~\n]{0,40}x".prop_map(|code| ChannelKind::Function { code }),
        Just(ChannelKind::Video),
    ]
}

fn any_prototype() -> impl Strategy<Value = Prototype> {
    let template = option::of(proptest::sample::select(Template::ALL.to_vec()));
    let about = prop_oneof![Just(String::new()), text()];
    let channel = (text(), about, any::<bool>(), any_kind(), template);
    let channels = btree_map("[A-Za-z0-9_]{1,12}", channel, 0..8).prop_map(|map| {
        let channel = |(id, (name, description, controls, kind, template)): (String, _)| Channel {
            id: format!("c{id}").parse().unwrap(),
            name,
            description,
            direction: if controls { Direction::Controller } else { Direction::Display },
            kind,
            template,
        };
        map.into_iter().map(channel).collect::<Vec<_>>()
    });
    let about = vec(prop_oneof![Just(String::new()), text()], 2);
    (text(), about, channels.prop_shuffle()).prop_map(|(name, about, channels)| Prototype {
        id: id(),
        name,
        version: about[0].clone(),
        description: about[1].clone(),
        channels,
    })
}

/// A JSON value that a file may carry.
fn any_json() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,9}".prop_map(Value::from),
        vec(any::<i32>(), 0..3).prop_map(Value::from),
    ]
}

proptest! {
    #[test]
    fn every_prototype_that_can_be_kept_survives_its_file(prototype in any_prototype()) {
        prop_assert_eq!(check::faults(&prototype), []);
        let file = export(&prototype, &Carried::default());
        let imported = import(&file.to_string(), id()).unwrap();
        prop_assert_eq!(&imported.prototype, &prototype);
        prop_assert_eq!(imported.skipped, []);
        // What is carried survives, too.
        prop_assert_eq!(export(&prototype, &imported.carried), file);
    }

    #[test]
    fn unknown_members_survive_wherever_they_are(
        prototype in any_prototype(),
        members in btree_map("x[a-z]{1,6}", any_json(), 0..4),
    ) {
        let mut file = export(&prototype, &Carried::default());
        let mut places = vec!["", "/prototype"];
        let at: Vec<_> = (0..prototype.channels.len())
            .flat_map(|n| [format!("/dataChannels/{n}"), format!("/dataChannels/{n}/format"),
                format!("/prototype/displayConfigs/{n}")])
            .collect();
        places.extend(at.iter().map(String::as_str));
        for place in places {
            file.pointer_mut(place).unwrap().as_object_mut().unwrap().extend(members.clone());
        }
        let imported = import(&file.to_string(), id()).unwrap();
        let kept = serde_json::to_string(&imported.carried).unwrap();
        let carried: Carried = serde_json::from_str(&kept).unwrap();
        prop_assert_eq!(export(&imported.prototype, &carried), file);
    }

    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = import(&text, id());
    }

    #[test]
    fn no_json_in_a_place_of_the_file_panics(at in 0_usize..64, value in any_json()) {
        let mut file = genuine();
        let mut paths = Vec::new();
        collect(&file, String::new(), &mut paths);
        *file.pointer_mut(&paths[at % paths.len()]).unwrap() = value;
        let _ = import(&file.to_string(), id());
    }
}

fn collect(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, it)| collect(it, format!("{path}/{name}"), paths));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, it)| collect(it, format!("{path}/{n}"), paths));
        }
        _ => {}
    }
    paths.push(path);
}
