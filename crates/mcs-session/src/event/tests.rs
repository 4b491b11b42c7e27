use super::*;

#[test]
fn events_stay_small_enough_to_be_queued_by_value() {
    assert!(size_of::<Event>() <= 64, "{}", size_of::<Event>());
    assert!(size_of::<Output>() <= 64, "{}", size_of::<Output>());
}

#[test]
fn a_session_can_be_handed_to_another_thread() {
    const fn assert_send<T: Send + 'static>() {}
    assert_send::<crate::Session>();
    assert_send::<Output>();
}
