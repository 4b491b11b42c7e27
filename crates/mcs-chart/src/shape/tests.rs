use super::{is_whole, runs};

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
fn points_almost_at_once_and_far_from_others_are_points_and_no_line() {
    let runs = runs(&[5.0, 1.0, 5.9, 9.0, 6.0, GAP, 20.0, 1.0, 30.0, 2.0, 31.0, GAP, 40.0, 3.0]);
    let spots: Vec<_> = runs.iter().map(super::Run::is_spot).collect();
    assert_eq!(spots, [true, false, true]);
}

#[test]
fn nothing_gives_no_line() {
    assert!(runs(&[]).is_empty());
    assert!(runs(&[0.0, GAP]).is_empty());
}

#[test]
fn a_band_is_whole_when_no_column_is_missing() {
    let band = |columns: &[f64]| columns.iter().map(|x| (*x, 0.0, 1.0)).collect::<Vec<_>>();
    assert!(is_whole(&band(&[3.0, 4.9, 5.0, 6.2])));
    assert!(is_whole(&band(&[7.0])));
    assert!(!is_whole(&band(&[3.0, 4.0, 6.0])));
}
