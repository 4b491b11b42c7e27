use mcs_model::api::PrototypeInfo;
use mcs_model::check::{Fault, Field, Flaw};
use mcs_model::{
    Bounds, CategoryOption, Channel, ChannelKind, Direction, GamepadButtons, Prototype, Template,
};

use super::row::suggested_id;
use super::*;

fn channel(id: &str, kind: ChannelKind) -> Channel {
    Channel {
        id: id.parse().unwrap(),
        name: format!("The {id}"),
        description: String::new(),
        direction: Direction::Controller,
        kind,
        template: None,
    }
}

fn info(channels: Vec<Channel>) -> PrototypeInfo {
    let prototype = Prototype {
        id: "PydFXsArwtru".parse().unwrap(),
        name: "Board".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        channels,
    };
    PrototypeInfo { prototype, revision: 3, edited: None, edited_by: String::new(), devices: 0 }
}

fn board() -> Draft {
    let unit = "°C".to_owned();
    Draft::new(info(vec![
        channel("lamp", ChannelKind::Switch),
        channel("temp", ChannelKind::Float { unit, bounds: None }),
        channel("text", ChannelKind::String),
    ]))
}

/// A draft with one new channel of this type, whose name says nothing wrong.
fn with(kind: KindName) -> (Draft, u32) {
    let mut draft = Draft::new(info(Vec::new()));
    let row = draft.add(kind, Direction::Controller);
    draft.set_row(row, Field::Name, "New".to_owned());
    (draft, row)
}

fn ids(draft: &Draft) -> Vec<&str> {
    draft.fields().rows.iter().map(|it| it.id.as_str()).collect()
}

fn wrong(draft: &Draft) -> Vec<(Option<usize>, Field, Flaw)> {
    draft
        .faults()
        .into_iter()
        .map(|Fault { channel, field, flaw }| (channel, field, flaw))
        .collect()
}

#[test]
fn a_draft_says_what_its_prototype_says_until_it_is_edited() {
    let gamepad = GamepadButtons { b: None, ..GamepadButtons::default() };
    let option = CategoryOption { name: "Low".into(), value: "1".into() };
    let open = Bounds { lower: f64::MIN, upper: 5.5 };
    let every = info(vec![
        channel("a", ChannelKind::Gamepad { buttons: gamepad }),
        channel("b", ChannelKind::Category { options: vec![option] }),
        channel("c", ChannelKind::Float { unit: "K".into(), bounds: Some(open) }),
        channel("d", ChannelKind::Analog { bounds: Bounds { lower: 0.0, upper: 255.0 } }),
        channel("e", ChannelKind::Integer { unit: String::new(), bounds: None }),
        channel("f", ChannelKind::Image),
    ]);
    let mut draft = Draft::new(every.clone());
    assert!(!draft.is_dirty() && draft.faults().is_empty());
    let edit = draft.edit(Vec::new()).unwrap();
    assert_eq!(edit.revision, 3);
    assert_eq!(edit.draft.clone().with_id(every.prototype.id.clone()), every.prototype);
    draft.set(Field::Version, "2".to_owned());
    assert!(draft.is_dirty());
    draft.set(Field::Version, "1".to_owned());
    assert!(!draft.is_dirty());
}

#[test]
fn the_id_of_a_kept_channel_does_not_change_and_that_of_a_new_one_follows_its_name() {
    let mut draft = board();
    let lamp = draft.fields().rows[0].number;
    draft.set_row(lamp, Field::Id, "other".to_owned());
    draft.set_row(lamp, Field::Name, "Light".to_owned());
    assert_eq!((ids(&draft)[0], draft.is_dirty()), ("lamp", true));
    let new = draft.add(KindName::Switch, Direction::Display);
    draft.set_row(new, Field::Name, "Water pump (2)".to_owned());
    assert_eq!(ids(&draft)[3], "water_pump_2");
    draft.set_row(new, Field::Id, "pump".to_owned());
    draft.set_row(new, Field::Name, "Pump".to_owned());
    assert_eq!(ids(&draft)[3], "pump");
    for (name, id) in
        [("", ""), ("FOTA", ""), ("溫度", "溫度"), ("  a/b , c ", "a_b_c"), ("+#", "")]
    {
        assert_eq!(suggested_id(name), id, "{name:?}");
    }
}

#[test]
fn every_field_that_is_wrong_is_named() {
    let mut draft = board();
    draft.set(Field::Name, " ".to_owned());
    let new = draft.add(KindName::Analog, Direction::Controller);
    draft.set_row(new, Field::Id, "temp".to_owned());
    draft.set_row(new, Field::Lower, "x".to_owned());
    draft.set_row(new, Field::Upper, String::new());
    assert_eq!(
        wrong(&draft),
        [
            (None, Field::Name, Flaw::Empty),
            (Some(3), Field::Name, Flaw::Empty),
            (Some(3), Field::Id, Flaw::Twice),
            (Some(3), Field::Lower, Flaw::NoNumber),
            (Some(3), Field::Upper, Flaw::Empty),
        ]
    );
    assert_eq!(draft.edit(Vec::new()), None);
    // A made-up id is nobody's fault, and takes nobody's.
    draft.set_row(new, Field::Id, "a/b".to_owned());
    draft.add(KindName::Hex, Direction::Display);
    let ids: Vec<_> = wrong(&draft).into_iter().filter(|it| it.1 == Field::Id).collect();
    assert_eq!(
        ids,
        [(Some(3), Field::Id, Flaw::Separator('/')), (Some(4), Field::Id, Flaw::Empty)]
    );
}

#[test]
fn settings_belong_to_their_type() {
    let (mut draft, row) = with(KindName::Integer);
    draft.set_row(row, Field::Upper, "9".to_owned());
    draft.set_row(row, Field::Lower, " 10 ".to_owned());
    assert_eq!(wrong(&draft), [(Some(0), Field::Upper, Flaw::BelowLower)]);
    // Of no account for a text, and not forgotten.
    draft.set_kind(row, KindName::String);
    assert_eq!(wrong(&draft), []);
    draft.set_kind(row, KindName::Float);
    assert_eq!(wrong(&draft), [(Some(0), Field::Upper, Flaw::BelowLower)]);
    draft.set_row(row, Field::Lower, String::new());
    let edit = draft.edit(Vec::new()).unwrap();
    let bounds = Some(Bounds { lower: f64::MIN, upper: 9.0 });
    assert_eq!(edit.draft.channels[0].kind, ChannelKind::Float { unit: String::new(), bounds });

    draft.set_kind(row, KindName::Category);
    assert_eq!(draft.row(row).unwrap().options.len(), 2);
    draft.set_row(row, Field::OptionValue(0), "low".to_owned());
    draft.set_row(row, Field::OptionName(1), "High".to_owned());
    assert_eq!(wrong(&draft), [(Some(0), Field::OptionValue(1), Flaw::Empty)]);
    draft.remove_option(row, 1);
    let edit = draft.edit(Vec::new()).unwrap();
    let low = CategoryOption { name: "low".into(), value: "low".into() };
    assert_eq!(edit.draft.channels[0].kind, ChannelKind::Category { options: vec![low] });
    draft.remove_option(row, 0);
    draft.remove_option(row, 0);
    assert_eq!(wrong(&draft), [(Some(0), Field::Options, Flaw::Empty)]);

    draft.set_kind(row, KindName::Gamepad);
    draft.set_row(row, Field::Button(5), String::new());
    draft.set_row(row, Field::Button(0), "down".to_owned());
    assert_eq!(wrong(&draft), [(Some(0), Field::Button(1), Flaw::Twice)]);
    // Whoever drives a gamepad is the cloud.
    draft.set_direction(row, Direction::Display);
    assert_eq!(draft.row(row).unwrap().direction, Direction::Controller);
    draft.set_kind(row, KindName::Image);
    assert_eq!(draft.row(row).unwrap().direction, Direction::Display);
}

#[test]
fn channels_are_moved_copied_and_removed_and_stay_the_same_rows() {
    let mut draft = board();
    let text = draft.fields().rows[2].number;
    draft.move_to(text, 0);
    assert_eq!(ids(&draft), ["text", "lamp", "temp"]);
    draft.move_to(text, 99);
    assert_eq!((ids(&draft)[2], draft.is_dirty()), ("text", false));
    let copy = draft.duplicate(draft.fields().rows[1].number).unwrap();
    assert_eq!(draft.place(copy), Some(2));
    let row = draft.row(copy).unwrap();
    assert_eq!((row.unit.as_str(), row.id.as_str(), row.kept), ("°C", "", false));
    draft.remove(text);
    draft.remove(text);
    assert_eq!(draft.duplicate(text), None);
    assert_eq!(ids(&draft), ["lamp", "temp", ""]);
}

#[test]
fn steps_are_taken_back_and_again_and_typing_is_one_step() {
    let mut draft = board();
    let lamp = draft.fields().rows[0].number;
    for text in ["L", "Li", "Light"] {
        draft.set_row(lamp, Field::Name, text.to_owned());
    }
    draft.remove(lamp);
    draft.set(Field::Name, "Other".to_owned());
    draft.undo();
    draft.undo();
    assert_eq!(draft.row(lamp).unwrap().name, "Light");
    draft.redo();
    assert_eq!(draft.row(lamp), None);
    draft.undo();
    draft.undo();
    assert!(!draft.is_dirty() && !draft.can_undo() && draft.can_redo());
    draft.set(Field::Name, "Third".to_owned());
    assert!(!draft.can_redo());
    draft.discard();
    assert!(!draft.is_dirty());
    draft.undo();
    assert_eq!(draft.fields().name, "Third");
    // What changes nothing is no step.
    let mut draft = board();
    draft.set_row(lamp, Field::Name, "The lamp".to_owned());
    draft.move_to(lamp, 0);
    draft.remove(99);
    draft.discard();
    assert!(!draft.can_undo());
}

#[test]
fn who_goes_on_from_another_state_keeps_what_was_typed() {
    let mut draft = board();
    let [lamp, temp] = [0, 1].map(|at| draft.fields().rows[at].number);
    draft.remove(temp);
    draft.set_row(lamp, Field::Name, "Light".to_owned());
    let new = draft.add(KindName::Switch, Direction::Display);
    draft.set_row(new, Field::Name, "pump".to_owned());
    let mut theirs =
        info(vec![channel("lamp", ChannelKind::Switch), channel("pump", ChannelKind::Switch)]);
    theirs.revision = 4;
    draft.rebase(theirs);
    assert_eq!(ids(&draft), ["lamp", "text", "pump"]);
    let kept: Vec<_> = draft.fields().rows.iter().map(|it| it.kept).collect();
    assert_eq!(kept, [true, false, true]);
    assert_eq!(draft.edit(Vec::new()).unwrap().revision, 4);
    let another = draft.add(KindName::Hex, Direction::Display);
    let numbers: Vec<_> = draft.fields().rows.iter().map(|it| it.number).collect();
    assert_eq!(numbers.iter().filter(|it| **it == another).count(), 1);
    draft.discard();
    assert_eq!(ids(&draft), ["lamp", "pump"]);
}

#[test]
fn what_is_different_is_told() {
    let before = board().base().prototype.clone();
    let mut after = before.clone();
    assert_eq!(changes(&before, &after), []);
    after.name = "Other".to_owned();
    after.channels[0].name = "Light".to_owned();
    after.channels[1].kind = ChannelKind::String;
    after.channels.swap(0, 1);
    after.channels.remove(2);
    after.channels.push(channel("new", ChannelKind::Hex));
    let id = |text: &str| text.parse().unwrap();
    assert_eq!(
        changes(&before, &after),
        [
            Change::Name("Other".to_owned()),
            Change::Retyped(id("temp")),
            Change::Edited(id("lamp")),
            Change::Added(id("new")),
            Change::Removed(id("text")),
            Change::Order,
        ]
    );
}

#[test]
fn a_function_begins_with_an_example_and_can_be_tried_before_it_is_saved() {
    let (mut draft, row) = with(KindName::Function);
    assert!(draft.faults().is_empty(), "the example can be kept");
    let trial = draft.trial(row, "42".to_owned()).unwrap();
    assert_eq!((trial.channel.as_str(), trial.value.as_str()), ("new", "42"));
    assert!(draft.edit(Vec::new()).unwrap().draft.channels[0].direction == Direction::Display);
    draft.set_row(row, Field::Code, " \n".to_owned());
    assert_eq!(wrong(&draft), [(Some(0), Field::Code, Flaw::Empty)]);
    assert_eq!(draft.trial(row, "42".to_owned()), None);
    draft.set_row(row, Field::Code, "x".repeat(5000));
    assert_eq!(wrong(&draft), [(Some(0), Field::Code, Flaw::TooLong(4999))]);
}

#[test]
fn a_template_counts_while_the_type_has_it() {
    let (mut draft, row) = with(KindName::Pwm);
    let said = |draft: &Draft| draft.edit(Vec::new()).unwrap().draft.channels[0].template;
    assert_eq!(said(&draft), None);
    draft.set_template(row, Template::Slider);
    assert_eq!(said(&draft), Some(Template::Slider));
    draft.set_kind(row, KindName::Switch);
    assert_eq!(said(&draft), None);
    draft.set_kind(row, KindName::Pwm);
    assert_eq!(said(&draft), Some(Template::Slider));
}
