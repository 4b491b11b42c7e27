use mcs_model::{DataPoint, RawValue, Value};
use proptest::prelude::*;

use super::*;
use crate::server;

const PREFIX: &str = "Dsre1qRQ,DFbtsNWg4AuLZ30v,";

fn config() -> Config {
    Config::new("Dsre1qRQ".parse().unwrap(), "DFbtsNWg4AuLZ30v".parse().unwrap())
}

/// What a connection does, written as text.
struct Link {
    board: Board,
    now: Time,
    log: Vec<String>,
}

impl Link {
    /// A connection whose first heartbeat was sent and forgotten.
    fn new(config: Config) -> Self {
        let board = Board::new(config, Time::ZERO);
        let mut link = Self { board, now: Time::ZERO, log: Vec::new() };
        link.drain();
        assert_eq!(link.log, [format!("> {PREFIX}0")]);
        link.log.clear();
        link
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.board.handle_input(self.now, Input::Received(bytes));
        self.drain();
    }

    fn until(&mut self, end: Time) {
        while let Output::Timeout(Some(next)) = self.board.poll_output()
            && next <= end
        {
            self.now = next;
            self.board.handle_input(next, Input::Timeout);
            self.drain();
        }
        self.now = end;
    }

    fn settle(&mut self) {
        self.until(self.now + Duration::from_millis(30));
    }

    fn drain(&mut self) {
        loop {
            let line = match self.board.poll_output() {
                Output::Transmit(bytes) => format!("> {}", String::from_utf8(bytes).unwrap()),
                Output::Close => "close".to_owned(),
                Output::Event(Event::Echoed { timestamp }) => {
                    format!("echo {}", timestamp.map_or(0, Timestamp::as_millis))
                }
                Output::Event(Event::Commanded(point)) => {
                    let RawValue::Csv(value) = point.value else { panic!() };
                    format!("{}={value}", point.channel)
                }
                Output::Event(Event::Notified(notice)) => notice,
                Output::Event(Event::Skipped(why)) => format!("skipped: {why}"),
                Output::Event(Event::Closed(reason)) => format!("over: {reason:?}"),
                Output::Timeout(_) => return,
            };
            self.log.push(line);
        }
    }
}

#[test]
fn echo_command_and_notice_are_told_apart_in_one_segment() {
    let mut link = Link::new(config());
    let t = "1513132150790";
    let notice = format!("{t},FOTA,2.0,null,https://cdn.example.com/a.bin");
    link.receive(
        format!("{PREFIX}0{PREFIX}{t},LED_Control,1{PREFIX}{notice}{PREFIX}{t},gps,1,2,3")
            .as_bytes(),
    );
    assert_eq!(link.log, ["echo 0", "LED_Control=1", notice.as_str()], "the last may go on");
    link.settle();
    assert_eq!(link.log[3], "gps=1,2,3");
}

#[test]
fn a_read_is_a_message_where_the_settings_say_so() {
    let mut link = Link::new(Config { settle: Duration::ZERO, ..config() });
    link.receive(format!("{PREFIX}1513132150790,message,two ").as_bytes());
    assert_eq!(link.log, ["message=two "]);
    link.receive(b"halves");
    assert_eq!(link.log.len(), 1, "what stands behind the end of a message belongs to none");
    link.receive(PREFIX.as_bytes());
    assert_eq!(link.log[1], "echo 0");
}

#[test]
fn the_heartbeat_goes_on_every_40_seconds() {
    let mut link = Link::new(config());
    for second in 1..=200 {
        link.until(Time::from_millis(second * 1000));
        if second % 40 == 1 {
            link.receive(format!("{PREFIX}0").as_bytes());
        }
    }
    let beats = link.log.iter().filter(|it| **it == format!("> {PREFIX}0")).count();
    assert_eq!(beats, 5);
    assert!(!link.log.iter().any(|it| it.starts_with("over")));
}

#[test]
fn a_server_that_does_not_echo_is_given_up() {
    let mut link = Link::new(config());
    link.until(Time::from_millis(50_000));
    link.receive(format!("{PREFIX}1513132150790,switch,1").as_bytes());
    link.until(Time::from_millis(99_999));
    link.log.clear();
    link.until(Time::from_millis(100_000));
    assert_eq!(link.log, ["close", "over: Silence"]);
}

#[test]
fn a_message_that_makes_no_sense_is_passed_over_and_named() {
    let mut link = Link::new(config());
    link.receive(b"noise before");
    link.receive(PREFIX.as_bytes());
    link.receive(b"\xff\xfe");
    link.receive(format!("{PREFIX}what{PREFIX}noon,switch,1{PREFIX}0\r\n").as_bytes());
    link.settle();
    assert_eq!(
        link.log,
        [
            "skipped: it is not UTF-8",
            "skipped: line 1: it has not the form timestamp,dataChnId,value",
            "skipped: line 1, timestamp: it is not whole milliseconds: \"noon\"",
            "echo 0",
        ]
    );
}

#[test]
fn the_last_message_counts_even_if_the_server_leaves_behind_it() {
    let mut link = Link::new(config());
    link.receive(format!("{PREFIX}1513132150790,switch,1").as_bytes());
    link.board.handle_input(link.now, Input::Closed);
    link.board.close();
    link.drain();
    assert_eq!(link.log, ["switch=1", "over: Server"]);
}

#[test]
fn a_message_without_end_does_not_fill_the_memory() {
    let mut link = Link::new(config());
    link.receive(PREFIX.as_bytes());
    for _ in 0..100 {
        link.receive(&[b'x'; 1024]);
    }
    assert_eq!(link.log, ["close", "over: TooLong"]);
}

#[test]
fn what_comes_before_the_first_prefix_is_not_kept() {
    let mut link = Link::new(config());
    for _ in 0..100 {
        link.receive(&[b'x'; 1024]);
    }
    link.receive(format!("{PREFIX}0{PREFIX}").as_bytes());
    assert_eq!(link.log, ["echo 0"]);
}

#[test]
fn line_ends_behind_a_command_do_not_spoil_its_value() {
    let mut link = Link::new(config());
    link.receive(format!("{PREFIX}1513132150790,message,on \r\n\0").as_bytes());
    link.settle();
    assert_eq!(link.log, ["message=on "]);
}

#[test]
fn both_ends_understand_each_other() {
    let now = Time::ZERO;
    let mut peer = server::Peer::new(server::Config::default(), now);
    let mut board = Board::new(config(), now);
    let mut heard = Vec::new();
    let mut time = now;
    for _ in 0..8 {
        loop {
            match board.poll_output() {
                Output::Transmit(bytes) => peer.handle_input(time, Input::Received(&bytes)),
                Output::Event(event) => heard.push(event),
                _ => break,
            }
        }
        loop {
            match peer.poll_output() {
                server::Output::Transmit(bytes) => {
                    board.handle_input(time, Input::Received(&bytes))
                }
                server::Output::Event(server::Event::Login { .. }) => {
                    peer.authorize(time, server::Verdict::Accepted);
                    let (id, key) = (config().device, config().key);
                    let point = DataPoint {
                        channel: "message".parse().unwrap(),
                        timestamp: Timestamp::from_millis(1_513_132_150_790),
                        value: Value::String("a, b".to_owned()),
                    };
                    peer.send(&point.to_command(&id, &key)).unwrap();
                }
                server::Output::Event(_) => {}
                _ => break,
            }
        }
        time += Duration::from_millis(20);
        board.handle_input(time, Input::Timeout);
        peer.handle_input(time, Input::Timeout);
    }
    assert!(
        matches!(&heard[0], Event::Commanded(point) if point.value == RawValue::Csv("a, b".into()))
    );
    assert_eq!(heard[1..], [Event::Echoed { timestamp: None }]);
}

proptest! {
    #[test]
    fn every_chunking_gives_the_same_events(
        values in proptest::collection::vec("[^\0\r\n]{0,20}", 1..6),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let messages = values.iter().map(|it| format!("{PREFIX}1513132150790,message,{it}"));
        let stream = messages.collect::<String>().into_bytes();
        let mut link = Link::new(config());
        let mut cuts: Vec<_> = cuts.iter().map(|it| it.index(stream.len())).collect();
        cuts.sort_unstable();
        let mut from = 0;
        for to in cuts.into_iter().chain([stream.len()]) {
            link.receive(&stream[from..to]);
            from = to;
        }
        link.settle();
        let expected: Vec<_> = values.iter().map(|it| format!("message={it}")).collect();
        prop_assert_eq!(link.log, expected);
    }

    #[test]
    fn no_bytes_panic(
        chunks in proptest::collection::vec(
            prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..100),
                Just(PREFIX.as_bytes().to_vec()),
                Just(PREFIX.as_bytes()[..9].to_vec()),
                Just(b"1513132150790,message,".to_vec()),
            ],
            0..12,
        ),
        settle in 0_u64..2,
    ) {
        let settle = Duration::from_millis(settle * 20);
        let mut link = Link::new(Config { settle, ..config() });
        for chunk in chunks {
            link.receive(&chunk);
            link.settle();
        }
        link.until(Time::from_millis(200_000));
        prop_assert_eq!(link.log.iter().filter(|it| it.starts_with("over")).count(), 1);
    }
}
