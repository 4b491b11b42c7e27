use mcs_session::{Config, Input, Output, Session};

use super::*;

#[test]
fn bytes_arrive_after_the_latency_in_the_ordered_pieces() {
    let mut net = open_net();
    net.chunks = Chunks::Fixed(2);
    net.send(at(10), link(), Direction::ToBroker, b"abc".to_vec());
    net.send(at(10), link(), Direction::ToBroker, b"de".to_vec());
    assert!(net.arrive(at(19)).is_none());
    assert_eq!(bytes(&mut net), ["ab", "cd", "e"]);
}

#[test]
fn a_link_is_cut_after_exactly_the_ordered_byte() {
    for cut in 1..=5 {
        let mut net = open_net();
        net.chunks = Chunks::Fixed(2);
        net.cut_after(Direction::ToBroker, cut);
        net.send(at(10), link(), Direction::ToBroker, b"abcde".to_vec());
        let arrived = bytes(&mut net).concat();
        assert_eq!(arrived, "abcde"[..usize::try_from(cut).unwrap()]);
        assert!(!net.has_link());
    }
}

#[test]
fn a_cut_in_one_direction_does_not_count_the_other() {
    let mut net = open_net();
    net.cut_after(Direction::ToClient, 1);
    net.send(at(10), link(), Direction::ToBroker, b"abc".to_vec());
    assert_eq!(bytes(&mut net), ["abc"]);
    assert!(net.has_link());
}

#[test]
fn a_lower_latency_does_not_reorder_a_stream() {
    let mut net = open_net();
    net.send(at(10), link(), Direction::ToBroker, b"first".to_vec());
    net.latency = Duration::ZERO;
    net.send(at(11), link(), Direction::ToBroker, b"second".to_vec());
    assert_eq!(bytes(&mut net), ["first", "second"]);
}

#[test]
fn what_was_sent_before_the_client_closed_still_arrives() {
    let mut net = open_net();
    net.send(at(10), link(), Direction::ToBroker, b"bye".to_vec());
    net.send(at(10), link(), Direction::ToClient, b"too late".to_vec());
    assert_eq!(net.close_client(link()), [b"bye"]);
    assert!(!net.has_link());
}

fn open_net() -> Net {
    let mut net = Net::new();
    net.open(Time::ZERO, link());
    assert!(matches!(net.arrive(at(10)), Some((_, Arrival::Open))));
    net
}

/// Everything that arrives by and by, until the end or a cut.
fn bytes(net: &mut Net) -> Vec<String> {
    let mut pieces = Vec::new();
    while let Some((_, arrival)) = net.arrive(at(1000)) {
        if let Arrival::Bytes(_, bytes) = arrival {
            pieces.push(String::from_utf8(bytes).unwrap());
        }
    }
    pieces
}

/// Only a session gives out links.
fn link() -> LinkId {
    let mut session = Session::new(Config::new("", 0));
    session.connect(Time::ZERO);
    loop {
        if let Output::Open(link) = session.poll_output() {
            session.handle_input(Time::ZERO, Input::Closed(link));
            return link;
        }
    }
}

const fn at(millis: u64) -> Time {
    Time::from_millis(millis)
}
