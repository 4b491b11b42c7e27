//! One client of the broker.

use std::collections::{BTreeMap, BTreeSet};

use mcs_session::{Message, Payload, Qos, ReasonCode, TopicFilter, Version};
use mqtt_protocol_core::mqtt;

use mqtt::common::Cursor;
use mqtt::connection::Event;
use mqtt::packet::Packet;
use mqtt::prelude::GenericPacketTrait;
use mqtt::result_code::MqttError;
use mqtt::role;

use super::{Broker, OldBroker, Script, packets};

pub(super) struct Peer {
    connection: mqtt::Connection<role::Server>,
    version: Option<Version>,
    subscriptions: BTreeMap<TopicFilter, Subscription>,
    /// The client's messages that are not acknowledged.
    unacknowledged: BTreeSet<u16>,
    /// How many of them it was told that there may be.
    window: usize,
    held: Vec<Packet>,
    pub(super) tx: Vec<u8>,
    pub(super) closing: bool,
}

struct Subscription {
    qos: Qos,
    no_local: bool,
}

impl Peer {
    pub(super) fn new() -> Self {
        Self {
            connection: mqtt::Connection::new(mqtt::Version::Undetermined),
            version: None,
            subscriptions: BTreeMap::new(),
            unacknowledged: BTreeSet::new(),
            window: usize::from(u16::MAX),
            held: Vec::new(),
            tx: Vec::new(),
            closing: false,
        }
    }

    pub(super) const fn version(&self) -> Option<Version> {
        self.version
    }

    pub(super) fn subscriptions(&self) -> impl Iterator<Item = &TopicFilter> {
        self.subscriptions.keys()
    }

    /// Whole packets out of `bytes`; slips go to `violations`.
    pub(super) fn parse(&mut self, bytes: &[u8], violations: &mut Vec<String>) -> Vec<Packet> {
        let mut packets = Vec::new();
        let mut cursor = Cursor::new(bytes);
        while !cursor.remaining_slice().is_empty() {
            for event in self.connection.recv(&mut cursor) {
                match event {
                    Event::NotifyPacketReceived(packet) => packets.push(packet),
                    Event::RequestSendPacket { packet, .. } => {
                        self.tx.extend(packet.to_continuous_buffer());
                    }
                    Event::NotifyError(error) => {
                        violations.push(format!("the client broke the protocol: {error}"));
                    }
                    _ => {}
                }
            }
        }
        packets
    }

    pub(super) fn handle(&mut self, packet: Packet, broker: &mut Broker) {
        let connect = matches!(packet, Packet::V5_0Connect(_) | Packet::V3_1_1Connect(_));
        if connect == self.version.is_some() {
            let what = packet.packet_type();
            broker.violations.push(format!("{what:?} out of place"));
        }
        match packet {
            Packet::V5_0Connect(connect) => {
                let login = login(connect.user_name(), connect.password());
                let will = will(connect.will_topic(), connect.will_payload());
                broker.trace.push(format!("CONNECT MQTT 5 {:?}{login}{will}", connect.client_id()));
                self.connect(Version::V5, broker);
            }
            Packet::V3_1_1Connect(connect) => {
                let login = login(connect.user_name(), connect.password());
                let will = will(connect.will_topic(), connect.will_payload());
                let id = connect.client_id();
                broker.trace.push(format!("CONNECT MQTT 3.1.1 {id:?}{login}{will}"));
                self.connect(Version::V311, broker);
            }
            Packet::V5_0Publish(publish) => {
                let message = message(
                    publish.topic_name(),
                    publish.payload().as_slice(),
                    publish.qos(),
                    publish.retain(),
                );
                self.publish(message, publish.packet_id(), broker);
            }
            Packet::V3_1_1Publish(publish) => {
                let message = message(
                    publish.topic_name(),
                    publish.payload().as_slice(),
                    publish.qos(),
                    publish.retain(),
                );
                self.publish(message, publish.packet_id(), broker);
            }
            Packet::V5_0Pubrel(pubrel) => self.release(pubrel.packet_id(), broker),
            Packet::V3_1_1Pubrel(pubrel) => self.release(pubrel.packet_id(), broker),
            Packet::V5_0Pubrec(pubrec) => self.pubrel(pubrec.packet_id()),
            Packet::V3_1_1Pubrec(pubrec) => self.pubrel(pubrec.packet_id()),
            Packet::V5_0Subscribe(subscribe) => {
                self.subscribe(subscribe.packet_id(), subscribe.entries(), broker);
            }
            Packet::V3_1_1Subscribe(subscribe) => {
                self.subscribe(subscribe.packet_id(), subscribe.entries(), broker);
            }
            Packet::V5_0Unsubscribe(unsubscribe) => {
                let filters = unsubscribe.entries().iter().map(|filter| filter.as_str());
                self.unsubscribe(unsubscribe.packet_id(), filters.collect(), broker);
            }
            Packet::V3_1_1Unsubscribe(unsubscribe) => {
                let filters = unsubscribe.entries().iter().map(|filter| filter.as_str());
                self.unsubscribe(unsubscribe.packet_id(), filters.collect(), broker);
            }
            Packet::V5_0Pingreq(_) | Packet::V3_1_1Pingreq(_) => {
                broker.trace.push("PINGREQ".to_owned());
                if !broker.script.no_pong {
                    self.answer(packets::pingresp, &mut broker.trace);
                }
            }
            Packet::V5_0Disconnect(_) | Packet::V3_1_1Disconnect(_) => {
                broker.trace.push("DISCONNECT".to_owned());
                self.closing = true;
            }
            // The client's PUBACK and PUBCOMP need no answer.
            _ => {}
        }
    }

    pub(super) fn deliver(&mut self, message: &Message, trace: &mut Vec<String>) {
        self.deliver_from(message, false, trace);
    }

    pub(super) fn dismiss(&mut self, code: ReasonCode, trace: &mut Vec<String>) {
        if self.version == Some(Version::V5) {
            self.send(packets::disconnect(code), trace);
        }
        self.closing = true;
    }

    pub(super) fn release_acks(&mut self, trace: &mut Vec<String>) {
        for packet in std::mem::take(&mut self.held) {
            self.send_ack(packet, trace);
        }
    }

    fn connect(&mut self, version: Version, broker: &mut Broker) {
        let Script { old, refuse_connect, .. } = &broker.script;
        if version == Version::V5
            && let Some(old) = old
        {
            self.closing = true;
            match old {
                OldBroker::HangsUp => {}
                OldBroker::RefusesInV311 => self.tx.extend([0x20, 0x02, 0x00, 0x01]),
                OldBroker::RefusesInV5 => {
                    self.send(packets::unsupported_version(), &mut broker.trace);
                }
            }
            return;
        }
        self.version = Some(version);
        if let Some(window) = broker.script.receive_maximum.filter(|_| version == Version::V5) {
            self.window = usize::from(window);
        }
        self.closing = refuse_connect.is_some();
        let connack = packets::connack(version, &broker.script);
        self.send(connack, &mut broker.trace);
    }

    fn publish(&mut self, message: Message, packet: Option<u16>, broker: &mut Broker) {
        let Message { topic, payload, qos, retain, .. } = &message;
        let retained = if *retain { " retained" } else { "" };
        broker.trace.push(format!("PUBLISH {topic} {payload:?} QoS {}{retained}", *qos as u8));
        let refused = broker.script.refuse_topics.get(&**topic).copied();
        let refused = refused.filter(|_| self.version == Some(Version::V5));
        if let (Some(packet), Some(version)) = (packet, self.version) {
            self.unacknowledged.insert(packet);
            if self.unacknowledged.len() > self.window {
                broker.violations.push("more messages in flight than allowed".to_owned());
            }
            let ack = packets::ack(version, *qos, packet, refused);
            if broker.script.hold_acks {
                self.held.push(ack);
            } else {
                self.send_ack(ack, &mut broker.trace);
            }
        }
        if refused.is_none() {
            self.deliver_from(&message, true, &mut broker.trace);
            broker.accept(message);
        }
    }

    fn release(&mut self, packet: u16, broker: &mut Broker) {
        broker.trace.push(format!("PUBREL {packet}"));
        self.unacknowledged.remove(&packet);
        self.answer(|version| packets::pubcomp(version, packet), &mut broker.trace);
    }

    fn pubrel(&mut self, packet: u16) {
        self.answer(|version| packets::pubrel(version, packet), &mut Vec::new());
    }

    fn subscribe(&mut self, packet: u16, entries: &[mqtt::packet::SubEntry], broker: &mut Broker) {
        let mut granted = Vec::new();
        let mut texts = Vec::new();
        for entry in entries {
            let filter = entry.topic_filter();
            let no_local = entry.sub_opts().nl();
            let qos = qos(entry.sub_opts().qos());
            let local = if no_local { " no-local" } else { "" };
            texts.push(format!("{filter} QoS {}{local}", qos as u8));
            granted.push(match broker.script.refuse_filters.get(filter) {
                Some(code) => Err(*code),
                None => Ok(qos),
            });
            match TopicFilter::new(filter) {
                Ok(filter) if !broker.script.refuse_filters.contains_key(filter.as_str()) => {
                    self.subscriptions.insert(filter, Subscription { qos, no_local });
                }
                Ok(_) => {}
                Err(error) => broker.violations.push(format!("{filter:?}: {error}")),
            }
        }
        broker.trace.push(format!("SUBSCRIBE {}", texts.join(", ")));
        if !broker.script.no_suback {
            self.answer(|version| packets::suback(version, packet, &granted), &mut broker.trace);
        }
    }

    fn unsubscribe(&mut self, packet: u16, filters: Vec<&str>, broker: &mut Broker) {
        broker.trace.push(format!("UNSUBSCRIBE {}", filters.join(", ")));
        self.subscriptions.retain(|filter, _| !filters.contains(&filter.as_str()));
        let count = filters.len();
        self.answer(|version| packets::unsuback(version, packet, count), &mut broker.trace);
    }

    fn deliver_from(&mut self, message: &Message, own: bool, trace: &mut Vec<String>) {
        let matching = self.subscriptions.iter().filter(|(filter, subscription)| {
            filter.matches(&message.topic) && !(own && subscription.no_local)
        });
        let Some(granted) = matching.map(|(_, subscription)| subscription.qos).max() else {
            return;
        };
        let Some(version) = self.version else { return };
        let qos = granted.min(message.qos);
        let packet = match qos {
            Qos::AtMostOnce => None,
            // A client that never answers runs out of these: then it hears no more.
            Qos::AtLeastOnce | Qos::ExactlyOnce => match self.connection.acquire_packet_id() {
                Ok(packet) => Some(packet),
                Err(_) => return,
            },
        };
        self.send(packets::publish(version, message, qos, packet), trace);
    }

    fn answer(&mut self, packet: impl FnOnce(Version) -> Packet, trace: &mut Vec<String>) {
        if let Some(version) = self.version {
            self.send(packet(version), trace);
        }
    }

    fn send_ack(&mut self, ack: Packet, trace: &mut Vec<String>) {
        match &ack {
            Packet::V5_0Puback(ack) => self.unacknowledged.remove(&ack.packet_id()),
            Packet::V3_1_1Puback(ack) => self.unacknowledged.remove(&ack.packet_id()),
            Packet::V5_0Pubrec(pubrec) if pubrec.reason_code().is_some() => {
                self.unacknowledged.remove(&pubrec.packet_id())
            }
            _ => false,
        };
        self.send(ack, trace);
    }

    fn send(&mut self, packet: Packet, trace: &mut Vec<String>) {
        let name = format!("{:?}", packet.packet_type()).trim_matches('"').to_uppercase();
        trace.push(format!("← {name}"));
        for event in self.connection.send(packet) {
            match event {
                Event::RequestSendPacket { packet, .. } => {
                    self.tx.extend(packet.to_continuous_buffer());
                }
                // A client takes no larger packets: it never hears of it [MQTT-3.1.2-25].
                Event::NotifyError(MqttError::PacketTooLarge) => {}
                Event::NotifyError(error) => panic!("the broker cannot send {name}: {error}"),
                _ => {}
            }
        }
    }
}

fn login(user: Option<&str>, password: Option<&[u8]>) -> String {
    let user = user.map_or_else(String::new, |user| format!(" user {user:?}"));
    let password = password.map(|password| format!(" password \"{}\"", password.escape_ascii()));
    user + &password.unwrap_or_default()
}

fn will(topic: Option<&str>, payload: Option<&[u8]>) -> String {
    let will = topic.zip(payload);
    will.map_or_else(String::new, |(topic, payload)| {
        format!(" will {topic} \"{}\"", payload.escape_ascii())
    })
}

fn message(topic: &str, payload: &[u8], wire_qos: mqtt::packet::Qos, retain: bool) -> Message {
    Message {
        topic: topic.into(),
        payload: Payload::from(payload),
        qos: qos(wire_qos),
        retain,
        duplicate: false,
        properties: mcs_session::Properties::default(),
    }
}

const fn qos(qos: mqtt::packet::Qos) -> Qos {
    match qos {
        mqtt::packet::Qos::AtMostOnce => Qos::AtMostOnce,
        mqtt::packet::Qos::AtLeastOnce => Qos::AtLeastOnce,
        mqtt::packet::Qos::ExactlyOnce => Qos::ExactlyOnce,
    }
}
