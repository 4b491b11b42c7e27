//! A device that does what it is told to, on one transport or the other.

use std::ops::RangeInclusive;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::IMAGE;
use crate::client::{Reply, Request};
use crate::mqtt::Client;
use crate::process::Process;
use crate::soon;

/// What each of twenty devices does, by number. Odd ones are on the Command Server, even ones on
/// MQTT.
pub(super) struct Phases {
    /// They fetch and report.
    pub(super) good: RangeInclusive<u32>,
    /// They fetch before the server is killed and report afterwards.
    pub(super) late: RangeInclusive<u32>,
    /// It never comes.
    pub(super) never: u32,
    /// It has the version.
    pub(super) installed: u32,
    /// They only report.
    pub(super) plain: RangeInclusive<u32>,
    /// They are half done when the server is killed.
    pub(super) slow: RangeInclusive<u32>,
    /// They come when the server is back.
    pub(super) asleep: RangeInclusive<u32>,
    /// They get another file than the notice says.
    pub(super) wrong_check: RangeInclusive<u32>,
    /// They come back with what they had.
    pub(super) old: RangeInclusive<u32>,
    /// They run it, and then what they had.
    pub(super) rolls_back: RangeInclusive<u32>,
}

pub(super) const PHASES: Phases = Phases {
    good: 2..=4,
    late: 5..=6,
    never: 7,
    installed: 8,
    plain: 9..=10,
    slow: 11..=12,
    asleep: 13..=14,
    wrong_check: 15..=16,
    old: 17..=18,
    rolls_back: 19..=20,
};

impl Phases {
    /// Where a device has to end.
    pub(super) fn end(&self, n: u32) -> &'static str {
        match n {
            _ if n == self.never => "CANCELED",
            _ if n == self.installed => "ALREADY_INSTALLED",
            _ if self.wrong_check.contains(&n) || self.old.contains(&n) => "FAILED",
            _ if self.rolls_back.contains(&n) => "ROLLED_BACK",
            _ => "UPDATED",
        }
    }
}

pub(super) struct Board {
    pub(super) number: u32,
    pub(super) id: String,
    /// How many notices it heard.
    pub(super) heard: u32,
    /// Whether it runs the new version.
    pub(super) has_new: bool,
    link: Link,
    /// The path of the file of the newest notice.
    file: String,
}

enum Link {
    None,
    Command(TcpStream),
    Mqtt(Client),
}

pub(super) fn id(n: u32) -> String {
    format!("Dboard{n:02}")
}

pub(super) fn key(n: u32) -> String {
    format!("Kboard{n:02}abcdefgh")
}

impl Board {
    pub(super) fn new(number: u32) -> Self {
        let (heard, has_new, file) = (0, false, String::new());
        Self { number, id: id(number), heard, has_new, link: Link::None, file }
    }

    /// Connects anew.
    pub(super) async fn connect(&mut self, server: &Process) {
        let (id, key) = (&self.id, key(self.number));
        self.link = Link::None;
        self.link = if self.number.is_multiple_of(2) {
            let mut client = Client::connect(server.mqtt(), id, None).await;
            client.subscribe(&format!("mcs/{id}/{key}/+")).await;
            Link::Mqtt(client)
        } else {
            let address = server.address("command");
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.write_all(format!("{id},{key},0\n").as_bytes()).await.expect("to send");
            let mut echo = vec![0; format!("{id},{key},0").len()];
            soon("the echo", stream.read_exact(&mut echo)).await.expect("the echo");
            Link::Command(stream)
        };
    }

    /// Waits for the notice.
    pub(super) async fn hear_notice(&mut self) {
        let notice = self.hear_any_notice().await;
        assert!(notice.contains(",FOTA,2.0,"), "{notice}");
    }

    /// The same, of whatever version.
    pub(super) async fn hear_any_notice(&mut self) -> String {
        let notice = match &mut self.link {
            Link::Mqtt(client) => client.message().await.1,
            Link::Command(stream) => {
                let mut heard = String::new();
                // The address ends with a token of 16 letters and digits.
                while heard.split_once("/fw/").is_none_or(|(_, token)| token.len() < 16) {
                    let byte = soon("the notice", stream.read_u8()).await.expect("a byte");
                    heard.push(char::from(byte));
                }
                heard
            }
            Link::None => panic!("{} is not connected", self.id),
        };
        let at = notice.find("/fw/").expect("an address");
        self.file = notice[at..].trim().to_owned();
        self.heard += 1;
        notice
    }

    /// Hears the notice and fetches the whole file.
    pub(super) async fn fetch(&mut self, server: &Process) {
        self.hear_notice().await;
        assert_eq!(self.ask(server, "").await.body, IMAGE);
    }

    pub(super) async fn fetch_half(&mut self, server: &Process) {
        self.hear_notice().await;
        assert_eq!(self.ask(server, "bytes=0-19").await.body, &IMAGE[..20]);
    }

    pub(super) async fn fetch_rest(&mut self, server: &Process) {
        assert_eq!(self.ask(server, "bytes=20-").await.body, &IMAGE[20..]);
    }

    /// Asks for its file, or for a part of it.
    pub(super) async fn ask(&self, server: &Process, range: &str) -> Reply {
        let request = Request::new(server.http(), "GET", &self.file);
        if range.is_empty() {
            request.send().await
        } else {
            request.header("Range", range).send().await
        }
    }

    /// Reports what it runs.
    pub(super) async fn report(&mut self, server: &Process, version: &str) {
        self.has_new = version == "2.0";
        let path = format!("/mcs/v2/devices/{}/firmwares", self.id);
        let body = format!(r#"{{"version":"{version}"}}"#);
        self.send(server, "PUT", &path, body).await;
    }

    /// Says something on its channel `status`.
    pub(super) async fn say(&mut self, server: &Process, text: &str) {
        let path = format!("/mcs/v2/devices/{}/datapoints.csv", self.id);
        let reply = self.send(server, "POST", &path, format!("status,,{text}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
    }

    async fn send(&self, server: &Process, method: &str, path: &str, body: String) -> Reply {
        let request = Request::new(server.http(), method, path);
        request.header("deviceKey", &key(self.number)).body(body).send().await
    }
}
