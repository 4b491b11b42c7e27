//! A hostile peer: any bytes, and packets that are almost right.

use mcs_session::{
    Config, Event, Input, LinkId, Output, Protocol, Publish, Qos, Session, State, Version,
};
use mcs_time::Time;
use proptest::prelude::*;

use crate::support::{config, kept, qos1};

proptest! {
    #[test]
    fn any_bytes_in_the_handshake_do_no_harm(
        version in versions(),
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
    ) {
        survive(version, &[], &chunks);
    }

    #[test]
    fn any_bytes_after_the_handshake_do_no_harm(
        version in versions(),
        chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..8),
    ) {
        survive(version, connack(version), &chunks);
    }

    #[test]
    fn almost_right_packets_do_no_harm(
        version in versions(),
        packets in prop::collection::vec(packet(), 0..12),
    ) {
        survive(version, connack(version), &packets);
    }

    #[test]
    fn an_almost_right_connack_does_no_harm(
        version in versions(),
        properties in prop::collection::vec(any::<u8>(), 0..20),
        code in prop::sample::select(vec![0, 1, 5, 0x80, 0x84, 0x87, 0x89, 0xff]),
        packets in prop::collection::vec(packet(), 0..4),
    ) {
        let mut body = vec![0, code, u8::try_from(properties.len()).unwrap()];
        body.extend(properties);
        let mut connack = vec![0x20, u8::try_from(body.len()).unwrap()];
        connack.extend(body);
        survive(version, &connack, &packets);
    }

    #[test]
    fn a_damaged_conversation_does_no_harm(
        version in versions(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in 1_usize..20,
    ) {
        let mut bytes = answers(version);
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        let chunks: Vec<Vec<u8>> = bytes.chunks(cut).map(<[u8]>::to_vec).collect();
        survive(version, tight_connack(version), &chunks);
    }
}

/// The undamaged conversation is a good one, or damaging it proves nothing.
#[test]
fn the_conversation_is_understood() {
    for version in [Version::V5, Version::V311] {
        let mut peer = Peer::new(version);
        peer.receive(tight_connack(version));
        peer.receive(&answers(version));
        assert_eq!(peer.session.state(), State::Connected, "{version}");
        assert_eq!(peer.heard, ["xy", "z"], "{version}");
    }
}

#[test]
fn a_message_with_packet_identifier_0_ends_the_connection() {
    for version in [Version::V5, Version::V311] {
        for first in [0x32, 0x34] {
            let mut peer = Peer::new(version);
            peer.receive(connack(version));
            peer.receive(&[first, 6, 0, 1, b'a', 0, 0, 0]);
            assert_eq!(peer.session.state(), State::Waiting);
            assert_eq!(peer.heard, [""; 0]);
        }
    }
}

#[test]
fn what_comes_before_connack_ends_the_connection() {
    for version in [Version::V5, Version::V311] {
        let mut peer = Peer::new(version);
        peer.receive(&[0x30, 5, 0, 1, b'a', 0, b'x']);
        assert_eq!(peer.session.state(), State::Waiting);
        assert_eq!(peer.heard, [""; 0]);
    }
}

#[test]
fn a_second_connack_ends_the_connection() {
    for version in [Version::V5, Version::V311] {
        let mut peer = Peer::new(version);
        peer.receive(connack(version));
        peer.receive(connack(version));
        assert_eq!(peer.session.state(), State::Waiting);
    }
}

#[test]
fn a_session_that_nobody_asked_to_resume_ends_the_connection() {
    for (version, connack) in
        [(Version::V5, &[0x20, 3, 1, 0, 0][..]), (Version::V311, &[0x20, 2, 1, 0])]
    {
        let mut peer = Peer::new(version);
        peer.receive(connack);
        assert_eq!(peer.session.state(), State::Waiting);
    }
}

#[test]
fn a_session_that_was_asked_for_is_resumed() {
    for (version, connack) in
        [(Version::V5, &[0x20, 3, 1, 0, 0][..]), (Version::V311, &[0x20, 2, 1, 0])]
    {
        let mut peer = Peer::with(Config { clean_start: false, ..only(version) });
        peer.receive(connack);
        assert_eq!(peer.session.state(), State::Connected, "{version}");
    }
}

#[test]
fn what_follows_a_dismissal_does_not_count() {
    let mut peer = Peer::new(Version::V5);
    peer.receive(connack(Version::V5));
    // DISCONNECT: server busy; then a message.
    peer.receive(&[0xe0, 1, 0x89, 0x30, 5, 0, 1, b'a', 0, b'x']);
    assert_eq!(peer.session.state(), State::Waiting);
    assert_eq!(peer.heard, [""; 0]);
}

/// Feeds `chunks`, and checks that the session is in order afterwards.
fn survive(version: Version, prefix: &[u8], chunks: &[Vec<u8>]) {
    let mut peer = Peer::new(version);
    peer.receive(prefix);
    for chunk in chunks {
        peer.receive(chunk);
    }
    // Whatever was said, the next link works.
    let link = peer.link;
    peer.input(Input::Closed(link));
    peer.session.disconnect(peer.now);
    peer.drain();
    assert_eq!(peer.session.state(), State::Idle);
    peer.session.connect(peer.now);
    peer.drain();
    let link = peer.link;
    peer.input(Input::Opened(link));
    // A session that may speak both versions has settled on one of them by now.
    peer.receive(connack(version));
    assert_eq!(peer.session.state(), State::Connected);
}

fn only(version: Version) -> Config {
    Config { protocol: Protocol::Only(version), ..config() }
}

/// A session with something of everything under way.
struct Peer {
    session: Session,
    now: Time,
    link: LinkId,
    heard: Vec<String>,
}

impl Peer {
    fn new(version: Version) -> Self {
        Self::with(only(version))
    }

    fn with(config: Config) -> Self {
        let mut session = Session::new(Config { max_packet: 1000, ..config });
        let now = Time::ZERO;
        session.subscribe(now, "#".try_into().unwrap(), qos1());
        for qos in [Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce] {
            session.publish(now, kept("a", "1").qos(qos)).unwrap();
        }
        session.connect(now);
        let link = loop {
            if let Output::Open(link) = session.poll_output() {
                break link;
            }
        };
        let mut peer = Self { session, now, link, heard: Vec::new() };
        peer.input(Input::Opened(link));
        peer
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.input(Input::Received(self.link, bytes));
    }

    fn input(&mut self, input: Input<'_>) {
        self.session.handle_input(self.now, input);
        self.drain();
        // Commands work in every state.
        let _ = self.session.publish(self.now, Publish::new("a", "2").qos(Qos::AtLeastOnce));
        self.drain();
    }

    fn drain(&mut self) {
        for _ in 0..10_000 {
            match self.session.poll_output() {
                Output::Open(link) => self.link = link,
                Output::Timeout(at) => {
                    assert!(at.is_none_or(|at| at > self.now));
                    return;
                }
                Output::Event(Event::Message(message)) => {
                    self.heard.push(message.payload.escape_ascii().to_string());
                }
                Output::Transmit(..) | Output::Close(_) | Output::Event(_) => {}
            }
        }
        panic!("the session never comes to rest");
    }
}

fn versions() -> impl Strategy<Value = Version> {
    prop::sample::select(vec![Version::V5, Version::V311])
}

/// A packet with a correct length, a likely packet identifier, and any rest.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    let body =
        (any::<bool>(), 0_u8..5, prop::collection::vec(prop_oneof![0_u8..6, any::<u8>()], 0..12));
    (any::<u8>(), body).prop_map(|(first, (has_id, id, rest))| {
        let mut body = if has_id { vec![0, id] } else { Vec::new() };
        body.extend(rest);
        let mut packet = vec![first, u8::try_from(body.len()).unwrap()];
        packet.extend(body);
        packet
    })
}

fn connack(version: Version) -> &'static [u8] {
    match version {
        Version::V5 => &[0x20, 3, 0, 0, 0],
        Version::V311 => &[0x20, 2, 0, 0],
    }
}

/// With Receive Maximum 2 and Maximum Packet Size 1000, where there are such.
fn tight_connack(version: Version) -> &'static [u8] {
    match version {
        Version::V5 => &[0x20, 11, 0, 0, 8, 0x21, 0, 2, 0x27, 0, 0, 3, 0xe8],
        Version::V311 => connack(version),
    }
}

/// What a broker then says to [`Peer`]: SUBACK, PUBACK, PUBREC and PUBCOMP, a
/// message of QoS 1 and one of QoS 2, PUBREL, PINGRESP.
fn answers(version: Version) -> Vec<u8> {
    let versioned: [&[u8]; 3] = match version {
        Version::V5 => [
            &[0x90, 4, 0, 1, 0, 1],
            &[0x32, 8, 0, 1, b'a', 0, 9, 0, b'x', b'y'],
            &[0x34, 7, 0, 1, b'a', 0, 8, 0, b'z'],
        ],
        Version::V311 => [
            &[0x90, 3, 0, 1, 1],
            &[0x32, 7, 0, 1, b'a', 0, 9, b'x', b'y'],
            &[0x34, 6, 0, 1, b'a', 0, 8, b'z'],
        ],
    };
    let [suback, first, second] = versioned;
    let acks = [0x40, 2, 0, 2, 0x50, 2, 0, 3, 0x70, 2, 0, 3];
    [suback, &acks, first, second, &[0x62, 2, 0, 8, 0xd0, 0]].concat()
}
