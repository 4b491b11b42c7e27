//! Control packets, for who looks for a mistake in a connection.

use std::collections::VecDeque;

use mcs_model::Timestamp;
use mcs_session::{PacketKind, Traced};
use mcs_sorted::Map;
use mcs_time::Time;

use crate::protocol::{ConnectionId, Packet, Property, TraceRow, TraceView};

/// Most packets that are kept.
const MOST: usize = 500;

/// The last packets.
#[derive(Debug, Default)]
pub(super) struct Trace {
    rows: VecDeque<TraceRow>,
    evicted: u64,
    last: u64,
    /// What was asked for, and when: by the kind of its answer and its packet identifier.
    asked: Map<(ConnectionId, u8, u16), Time>,
    /// The page has not seen it as it is.
    pub(super) changed: bool,
}

impl Trace {
    /// A packet went over a link.
    pub(super) fn add(&mut self, now: Time, wall: Timestamp, on: ConnectionId, traced: Traced) {
        let packet = packet(traced.packet);
        let id = traced.packet_id.unwrap_or_default();
        let since = match answered_by(packet) {
            Some(answer) => {
                self.asked.insert((on, answer as u8, id), now);
                None
            }
            // The first half of QoS 2 leaves the question open.
            None if packet == Packet::Pubrec => {
                self.asked.get(&(on, Packet::Puback as u8, id)).copied()
            }
            None => self.asked.remove(&(on, asked_as(packet) as u8, id)),
        };
        let millis = since.map(|it| u32::try_from(now.since(it).as_millis()).unwrap_or(u32::MAX));
        if packet == Packet::Connect {
            // Packet identifiers begin anew.
            self.asked.retain(|it, _| it.0 != on || it.1 == Packet::Connack as u8);
        }
        self.last += 1;
        self.rows.push_back(TraceRow {
            id: self.last,
            at: wall,
            connection: on,
            sent: traced.sent,
            packet,
            packet_id: traced.packet_id,
            codes: traced.codes,
            session_present: traced.session_present,
            topics: traced.topics,
            properties: traced.properties.into_iter().map(property).collect(),
            millis,
        });
        if self.rows.len() > MOST {
            self.rows.pop_front();
            self.evicted += 1;
        }
        self.changed = true;
    }

    pub(super) fn view(&self) -> TraceView {
        TraceView { rows: self.rows.iter().cloned().collect(), evicted: self.evicted }
    }
}

/// The packet that answers this one.
fn answered_by(packet: Packet) -> Option<Packet> {
    match packet {
        Packet::Connect => Some(Packet::Connack),
        Packet::Publish => Some(Packet::Puback),
        Packet::Subscribe => Some(Packet::Suback),
        Packet::Unsubscribe => Some(Packet::Unsuback),
        Packet::Pingreq => Some(Packet::Pingresp),
        _ => None,
    }
}

/// The question that a packet answers is filed under this one.
fn asked_as(packet: Packet) -> Packet {
    if packet == Packet::Pubcomp { Packet::Puback } else { packet }
}

fn packet(kind: PacketKind) -> Packet {
    match kind {
        PacketKind::Connect => Packet::Connect,
        PacketKind::Connack => Packet::Connack,
        PacketKind::Publish => Packet::Publish,
        PacketKind::Puback => Packet::Puback,
        PacketKind::Pubrec => Packet::Pubrec,
        PacketKind::Pubcomp => Packet::Pubcomp,
        PacketKind::Subscribe => Packet::Subscribe,
        PacketKind::Suback => Packet::Suback,
        PacketKind::Unsubscribe => Packet::Unsubscribe,
        PacketKind::Unsuback => Packet::Unsuback,
        PacketKind::Pingreq => Packet::Pingreq,
        PacketKind::Pingresp => Packet::Pingresp,
        PacketKind::Disconnect => Packet::Disconnect,
    }
}

pub(super) fn property(it: mcs_session::Property) -> Property {
    Property { id: it.id, key: it.key, value: it.value }
}
