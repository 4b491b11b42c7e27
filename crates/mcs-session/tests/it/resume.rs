//! A session that the broker keeps between links.

use mcs_session::{Config, Input, LinkId, Output, Protocol, Publish, Qos, Session, Version};
use mcs_time::Time;

use crate::support::config;

#[test]
fn a_message_that_a_lost_link_cut_off_does_not_shadow_the_next_one() {
    for version in [Version::V5, Version::V311] {
        let kept = Config { clean_start: false, protocol: Protocol::Only(version), ..config() };
        for (present, packet) in [(true, 2), (false, 1)] {
            let mut client = Client::new(kept.clone());
            client.connect(version, false);
            assert_eq!(client.packet_of_a_message(), 1, "{version}");
            client.cut();
            client.connect(version, present);
            assert_eq!(client.packet_of_a_message(), packet, "{version}, present: {present}");
        }
    }
}

#[test]
fn what_was_cut_off_is_remembered_over_several_links() {
    let mut client = Client::new(Config {
        clean_start: false,
        protocol: Protocol::Only(Version::V5),
        ..config()
    });
    for packet in 1..=4 {
        client.connect(Version::V5, packet > 1);
        assert_eq!(client.packet_of_a_message(), packet);
        client.cut();
    }
    // The broker has forgotten.
    client.connect(Version::V5, false);
    assert_eq!(client.packet_of_a_message(), 1);
}

/// A session and what it sent last.
struct Client {
    session: Session,
    link: Option<LinkId>,
    sent: Vec<u8>,
}

impl Client {
    fn new(config: Config) -> Self {
        Self { session: Session::new(config), link: None, sent: Vec::new() }
    }

    fn connect(&mut self, version: Version, present: bool) {
        self.session.connect(Time::ZERO);
        self.drain();
        let link = self.link.expect("it asks for a link");
        self.session.handle_input(Time::ZERO, Input::Opened(link));
        let present = u8::from(present);
        let connack = match version {
            Version::V5 => &[0x20, 3, present, 0, 0][..],
            Version::V311 => &[0x20, 2, present, 0],
        };
        self.session.handle_input(Time::ZERO, Input::Received(link, connack));
        self.drain();
    }

    fn cut(&mut self) {
        let link = self.link.expect("there is a link");
        self.session.handle_input(Time::ZERO, Input::Closed(link));
        self.drain();
    }

    /// Publishes with QoS 2, and gives the packet identifier.
    fn packet_of_a_message(&mut self) -> u16 {
        let message = Publish::new("a", "b").qos(Qos::ExactlyOnce);
        self.session.publish(Time::ZERO, message).expect("it is taken");
        self.drain();
        // The kind, the length, and the topic behind its own length.
        let [0x34, _, 0, 1, b'a', high, low, ..] = self.sent[..] else {
            panic!("no PUBLISH: {:x?}", self.sent)
        };
        u16::from_be_bytes([high, low])
    }

    fn drain(&mut self) {
        loop {
            match self.session.poll_output() {
                Output::Open(link) => self.link = Some(link),
                Output::Transmit(_, bytes) => self.sent = bytes,
                Output::Timeout(_) => return,
                Output::Close(_) | Output::Event(_) => {}
            }
        }
    }
}
