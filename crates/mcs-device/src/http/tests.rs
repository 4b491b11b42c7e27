use super::*;

#[test]
fn the_origin_of_a_url_is_where_its_server_is() {
    assert_eq!(origin("http://host:8080/fw/a?b").unwrap(), "http://host:8080");
    assert_eq!(origin("http://host/fw").unwrap(), "http://host");
    assert_eq!(origin("http://[::1]:80/").unwrap(), "http://[::1]:80");
}

#[test]
fn what_a_board_cannot_reach_is_refused_with_the_reason() {
    let refused = |url: &str| origin(url).unwrap_err().to_string();
    assert_eq!(refused("https://host/fw"), "this board speaks no TLS: https://host/fw");
    assert_eq!(refused("/fw"), "/fw is not a URL that begins with http://");
    assert!(refused("http://a b").contains("is not a URL"));
}

#[test]
fn a_base_address_may_end_with_a_slash() {
    assert_eq!(Api::new("http://host:8080/", "key").unwrap().base, "http://host:8080");
    assert!(Api::new("host:8080", "key").is_err());
}

#[test]
fn a_server_without_a_port_is_on_port_80() {
    let address = |url: &str| address(&url.parse().unwrap()).unwrap();
    assert_eq!(address("http://host/"), "host:80");
    assert_eq!(address("http://host:8080/"), "host:8080");
    assert_eq!(address("http://[::1]:8080/"), "[::1]:8080");
}
