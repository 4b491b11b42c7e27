use super::*;

#[test]
fn slashes_in_a_row_are_one() {
    for (uri, collapsed) in [
        ("/mcs/v2", "/mcs/v2"),
        ("//mcs///v2//devices/", "/mcs/v2/devices/"),
        ("//a?url=http://b//c", "/a?url=http://b//c"),
        ("//", "/"),
    ] {
        let mut uri: hyper::Uri = uri.parse().unwrap();
        straighten(&mut uri);
        assert_eq!(uri.to_string(), collapsed);
    }
}
