use futures_util::FutureExt as _;

use super::*;

fn next(orders: &Orders) -> Option<Option<String>> {
    orders.next().now_or_never()
}

#[test]
fn orders_come_in_their_order_and_end_with_their_giver() {
    let (to, orders) = orders();
    assert_eq!(next(&orders), None);
    assert!(to.give("1".to_owned()) && to.give("2".to_owned()));
    assert_eq!(next(&orders), Some(Some("1".to_owned())));
    assert_eq!(next(&orders), Some(Some("2".to_owned())));
    assert_eq!(next(&orders), None);
    assert!(to.give("3".to_owned()));
    drop(to);
    assert_eq!(next(&orders), Some(None), "a newer connection has taken the place");
}

#[test]
fn a_device_that_takes_nothing_costs_so_much_and_no_more() {
    let (to, orders) = orders();
    let taken = (0..10_000).filter(|n| to.give(n.to_string())).count();
    assert_eq!(taken, MAX_LINES);
    assert_eq!(next(&orders), Some(Some("0".to_owned())));
    assert!(to.give("once more".to_owned()));
    assert!(!to.give("too much".to_owned()));

    let (to, orders) = super::orders();
    assert!(to.give("x".repeat(MAX_BYTES + 1)), "one of any length");
    assert!(!to.give(String::new()));
    assert!(next(&orders).is_some());
    let taken = (0..100).filter(|_| to.give("x".repeat(1000))).count();
    assert_eq!(taken, MAX_BYTES / 1000);
}

#[test]
fn nobody_gives_orders_to_who_is_gone() {
    let (to, orders) = orders();
    assert!(to.give("1".to_owned()));
    drop(orders);
    assert!(!to.give("2".to_owned()));
}

#[tokio::test]
async fn who_waits_is_woken() {
    let (to, orders) = orders();
    let waiting = tokio::spawn(async move { (orders.next().await, orders.next().await) });
    tokio::task::yield_now().await;
    to.give("1".to_owned());
    tokio::task::yield_now().await;
    drop(to);
    assert_eq!(waiting.await.expect("no panic"), (Some("1".to_owned()), None));
}
