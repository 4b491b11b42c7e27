use mcs_model::{CategoryOption, Channel, ChannelKind, Direction};

use super::{Line, colour, first, is_drawable};
use crate::test;

fn channel(id: &str, direction: Direction, kind: ChannelKind) -> Channel {
    let (id, name) = (id.parse().unwrap(), id.to_owned());
    Channel { id, name, description: String::new(), direction, kind, template: None }
}

fn float(unit: &str) -> ChannelKind {
    ChannelKind::Float { unit: unit.to_owned(), bounds: None }
}

fn channels() -> Vec<Channel> {
    let mode = CategoryOption { name: "Eco".to_owned(), value: "eco".to_owned() };
    vec![
        channel("place", Direction::Display, ChannelKind::Gps),
        channel("lamp", Direction::Controller, ChannelKind::Switch),
        channel("mode", Direction::Display, ChannelKind::Category { options: vec![mode] }),
        channel("temp", Direction::Display, float("°C")),
        channel("note", Direction::Display, ChannelKind::String),
    ]
}

#[test]
fn measured_numbers_have_the_first_colours_and_no_two_channels_share_one() {
    let all = channels();
    assert_eq!(colour(&all, &all[3]), 1);
    let mut colours: Vec<_> =
        all.iter().filter(|it| is_drawable(it)).map(|it| colour(&all, it)).collect();
    colours.sort_unstable();
    assert_eq!(colours, [1, 2, 3, 4]);
}

#[test]
fn where_colours_run_out_a_line_is_dashed() {
    let all: Vec<_> =
        (0..9).map(|n| channel(&format!("f{n}"), Direction::Display, float(""))).collect();
    let lines = Line::all(&all, &all);
    assert_eq!((lines[0].colour, lines[0].dashed), (1, false));
    assert_eq!((lines[8].colour, lines[8].dashed), (1, true));
}

#[test]
fn values_are_said_as_people_say_them() {
    let all = channels();
    let words = |place: usize, value| Line::of(&all, &all[place]).unwrap().words(value);
    assert_eq!(words(3, 21.5), "21.5\u{a0}°C");
    assert_eq!(words(1, 1.0), "On");
    assert_eq!(words(2, 0.0), "Eco");
    assert_eq!(words(2, 7.0), "7");
}

#[test]
fn a_measured_number_is_shown_first() {
    let mut all = channels();
    assert_eq!(first(&all).map(|it| it.id.as_str()), Some("temp"));
    all.remove(3);
    assert_eq!(first(&all).map(|it| it.id.as_str()), Some("lamp"));
    assert_eq!(first(&all[..1]), None);
}
