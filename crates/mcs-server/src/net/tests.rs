use super::*;

#[test]
fn who_found_this_machine_finds_its_other_listeners_at_the_same_address() {
    let asked_at = |it: &str| Some(it.parse::<IpAddr>().expect("an address"));
    let own = own_address().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let any: SocketAddr = "0.0.0.0:443".parse().expect("an address");
    let both: SocketAddr = "[::]:443".parse().expect("an address");
    let one: SocketAddr = "192.0.2.7:443".parse().expect("an address");
    for (listener, asked_at, dialled) in [
        (any, asked_at("192.0.2.9"), "192.0.2.9:443".to_owned()),
        (both, asked_at("192.0.2.9"), "192.0.2.9:443".to_owned()),
        (one, asked_at("192.0.2.9"), "192.0.2.7:443".to_owned()),
        (any, asked_at("127.0.0.1"), format!("{own}:443")),
        (any, asked_at("2001:db8::1"), format!("{own}:443")),
        (any, None, format!("{own}:443")),
    ] {
        assert_eq!(dialable(listener, asked_at).to_string(), dialled);
    }
}

#[tokio::test]
async fn a_port_is_had_once() {
    let free = (Ipv4Addr::LOCALHOST, 0).into();
    let listener = listen(free).expect("a listener");
    let taken = listener.local_addr().expect("an address");
    let error = listen(taken).expect_err("it is taken");
    assert!(format!("{error:#}").starts_with(&format!("cannot listen on {taken}")), "{error:#}");
}
