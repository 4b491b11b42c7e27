use mcs_model::{Bounds, ChannelKind, Direction};

use super::channels;
use crate::test;

#[test]
fn a_line_is_a_channel() {
    let channels = channels("led, switch\n\ntarget, integer, controller, Target, %, 0..100\n")
        .expect("two channels");
    assert_eq!(channels.len(), 2);
    assert_eq!(channels[0].name, "led");
    assert_eq!(channels[0].direction, Direction::Display);
    assert_eq!(channels[1].direction, Direction::Controller);
    let bounds = Some(Bounds { lower: 0.0, upper: 100.0 });
    assert_eq!(channels[1].kind, ChannelKind::Integer { unit: "%".to_owned(), bounds });
}

#[test]
fn a_category_has_its_keys() {
    let channels = channels("mode, category, controller, Mode, off=0 low=1").expect("a channel");
    let ChannelKind::Category { options } = &channels[0].kind else { panic!("a category") };
    assert_eq!(options[1].name, "low");
    assert_eq!(options[1].value, "1");
}

#[test]
fn every_wrong_line_is_told_with_its_number() {
    let text = "a/b, switch\nok, switch\nx, colour\nok, gpio\ny, float, both\nz, float,,,, 9..1";
    let errors = channels(text).expect_err("five wrong lines");
    let lines: Vec<_> = errors.iter().filter_map(|it| it.split(':').next()).collect();
    assert_eq!(lines, ["Line 1", "Line 3", "Line 4", "Line 5", "Line 6"]);
}
