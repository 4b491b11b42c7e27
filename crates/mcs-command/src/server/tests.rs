use super::*;

mod properties;

const TAG: &str = "Dsre1qRQ,DFbtsNWg4AuLZ30v,";

fn at(seconds: u64) -> Time {
    Time::from_millis(seconds * 1000)
}

/// What a connection does, written as text: `login`, `beat T`, `> bytes`, `close`, `over: reason`.
struct Link {
    peer: Peer,
    now: Time,
    log: Vec<String>,
}

impl Link {
    fn new() -> Self {
        Self { peer: Peer::new(Config::default(), Time::ZERO), now: Time::ZERO, log: Vec::new() }
    }

    /// A connection that was authorised by `id,key,0`, its log forgotten.
    fn authorized() -> Self {
        let mut link = Self::new();
        link.receive(format!("{TAG}0\n").as_bytes());
        link.accept();
        link.log.clear();
        link
    }

    fn receive(&mut self, bytes: &[u8]) {
        self.peer.handle_input(self.now, Input::Received(bytes));
        self.drain();
    }

    fn accept(&mut self) {
        self.peer.authorize(self.now, Verdict::Accepted);
        self.drain();
    }

    /// Lets the time pass, timer by timer.
    fn until(&mut self, end: Time) {
        while let Output::Timeout(Some(next)) = self.peer.poll_output()
            && next <= end
        {
            self.now = next;
            self.peer.handle_input(next, Input::Timeout);
            self.drain();
        }
        self.now = end;
    }

    /// Lets a heartbeat without an end become whole.
    fn settle(&mut self) {
        self.until(self.now + Duration::from_secs(1));
    }

    fn drain(&mut self) {
        loop {
            let line = match self.peer.poll_output() {
                Output::Transmit(bytes) => format!("> {}", String::from_utf8(bytes).unwrap()),
                Output::Close => "close".to_owned(),
                Output::Event(Event::Login { device, key }) => {
                    format!("login {device} {}", key.as_str())
                }
                Output::Event(Event::Heartbeat { timestamp: Some(time) }) => format!("beat {time}"),
                Output::Event(Event::Heartbeat { timestamp: None }) => "beat".to_owned(),
                Output::Event(Event::Closed(reason)) => format!("over: {reason:?}"),
                Output::Timeout(_) => return,
            };
            self.log.push(line);
        }
    }
}

fn login() -> String {
    TAG.trim_end_matches(',').replacen("", "login ", 1).replace(',', " ")
}

/// The four shapes of CONTRACT §3.3, and what their echo holds.
fn shapes() -> [(Vec<u8>, &'static str); 5] {
    let mut padded = format!("{TAG}0").into_bytes();
    padded.resize(50, 0);
    [
        (format!("{TAG}0").into_bytes(), "0"),
        (TAG.as_bytes().to_vec(), ""),
        (format!("{TAG}0\r\n\r\n").into_bytes(), "0"),
        (padded, "0"),
        (format!("{TAG}1432538716989").into_bytes(), "1432538716989"),
    ]
}

fn beat(digits: &str) -> [String; 2] {
    let event = if digits.len() > 1 { format!("beat {digits}") } else { "beat".to_owned() };
    [event, format!("> {TAG}{digits}")]
}

#[test]
fn each_shape_logs_in_and_is_echoed_once_it_is_authorised() {
    for (bytes, digits) in shapes() {
        let mut link = Link::new();
        link.receive(&bytes);
        link.settle();
        assert_eq!(link.log, [login()], "nothing is said before the verdict");
        link.accept();
        assert_eq!(link.log[1..], beat(digits));
    }
}

#[test]
fn shapes_glued_together_and_cut_at_every_byte_are_told_apart() {
    let shapes = shapes();
    for (first, first_digits) in &shapes {
        for (second, second_digits) in &shapes {
            let stream = [&first[..], &second[..]].concat();
            let expected = [beat(first_digits), beat(second_digits)].concat();
            for cut in 0..=stream.len() {
                let mut link = Link::new();
                link.receive(&stream[..cut]);
                link.receive(&stream[cut..]);
                link.accept();
                link.settle();
                assert_eq!(link.log[1..], expected, "{:?}", String::from_utf8_lossy(&stream));
            }
        }
    }
}

/// What may stand between two heartbeats, and is none (CONTRACT §3.2, §9.3 rule 7).
const GARBAGE: [&str; 9] = [
    "\r",
    "\0\0\0\0",
    " \t ",
    "what?",
    ",1,2,3",
    "\u{e9}\u{1f980}",
    "Dsre1qRQ,DFbtsNWg4A",
    "Dsre1qRQDsre1qRQ,",
    "Other123,otherKey00000001,0",
];

#[test]
fn heartbeats_are_found_between_garbage_whatever_is_read_at_once() {
    let shapes = shapes();
    for (first, first_digits) in &shapes {
        for (second, second_digits) in &shapes {
            for garbage in GARBAGE {
                let stream = [first, garbage.as_bytes(), second, garbage.as_bytes()].concat();
                let expected = [beat(first_digits), beat(second_digits)].concat();
                let cut = |at: usize| [&stream[..at], &stream[at..]];
                let cuts = (0..=stream.len()).map(|at| cut(at).to_vec());
                let single = stream.chunks(1).collect();
                for pieces in cuts.chain([single]) {
                    let mut link = Link::new();
                    link.receive(TAG.as_bytes());
                    link.accept();
                    link.settle();
                    link.log.clear();
                    pieces.iter().for_each(|piece| link.receive(piece));
                    link.settle();
                    assert_eq!(link.log, expected, "{:?}", String::from_utf8_lossy(&stream));
                }
            }
        }
    }
}

/// Python, LinkIt ONE, C and Arduino of CONTRACT §3.4 tell an echo from a command by what is not in it.
#[test]
fn no_client_takes_an_echo_for_a_command() {
    for (heartbeat, _) in shapes() {
        let mut link = Link::authorized();
        link.receive(&heartbeat);
        link.settle();
        let echo = link.log[1].strip_prefix("> ").unwrap();
        assert_eq!(echo.split(',').skip(2).count(), 1, "Python: {echo}");
        assert_eq!(echo.get(40..).unwrap_or_default(), "", "LinkIt ONE: {echo}");
        assert_eq!(echo.split(',').filter(|it| !it.is_empty()).nth(3), None, "C: {echo}");
        assert!(!echo.strip_prefix(TAG).unwrap().contains(','), "Arduino: {echo}");
        assert!(!echo.ends_with(['\r', '\n', '\0']));
    }
}

#[test]
fn ids_and_keys_of_other_deployments_are_as_good() {
    let long = "k".repeat(64);
    for (device, key) in [
        ("DL6sA7iSx", "DFbtsNWg4AuLZ30v"),
        ("r1eM_B-0", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        ("ppBqWA9", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        (&long, &long),
        ("a", "b"),
    ] {
        for end in ["0", "", "0\r\n\r\n", "0\0\0"] {
            let mut link = Link::new();
            for byte in format!("{device},{key},{end}").bytes() {
                link.receive(&[byte]);
            }
            link.accept();
            link.settle();
            let echo = format!("> {device},{key},{}", end.trim_end_matches(['\r', '\n', '\0']));
            assert_eq!(link.log, [format!("login {device} {key}"), "beat".to_owned(), echo]);
        }
    }
    let mut link = Link::new();
    link.receive(format!("{long}k,{long},0").as_bytes());
    assert_eq!(link.log, ["close", "over: NotAHeartbeat"]);
}

/// A connection is one device's: what else it says is noise, and no sign of life.
#[test]
fn a_heartbeat_of_another_device_counts_for_nothing() {
    let mut link = Link::authorized();
    for seconds in [60, 120] {
        link.until(at(seconds));
        link.receive(b"Other123,otherKey00000001,0\r\n");
        link.receive(b"Dsre1qRQ,notTheKey0000001,0\r\n");
    }
    assert_eq!(link.log, [""; 0]);
    link.until(at(131));
    assert_eq!(link.log, ["close", "over: Silence"]);

    let mut link = Link::authorized();
    link.receive(b"Other123,otherKey00000001,0".repeat(20).as_slice());
    assert_eq!(link.log, ["close", "over: Noise"]);
}

#[test]
fn a_terminator_ends_every_message_if_it_is_wanted() {
    let config = Config { terminator: "\r\n", ..Config::default() };
    let mut link = Link { peer: Peer::new(config, Time::ZERO), now: Time::ZERO, log: Vec::new() };
    link.receive(TAG.as_bytes());
    link.accept();
    link.settle();
    link.peer.send(&format!("{TAG}1432538716989,switch,1")).unwrap();
    link.drain();
    let sent = [format!("> {TAG}\r\n"), format!("> {TAG}1432538716989,switch,1\r\n")];
    assert_eq!(link.log[2..], sent);
}

#[test]
fn a_login_is_asked_for_as_soon_as_the_key_is_there() {
    let mut link = Link::new();
    link.receive(&TAG.as_bytes()[..TAG.len() - 1]);
    assert_eq!(link.log, [""; 0]);
    link.receive(b",");
    assert_eq!(link.log, [login()]);
}

#[test]
fn an_id_that_begins_with_a_digit_is_not_taken_for_a_time() {
    let mut link = Link::new();
    let heartbeat = "777abcde,DFbtsNWg4AuLZ30v,1432538716777";
    for byte in heartbeat.repeat(3).bytes() {
        link.receive(&[byte]);
    }
    link.accept();
    link.settle();
    link.receive(heartbeat.as_bytes());
    link.settle();
    let echoes: Vec<_> = link.log.iter().filter(|it| it.starts_with('>')).collect();
    assert_eq!(echoes, [&format!("> {heartbeat}"); 4]);
}

#[test]
fn a_heartbeat_that_trickles_in_slowly_is_one_heartbeat() {
    let mut link = Link::authorized();
    for byte in format!("{TAG}1432538716989").bytes() {
        link.receive(&[byte]);
        link.settle();
    }
    assert_eq!(link.log.iter().filter(|it| it.starts_with("beat")).count(), 1);
}

#[test]
fn spaces_behind_commas_are_tolerated() {
    let mut link = Link::new();
    link.receive(b"Dsre1qRQ, DFbtsNWg4AuLZ30v, 0Dsre1qRQ, DFbtsNWg4AuLZ30v, 0");
    link.accept();
    link.settle();
    assert_eq!(link.log[1..], [beat("0"), beat("0")].concat());
}

#[test]
fn a_refused_peer_is_closed_without_a_word() {
    let mut link = Link::new();
    link.receive(TAG.as_bytes());
    link.peer.authorize(link.now, Verdict::Refused);
    link.drain();
    assert_eq!(link.log[1..], ["close", "over: Unauthorized"]);
    assert_eq!(link.peer.send("x"), Err(SendError::Closed));
    link.receive(TAG.as_bytes());
    link.until(at(999));
    assert_eq!(link.log.len(), 3, "nothing after the end");
}

#[test]
fn who_does_not_log_in_is_closed() {
    let mut link = Link::new();
    link.until(at(19));
    link.receive(b"Dsre1qRQ,DF");
    assert_eq!(link.log, [""; 0]);
    link.until(at(21));
    assert_eq!(link.log, ["close", "over: LoginTimeout"]);
}

#[test]
fn silence_of_120_seconds_and_grace_closes() {
    let mut link = Link::authorized();
    link.until(at(119));
    link.receive(TAG.as_bytes());
    link.settle();
    link.log.clear();
    // Noise is no sign of life.
    link.until(at(240));
    link.receive(b"\r\n");
    assert_eq!(link.log, [""; 0]);
    link.until(at(250));
    assert_eq!(link.log, ["close", "over: Silence"]);
}

#[test]
fn a_verdict_that_never_comes_does_not_keep_a_connection_for_ever() {
    let mut link = Link::new();
    link.receive(format!("{TAG}0\n").as_bytes());
    link.until(at(131));
    assert_eq!(link.log[1..], ["close", "over: Silence"]);
}

#[test]
fn what_is_no_heartbeat_is_closed_at_once() {
    for bytes in [
        &b"GET / HTTP/1.1\r\n"[..],
        b"\x16\x03\x01\x02\x00",
        b",,",
        b"a b,key,",
        b"id,,0",
        "裝置,key,0".as_bytes(),
        &[b'x'; 200],
    ] {
        let mut link = Link::new();
        link.receive(bytes);
        assert_eq!(link.log, ["close", "over: NotAHeartbeat"], "{bytes:?}");
    }
}

#[test]
fn noise_between_heartbeats_is_skipped_up_to_a_limit() {
    let mut link = Link::authorized();
    link.receive(format!(",chn,1 what? {TAG}0\n").as_bytes());
    assert_eq!(link.log, beat("0"));
    link.log.clear();
    link.receive(&[b'x'; 256]);
    assert_eq!(link.log, [""; 0]);
    link.receive(b"x");
    assert_eq!(link.log, ["close", "over: Noise"]);
}

#[test]
fn a_time_without_end_is_noise() {
    let mut link = Link::authorized();
    link.receive(format!("{TAG}{}", "7".repeat(400)).as_bytes());
    assert_eq!(link.log[2..], ["close", "over: Noise"]);
}

#[test]
fn a_terminated_heartbeat_does_not_wait_for_quiet() {
    let mut link = Link::authorized();
    link.receive(format!("{TAG}0").as_bytes());
    assert_eq!(link.peer.poll_output(), Output::Timeout(Some(Time::from_millis(20))));
    link.receive(b"\r\n");
    assert_eq!(link.log, beat("0"));
    assert_eq!(link.peer.poll_output(), Output::Timeout(Some(at(130))));
}

#[test]
fn commands_leave_as_they_are_one_write_each() {
    let mut link = Link::new();
    assert_eq!(link.peer.send("early"), Err(SendError::NotAuthorized));
    link.receive(TAG.as_bytes());
    assert_eq!(link.peer.send("early"), Err(SendError::NotAuthorized));
    let mut link = Link::authorized();
    assert_eq!(link.peer.device().unwrap().as_str(), "Dsre1qRQ");
    let command = format!("{TAG}1432538716989,switch,1");
    link.peer.send(&command).unwrap();
    link.peer.send(&command).unwrap();
    link.drain();
    assert_eq!(link.log, [format!("> {command}"), format!("> {command}")]);
}

#[test]
fn the_end_is_told_once() {
    let mut link = Link::authorized();
    link.peer.close();
    link.peer.close();
    link.peer.handle_input(link.now, Input::Closed);
    link.drain();
    assert_eq!(link.log, ["close", "over: Requested"]);
    let mut link = Link::authorized();
    link.peer.handle_input(link.now, Input::Closed);
    link.peer.close();
    link.drain();
    assert_eq!(link.log, ["over: Peer"]);
}

#[test]
fn the_heartbeats_owed_while_a_verdict_is_awaited_are_bounded() {
    let mut link = Link::new();
    link.receive(format!("{TAG}0").repeat(1000).as_bytes());
    link.accept();
    link.settle();
    assert_eq!(link.log.iter().filter(|it| *it == "beat").count(), MAX_OWED + 1);
}
