use super::{nearest, rows, runs};
use crate::chart::plot::Data;
use crate::test;

const GAP: f32 = f32::NAN;

#[test]
fn a_gap_parts_a_line_in_two() {
    let runs = runs(&[0.0, 1.0, 1.0, 2.0, 2.0, GAP, 3.0, 4.0]);
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0].line, [(0.0, 1.0), (1.0, 2.0)]);
    assert_eq!(runs[1].line, [(3.0, 4.0)]);
}

#[test]
fn a_gap_without_a_place_parts_a_line_too() {
    assert_eq!(runs(&[0.0, 1.0, GAP, GAP, 1.0, 2.0]).len(), 2);
}

#[test]
fn few_points_are_drawn_as_they_are() {
    let runs = runs(&[0.0, 1.0, 0.5, 3.0, 7.0, 2.0]);
    assert_eq!(runs[0].line, [(0.0, 1.0), (0.5, 3.0), (7.0, 2.0)]);
    assert!(runs[0].bands.is_empty());
}

#[test]
fn a_condensed_column_is_a_band_from_least_to_greatest() {
    let runs = runs(&[0.0, 5.0, 0.0, 1.0, 0.0, 9.0, 0.0, 4.0, 1.0, 2.0, 1.0, 7.0, 1.0, 3.0]);
    assert_eq!(runs[0].line, [(0.0, 4.0), (1.0, 3.0)]);
    assert_eq!(runs[0].bands, [[(0.0, 1.0, 9.0), (1.0, 2.0, 7.0)]]);
}

#[test]
fn a_band_ends_where_points_are_few_again() {
    let runs = runs(&[0.0, 1.0, 0.0, 2.0, 0.0, 3.0, 1.0, 2.0, 2.0, 1.0, 2.0, 2.0, 2.0, 3.0]);
    assert_eq!(runs[0].bands.len(), 2);
}

#[test]
fn nothing_gives_no_line() {
    assert!(runs(&[]).is_empty());
    assert!(runs(&[0.0, GAP]).is_empty());
}

fn data(step: bool) -> Data {
    let points = vec![0.0, 1.0, 4.0, 5.0, 6.0, GAP, 10.0, 7.0];
    Data { start: 1_000, end: 11_000, columns: 10, points, step }
}

#[test]
fn the_cursor_finds_the_nearest_point_and_on_steps_the_one_that_holds() {
    assert_eq!(nearest(&data(false), 8.5), Some((10.0, 7.0)));
    assert_eq!(nearest(&data(true), 8.5), Some((4.0, 5.0)));
    assert_eq!(nearest(&Data::default(), 3.0), None);
}

#[test]
fn the_table_has_the_newest_first_with_their_times() {
    assert_eq!(rows(&data(false), 2), [(11_000, 7.0), (5_000, 5.0)]);
}
