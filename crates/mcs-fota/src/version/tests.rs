use super::*;

#[test]
fn versions_compare_as_their_numbers_do() {
    use Ordering::{Equal, Greater, Less};
    for (ours, theirs, order) in [
        ("2.0", "1.9", Some(Greater)),
        ("1.10", "1.9", Some(Greater)),
        ("v2", "2.0", Some(Equal)),
        ("2", " V2.0.0 ", Some(Equal)),
        ("1.2", "1.2.1", Some(Less)),
        ("1.2-rc1", "1.2-rc1", Some(Equal)),
        ("1.2-rc1", "1.2-rc2", None),
        ("1.2-rc1", "1.3", Some(Less)),
        ("1.2-rc1", "1.2", None),
        ("nightly", "2.0", None),
        ("2.0", "", None),
    ] {
        assert_eq!(ours.parse::<Version>().unwrap().order(theirs), order, "{ours} {theirs}");
    }
}
