use super::*;

#[test]
fn of_each_some_lines_are_told_and_the_others_counted() {
    let repeats = Repeats::new();
    let at = |seconds: u64| Time::from_millis(seconds * 1000);
    let told = (0..25).filter(|_| repeats.tell_at(at(0), 'a').is_some()).count();
    assert_eq!(told, 10);
    assert_eq!(repeats.tell_at(at(1), 'b'), Some(0), "another has lines of its own");
    assert_eq!(repeats.tell_at(at(59), 'a'), None);
    assert_eq!(repeats.tell_at(at(60), 'a'), Some(16));
    assert_eq!(repeats.tell_at(at(61), 'a'), Some(0));
    repeats.forget(&'a');
    assert_eq!(repeats.tell_at(at(62), 'a'), Some(0));
}
