//! What the broker sends.

use super::quick::Quick;
use super::*;

/// What a packet obliges us to send back.
#[derive(Clone, Copy, Debug)]
pub(super) enum Response {
    Puback(u16),
    Pubrec(u16),
    Pubrel(u16),
    Pubcomp(u16),
}

impl Wire {
    /// Takes bytes of any chunking, appends what they say to `said` and the
    /// due responses to `tx`. `name` knows topics by their bytes. After an error, or a refusal or dismissal, the
    /// link is of no more use.
    pub(crate) fn receive(
        &mut self,
        bytes: &[u8],
        name: &mut dyn FnMut(&[u8]) -> Option<Name>,
        said: &mut Vec<Received>,
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        let Some(mut head) = self.head.take() else { return self.parse(bytes, name, said, tx) };
        head.extend_from_slice(bytes);
        match *head {
            // A CONNACK of two bytes can only be of MQTT 3.1.1: in MQTT 5 it
            // has three at least. That is how old brokers answer.
            [0x20, 2, _, code, ..] => {
                let code = match code {
                    0 => ReasonCode::UNSUPPORTED_PROTOCOL_VERSION,
                    code => ReasonCode::from_return_code(code),
                };
                if let Some(traced) = &mut self.traced {
                    traced.push(Traced::refusal(code));
                }
                said.push(Received::Refused(code));
                Ok(())
            }
            [] | [0x20] | [0x20, 2] | [0x20, 2, _] => {
                self.head = Some(head);
                Ok(())
            }
            _ => self.parse(&head, name, said, tx),
        }
    }

    fn parse(
        &mut self,
        bytes: &[u8],
        name: &mut dyn FnMut(&[u8]) -> Option<Name>,
        said: &mut Vec<Received>,
        tx: &mut Vec<u8>,
    ) -> Result<(), ReasonCode> {
        // One copy for the payloads of all messages in it.
        let mut shared = None;
        let mut rest = bytes;
        while !rest.is_empty() {
            if let Some(quick) = self.quick(rest)
                && let Some(name) = rest.get(quick.topic.clone()).and_then(&mut *name)
            {
                if name.wanted {
                    let start = bytes.len() - rest.len() + quick.payload;
                    let shared = shared.get_or_insert_with(|| Arc::<[u8]>::from(bytes));
                    said.push(Received::Wanted(Message {
                        topic: name.text,
                        payload: Payload::window(
                            Arc::clone(shared),
                            start,
                            quick.len - quick.payload,
                        ),
                        qos: Qos::AtMostOnce,
                        retain: quick.retain,
                        duplicate: false,
                        properties: crate::Properties::default(),
                    }));
                }
                rest = rest.get(quick.len..).unwrap_or_default();
                continue;
            }
            // The connection takes one packet per call.
            let mut cursor = Cursor::new(rest);
            let events = self.connection.recv(&mut cursor);
            let left = cursor.remaining_slice().len();
            rest = rest.get(rest.len() - left..).unwrap_or_default();
            // It tells of every packet that is complete.
            self.in_packet = events.is_empty();
            let mut error = None;
            for event in events {
                match event {
                    Event::NotifyPacketReceived(packet) => {
                        self.trace(false, &packet);
                        let response = convert::response(&packet);
                        let received = self.interpret(packet)?;
                        if let Some(response) = response {
                            self.respond(response, tx)?;
                        }
                        let last =
                            matches!(received, Received::Refused(_) | Received::Dismissed(_));
                        said.push(received);
                        if last {
                            return Ok(());
                        }
                    }
                    Event::RequestSendPacket { packet, .. } => write(&packet, tx),
                    Event::NotifyError(code) => error = Some(convert::error(code)),
                    // A close is only asked for together with an error.
                    Event::RequestClose => error = error.or(Some(ReasonCode::PROTOCOL_ERROR)),
                    // Packet identifiers are followed by their acknowledgements,
                    // timers are ours.
                    Event::NotifyPacketIdReleased(_)
                    | Event::RequestTimerReset { .. }
                    | Event::RequestTimerCancel(_) => {}
                }
            }
            if let Some(code) = error {
                return Err(code);
            }
        }
        Ok(())
    }

    /// The next packet, if it is one that the connection need not see.
    fn quick(&self, rest: &[u8]) -> Option<Quick> {
        if self.in_packet || !self.accepted {
            return None;
        }
        Quick::of(rest, self.version).filter(|it| it.len <= self.limit)
    }

    /// The connection could do this by itself, but it panics on a packet
    /// identifier of 0 [MQTT-2.2.1-3], which the peer may choose.
    fn respond(&mut self, response: Response, tx: &mut Vec<u8>) -> Result<(), ReasonCode> {
        macro_rules! packet {
            ($kind:ident, $packet_id:expr) => {
                in_version!(self.version, mqtt => {
                    mqtt::$kind::builder().packet_id($packet_id).build().map_err(convert::error)?
                })
            };
        }
        let packet = match response {
            Response::Puback(packet_id) => packet!(Puback, packet_id),
            Response::Pubrec(packet_id) => packet!(Pubrec, packet_id),
            Response::Pubrel(packet_id) => packet!(Pubrel, packet_id),
            Response::Pubcomp(packet_id) => packet!(Pubcomp, packet_id),
        };
        self.send(packet, tx)
    }

    fn interpret(&mut self, packet: Packet) -> Result<Received, ReasonCode> {
        let connack = matches!(packet, Packet::V5_0Connack(_) | Packet::V3_1_1Connack(_));
        // CONNACK comes first, and only once [MQTT-3.2.0-1, MQTT-3.2.0-2].
        if connack == self.accepted {
            return Err(ReasonCode::PROTOCOL_ERROR);
        }
        // Nobody may find an old session who did not ask for it [MQTT-3.2.2-2].
        if self.clean_start && convert::is_old_session(&packet) {
            return Err(ReasonCode::PROTOCOL_ERROR);
        }
        let received = convert::received(packet)?;
        self.accepted |= matches!(received, Received::Accepted(_));
        Ok(received)
    }
}
