use mcs_model::{Channel, ChannelKind, Direction, Timestamp};
use mcs_view::protocol::{PointTime, Row};

use super::{PRESETS, before as before_of, empty, line, live_label, remarks};
use crate::chart::line::Line;
use crate::chart::plot::{Figures, Info, LineInfo};
use crate::test;

fn temperature() -> Line {
    let channel = Channel {
        id: "t".parse().unwrap(),
        name: "Temperature".to_owned(),
        description: String::new(),
        direction: Direction::Display,
        kind: ChannelKind::Float { unit: "°C".to_owned(), bounds: None },
        template: None,
    };
    Line::of(std::slice::from_ref(&channel), &channel).unwrap()
}

fn info(points: u64) -> LineInfo {
    let some = (points > 0).then_some(20.0);
    let at = Timestamp::from_millis(0);
    LineInfo {
        line: Figures { min: some, max: some.map(|it| it + 1.5), points },
        before: None,
        last: some.map(|value| Row { at, value, min: value, max: value, points: 1 }),
        unnamed: 0,
        rows: Vec::new(),
        marks: Vec::new(),
    }
}

#[test]
fn a_line_says_its_last_lowest_and_highest_value() {
    assert_eq!(
        line(&temperature(), &info(3)),
        "Temperature: last 20\u{a0}°C, lowest 20\u{a0}°C, highest 21.5\u{a0}°C, 3 points"
    );
    assert!(line(&temperature(), &info(1)).ends_with("1 point"));
    assert_eq!(line(&temperature(), &info(0)), "Temperature: no points");
}

#[test]
fn a_line_says_what_it_is_compared_with() {
    let with = |before| before_of(&temperature(), &LineInfo { before, ..info(3) });
    assert_eq!(with(None), None);
    let figures = Figures { min: Some(18.0), max: Some(19.5), points: 1 };
    let says = "Temperature before: lowest 18\u{a0}°C, highest 19.5\u{a0}°C, 1 point";
    assert_eq!(with(Some(figures)).as_deref(), Some(says));
    let none = Figures { min: None, max: None, points: 0 };
    assert_eq!(with(Some(none)).as_deref(), Some("Temperature before: no points"));
}

#[test]
fn nothing_is_said_to_be_empty_before_an_answer_has_come() {
    let unknown = Info::default();
    assert_eq!(empty(&unknown), Some("Loading"));
    let known = Info { known: true, ..Info::default() };
    assert_eq!(empty(&known), Some("No points in this time"));
    assert_eq!(empty(&Info { loading: true, ..known.clone() }), Some("Loading history"));
    assert_eq!(empty(&Info { lines: vec![info(3)], points: 3, ..known }), None);
}

#[test]
fn what_is_condensed_is_said_to_be() {
    let all = Info { known: true, bucket_ms: 60_000, ..Info::default() };
    assert_eq!(
        remarks(&all, PointTime::Device),
        ["Condensed: lowest and highest of each 1\u{a0}m."]
    );
    assert!(remarks(&Info::default(), PointTime::Device).is_empty());
}

#[test]
fn labels_are_words_and_lengths_grow() {
    assert_eq!(live_label(true, 12), "Paused, 12 new");
    assert!(PRESETS.windows(2).all(|it| it[0].millis < it[1].millis));
}
