//! Sorting.

use core::cmp::Ordering;

/// Sorts; what is equal stays in its order.
pub fn sort_by<T>(items: &mut [T], compare: impl Fn(&T, &T) -> Ordering) {
    let mut order = order(items.len(), &|a, b| compare(&items[a], &items[b]));
    for start in 0..items.len() {
        // Around the circle that begins here: each place gets the item that belongs there.
        let mut place = start;
        loop {
            let next = core::mem::replace(&mut order[place], place);
            if next == start || next == place {
                break;
            }
            items.swap(place, next);
            place = next;
        }
    }
}

/// Which of `len` items belongs at each place.
fn order(len: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<_> = (0..len).collect();
    order.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
    order
}
