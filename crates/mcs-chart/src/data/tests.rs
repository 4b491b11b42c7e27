use super::Data;

#[test]
fn times_and_columns_are_two_words_for_one_place() {
    let data = Data { start: 1_000, end: 11_000, columns: 10, lines: Vec::new() };
    for (column, at) in [(0.0, 1_000), (2.5, 3_500), (10.0, 11_000)] {
        assert_eq!(data.time(column), at);
        assert!((data.column(at) - column).abs() < 1e-9);
    }
}
