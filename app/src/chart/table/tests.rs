use mcs_model::Timestamp;
use mcs_view::protocol::Row;

use super::merge;
use crate::test;

fn row(at: u64, value: f64) -> Row {
    Row { at: Timestamp::from_millis(at), value, min: value, max: value, points: 1 }
}

/// Times and values, line by line.
fn merged(lines: &[Vec<Row>]) -> Vec<(u64, Vec<Option<f64>>)> {
    let rows = merge(lines.iter().map(Vec::as_slice)).into_iter();
    rows.map(|(at, cells)| (at, cells.iter().map(|it| it.map(|it| it.value)).collect())).collect()
}

#[test]
fn what_comes_in_one_second_is_one_row() {
    let lines = [vec![row(5_003, 1.0), row(1_000, 2.0)], vec![row(5_901, 3.0), row(999, 4.0)]];
    assert_eq!(
        merged(&lines),
        [
            (5_901, vec![Some(1.0), Some(3.0)]),
            (1_000, vec![Some(2.0), None]),
            (999, vec![None, Some(4.0)]),
        ]
    );
}

#[test]
fn no_point_of_a_second_is_left_out() {
    let lines = [vec![row(5_900, 1.0), row(5_100, 2.0)], vec![row(5_050, 3.0)]];
    assert_eq!(
        merged(&lines),
        [(5_900, vec![Some(1.0), None]), (5_100, vec![Some(2.0), Some(3.0)])]
    );
}
