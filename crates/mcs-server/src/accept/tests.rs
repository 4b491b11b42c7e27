use super::*;

fn crowd(connections: usize, per_address: usize) -> Arc<Crowd> {
    Crowd::new(Room { connections, per_address })
}

fn from(address: &str) -> IpAddr {
    address.parse().expect("an address")
}

#[test]
fn a_house_takes_so_many_and_a_place_can_be_had_again() {
    let crowd = crowd(2, 0);
    let first = crowd.enter(from("192.0.2.1")).expect("a place");
    let _second = crowd.enter(from("192.0.2.1")).expect("a place");
    assert_eq!(crowd.enter(from("192.0.2.2")).err(), Some(Full::House));
    assert_eq!(crowd.enter(from("127.0.0.1")).err(), Some(Full::House));
    drop(first);
    crowd.enter(from("192.0.2.2")).expect("a place");
}

#[test]
fn one_address_does_not_take_all_places() {
    let crowd = crowd(10, 2);
    for (same, other) in [
        (["192.0.2.1", "192.0.2.1", "::ffff:192.0.2.1"], "192.0.2.2"),
        (["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::3"], "2001:db8:0:1::1"),
    ] {
        let [first, second, third] = same.map(from);
        let place = crowd.enter(first).expect("a place");
        let _place = crowd.enter(second).expect("a place");
        assert_eq!(crowd.enter(third).err(), Some(Full::Address));
        crowd.enter(from(other)).expect("a place");
        drop(place);
        crowd.enter(third).expect("a place");
    }
}

#[test]
fn who_comes_from_this_machine_is_a_proxy() {
    let crowd = crowd(10, 1);
    let places: Vec<_> = ["127.0.0.1", "127.0.0.1", "::1", "::1", "::ffff:127.0.0.1"]
        .into_iter()
        .map(|it| crowd.enter(from(it)).expect("a place"))
        .collect();
    drop(places);
    assert_eq!(crowd.inside().connections, 0);
    assert!(crowd.inside().of.is_empty());
}

#[test]
fn nobody_who_left_is_remembered() {
    let crowd = crowd(10, 1);
    drop(crowd.enter(from("192.0.2.1")).expect("a place"));
    assert!(crowd.inside().of.is_empty());
}

#[tokio::test]
async fn a_door_turns_away_and_lets_in_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a listener");
    let to = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let mut door = Door::new(listener, crowd(1, 1), stop.clone());
    let connect = || async move { TcpStream::connect(to).await.expect("a connection") };

    let first = connect().await;
    let (_, peer, place) = door.next().await.expect("a connection");
    assert_eq!(peer, first.local_addr().expect("an address"));
    let _refused = connect().await;
    // The door looks at the second, and waits for the next.
    let third = tokio::select! {
        biased;
        _ = door.next() => panic!("there was no place"),
        () = async { for _ in 0..10 { tokio::task::yield_now().await } } => connect().await,
    };
    drop(place);
    let mut peers = Vec::new();
    while peers.last() != third.local_addr().ok().as_ref() {
        let (_, peer, _place) = door.next().await.expect("a connection");
        peers.push(peer);
    }
    stop.cancel();
    assert!(door.next().await.is_none());
}
