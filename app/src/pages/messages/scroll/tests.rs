use super::*;
use crate::test;

const LIST: Scroll = Scroll { top: 0.0, window: 280.0, row: 28.0, total: 1000 };

#[test]
fn the_window_and_a_few_rows_around_it_are_needed() {
    assert_eq!((LIST.first(), LIST.count()), (0, 27));
    let list = Scroll { top: 2800.0, ..LIST };
    assert_eq!((list.first_visible(), list.first()), (100, 92));
}

#[test]
fn the_end_is_the_end_to_half_a_row() {
    assert!(!LIST.is_at_end());
    assert!(Scroll { top: LIST.end(), ..LIST }.is_at_end());
    assert!(Scroll { top: LIST.end() - 13.0, ..LIST }.is_at_end());
    assert!(!Scroll { top: LIST.end() - 15.0, ..LIST }.is_at_end());
    assert!(Scroll { total: 3, ..LIST }.is_at_end());
}

#[test]
fn a_list_that_shrank_or_is_empty_has_no_rows_beyond_its_end() {
    let list = Scroll { top: 2800.0, total: 5, ..LIST };
    assert_eq!((list.first_visible(), list.first()), (4, 0));
    let list = Scroll { total: 0, ..list };
    assert_eq!((list.first_visible(), list.height(), list.end()), (0, 0.0, 0.0));
}

#[test]
fn a_row_is_scrolled_to_by_the_shortest_way() {
    let list = Scroll { top: 2800.0, ..LIST };
    assert_eq!(list.to(100), 2800.0);
    assert_eq!(list.to(99), 2772.0);
    assert_eq!(list.to(110), 2828.0);
    assert_eq!(list.to(0), 0.0);
}
