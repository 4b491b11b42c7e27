use super::next;
use crate::test;

#[test]
fn what_is_new_comes_some_at_a_time_and_in_its_order() {
    let wanted: Vec<_> = (0..10).collect();
    let first = next(&[], wanted.clone(), 4);
    assert_eq!(first, [0, 1, 2, 3]);
    let second = next(&first, wanted.clone(), 4);
    assert_eq!(second, [0, 1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(next(&second, wanted.clone(), 4), wanted);
    assert_eq!(next(&wanted, wanted.clone(), 4), wanted);
}

#[test]
fn what_is_there_stays_and_moves_at_once() {
    assert_eq!(next(&[5, 3, 1], vec![1, 2, 3, 4, 5], 1), [1, 2, 3, 5]);
    assert_eq!(next(&[1, 2, 3], vec![3, 1], 1), [3, 1]);
    assert_eq!(next(&[1, 2, 3], Vec::new(), 1), [0_i32; 0]);
}
