//! What a client hears, as lines.

use super::super::packet::{self, Property, Version};
use super::{Client, Packet, hex};

impl Client<'_> {
    /// The next messages are seen.
    pub(in crate::interop::side_by_side) async fn hears(&mut self, count: usize) {
        for _ in 0..count {
            let message = self.message().await;
            self.sees(&message);
        }
    }

    /// The next messages, for steps that see them in another way.
    pub(in crate::interop::side_by_side) async fn messages(&mut self, count: usize) -> Vec<String> {
        let mut messages = Vec::new();
        for _ in 0..count {
            messages.push(self.message().await);
        }
        messages
    }

    /// Messages are seen up to the one whose value is `end`.
    pub(in crate::interop::side_by_side) async fn hears_until_end(&mut self) {
        loop {
            let message = self.message().await;
            if message.contains(" end") {
                return;
            }
            self.sees(&message);
        }
    }

    async fn message(&mut self) -> String {
        let packet = match self.early.pop_front() {
            Some(packet) => packet,
            None => self
                .reads()
                .await
                .unwrap_or_else(|| panic!("{} at {}: no message", self.name, self.stage.broker)),
        };
        assert_eq!(packet.0 & 0xf0, 0x30, "{}: a message, not {packet:x?}", self.name);
        let (text, acknowledgement) = self.read_publish(&packet);
        if self.acknowledges && !acknowledgement.is_empty() {
            self.sends(&acknowledgement).await;
            if acknowledgement[0] == 0x50 {
                let body = self.answer(0x60).await.expect("a PUBREL");
                self.sends(&[0x70, 2, body[0], body[1]]).await;
            }
        }
        text
    }

    /// Whatever comes next is seen.
    pub(in crate::interop::side_by_side) async fn sees_next(&mut self) {
        let packet = match self.early.pop_front() {
            Some(packet) => Some(packet),
            None => self.reads().await,
        };
        let what = match packet {
            None => "closed".to_owned(),
            Some(packet) if packet.0 & 0xf0 == 0x30 => self.read_publish(&packet).0,
            Some((0xe0, body)) => format!("DISCONNECT {:#04x}", body.first().unwrap_or(&0)),
            Some((0xd0, _)) => "PINGRESP".to_owned(),
            Some((first, body)) => format!("{first:#04x} {}", hex(&body)),
        };
        self.sees(&what);
    }

    /// Everything to the end of the connection is seen.
    pub(in crate::interop::side_by_side) async fn sees_the_end(&mut self) {
        loop {
            self.sees_next().await;
            if self.stage.last().is_some_and(|it| it.ends_with(" closed")) {
                return;
            }
        }
    }

    /// Whether the broker still answers is seen, and what it says before.
    pub(in crate::interop::side_by_side) async fn sees_whether_it_stays(&mut self) {
        self.sends(&[0xc0, 0]).await;
        let mut pubrecs = 0;
        loop {
            let what = match self.reads().await {
                Some((0x50, _)) => {
                    pubrecs += 1;
                    continue;
                }
                Some((0xd0, _)) => "stays".to_owned(),
                Some((0xe0, body)) => format!("DISCONNECT {:#04x}", body.first().unwrap_or(&0)),
                Some((first, body)) => format!("{first:#04x} {}", hex(&body)),
                None => "closed".to_owned(),
            };
            if pubrecs > 0 {
                self.sees(&format!("{pubrecs} PUBRECs"));
                pubrecs = 0;
            }
            self.sees(&what);
            if what == "stays" || what == "closed" {
                return;
            }
        }
    }

    /// A message as a line, and how to acknowledge it.
    fn read_publish(&mut self, (first, body): &Packet) -> (String, Vec<u8>) {
        let (qos, mut rest) = (first >> 1 & 3, &body[..]);
        let mut topic = packet::text_of(&mut rest);
        let acknowledgement = match qos {
            0 => Vec::new(),
            _ => {
                let [high, low] = packet::u16(&mut rest).to_be_bytes();
                vec![if qos == 1 { 0x40 } else { 0x50 }, 2, high, low]
            }
        };
        let mut marks = String::new();
        if self.version == Version::V5 {
            let (properties, payload) = Property::read_all(rest);
            rest = payload;
            for property in properties {
                if let Property::TopicAlias(alias) = property {
                    match self.aliases.iter().find(|(it, _)| *it == alias) {
                        Some((_, known)) if topic.is_empty() => topic.clone_from(known),
                        _ => self.aliases.push((alias, topic.clone())),
                    }
                }
                match property {
                    // What is left of an hour depends on the machine.
                    Property::MessageExpiry(3_500..3_600) => {
                        marks.push_str(" MessageExpiry(3600-)")
                    }
                    other => marks.push_str(&format!(" {other:?}")),
                }
            }
        }
        let (topic, value) = self.stage.short(&topic, rest);
        let retain = if first & 1 == 1 { " retained" } else { "" };
        let again = if first & 8 == 8 { " again" } else { "" };
        (format!("{topic} {value} at {qos}{retain}{again}{marks}"), acknowledgement)
    }
}
