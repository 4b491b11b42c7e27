use mcs_model::Timestamp;
use mcs_view::protocol::Mark;

use super::{nearest, pointed};
use crate::data::{Data, Drawn, Points};

const PAIRS: [f32; 10] = [0.0, 1.0, 4.0, 5.0, 6.0, f32::NAN, 30.0, 7.0, 40.0, 8.0];

fn points(step: bool) -> Points<'static> {
    Points { pairs: &PAIRS, base: 100.0, step }
}

#[test]
fn the_cursor_finds_the_nearest_point_and_on_steps_the_one_that_holds() {
    assert_eq!(nearest(&points(false), 1.0), Some((0.0, 101.0)));
    assert_eq!(nearest(&points(false), 3.0), Some((4.0, 105.0)));
    assert_eq!(nearest(&points(true), 3.0), Some((0.0, 101.0)));
    assert_eq!(nearest(&points(true), 90.0), Some((40.0, 108.0)));
    assert_eq!(nearest(&Points::default(), 3.0), None);
}

#[test]
fn in_a_gap_the_cursor_finds_nothing() {
    assert_eq!(nearest(&points(true), 20.0), None);
    assert_eq!(nearest(&points(false), 60.0), None);
    assert_eq!(nearest(&points(false), 45.0), Some((40.0, 108.0)));
}

#[test]
fn of_marks_close_by_the_nearest_one_is_read() {
    let mark = |at, text: &str| Mark { at: Timestamp::from_millis(at), text: text.to_owned() };
    let marks = [mark(100, "first"), mark(120, "second")];
    let lines = vec![Drawn { marks: &marks, ..Drawn::default() }];
    let data = Data { start: 0, end: 1_000, columns: 1_000, lines };
    let text = |column| pointed(&data, 0, column).text;
    assert_eq!(text(108.0).as_deref(), Some("first"));
    assert_eq!(text(112.0).as_deref(), Some("second"));
    assert_eq!(text(200.0), None);
    assert_eq!(pointed(&data, 1, 100.0), super::Pointed::default());
}
