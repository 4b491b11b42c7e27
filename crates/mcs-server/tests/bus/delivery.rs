//! What a client with a lasting session gets, byte by byte: nothing is lost, doubled or out of order.

use std::net::SocketAddr;

use bytes::Bytes;
use mcs_server::bus::{Budget, Bus as _, EmbeddedBus, Overflow};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::claim::claim;
use crate::gate::DEVICE;
use crate::restart::start;
use crate::wire::{Hello, Raw, Version, framed, string};
use crate::{Bench, Folder, soon};

/// An MQTT 3.1.1 client that acknowledges nothing by itself.
struct Slow {
    stream: TcpStream,
}

/// A PUBLISH as it came.
#[derive(Debug, PartialEq, Eq)]
struct Got {
    payload: String,
    id: u16,
    again: bool,
}

impl Slow {
    async fn connect(to: SocketAddr) -> Self {
        let mut stream = TcpStream::connect(to).await.expect("a listener");
        let hello = Hello::new(Version::V311, "slow").lasting();
        stream.write_all(&hello.packet()).await.expect("written");
        let mut slow = Self { stream };
        assert_eq!(slow.packet().await, (0x20, vec![0, 0]));
        slow
    }

    /// Connects and proves whose session it is, by a message.
    async fn resume(to: SocketAddr) -> Self {
        let mut slow = Self::connect(to).await;
        let mut body = Vec::new();
        string(&mut body, &format!("{DEVICE}/raw"));
        body.extend(b"swallow");
        slow.stream.write_all(&framed(0x30, &body)).await.expect("written");
        slow
    }

    async fn subscribe(&mut self, qos: u8) {
        let mut body = vec![0, 1];
        string(&mut body, &format!("{DEVICE}/+"));
        body.push(qos);
        self.stream.write_all(&framed(0x82, &body)).await.expect("written");
        assert_eq!(self.packet().await, (0x90, vec![0, 1, qos]));
    }

    async fn packet(&mut self) -> (u8, Vec<u8>) {
        let stream = &mut self.stream;
        let read = async {
            let kind = stream.read_u8().await?;
            let len = stream.read_u8().await?;
            assert!(len < 0x80, "a short packet");
            let mut body = vec![0; usize::from(len)];
            stream.read_exact(&mut body).await?;
            std::io::Result::Ok((kind, body))
        };
        soon("a packet", read).await.expect("an open connection")
    }

    async fn publish(&mut self) -> Got {
        let (kind, body) = self.packet().await;
        assert_eq!(kind & 0xf0, 0x30, "a message, not {kind:#x}");
        let at = 2 + usize::from(body[1]);
        Got {
            payload: String::from_utf8(body[at + 2..].to_vec()).expect("text"),
            id: u16::from_be_bytes([body[at], body[at + 1]]),
            again: kind & 0x08 != 0,
        }
    }

    async fn answer(&mut self, kind: u8, id: u16) {
        let [high, low] = id.to_be_bytes();
        self.stream.write_all(&[kind, 2, high, low]).await.expect("written");
    }

    async fn disconnect(mut self) {
        self.stream.write_all(&[0xe0, 0]).await.expect("written");
        let mut rest = Vec::new();
        soon("the end", self.stream.read_to_end(&mut rest)).await.expect("an end");
    }
}

async fn publish(bus: &EmbeddedBus, payload: &str, qos: u8) {
    let payload = Bytes::from(payload.to_owned());
    bus.publish(&format!("{DEVICE}/switch"), payload, qos, false).await.expect("published");
}

/// [MQTT-4.4.0-1], [MQTT-4.6.0-1], across a reconnect and a restart of the server.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_acknowledged_comes_again_with_its_packet_id_before_all_else() {
    let folder = Folder::new();
    let mut bus = start(&folder).await;
    let mut slow = Slow::connect(bus.mqtt()).await;
    slow.subscribe(1).await;
    for n in 0..3 {
        publish(&bus, &n.to_string(), 1).await;
    }
    let mut ids = Vec::new();
    for n in 0..3 {
        let got = slow.publish().await;
        assert_eq!((got.payload, got.again), (n.to_string(), false));
        ids.push(got.id);
    }
    // Out of turn: the first and the last are left.
    slow.answer(0x40, ids[1]).await;
    for restart in [false, true] {
        slow.disconnect().await;
        publish(&bus, &format!("{restart}"), 1).await;
        if restart {
            bus.stop().await;
            bus = start(&folder).await;
        }
        slow = Slow::resume(bus.mqtt()).await;
        for n in [0, 2] {
            let expected = Got { payload: n.to_string(), id: ids[n], again: true };
            assert_eq!(slow.publish().await, expected, "restart {restart}");
        }
        let new = slow.publish().await;
        assert_eq!((new.payload, new.again), (restart.to_string(), false));
        assert!(!ids.contains(&new.id));
        slow.answer(0x40, new.id).await;
    }
    bus.stop().await;
}

/// [MQTT-4.3.3-1]: once the client has said PUBREC, it never gets the PUBLISH again.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_of_quality_2_comes_once() {
    let folder = Folder::new();
    let mut bus = start(&folder).await;
    let mut slow = Slow::connect(bus.mqtt()).await;
    slow.subscribe(2).await;
    publish(&bus, "1", 2).await;
    publish(&bus, "2", 2).await;
    let (first, second) = (slow.publish().await, slow.publish().await);
    assert_eq!((&*first.payload, &*second.payload), ("1", "2"));
    slow.answer(0x50, first.id).await;
    assert_eq!(slow.packet().await, (0x62, first.id.to_be_bytes().to_vec()));
    for restart in [false, true] {
        slow.disconnect().await;
        if restart {
            bus.stop().await;
            bus = start(&folder).await;
        }
        slow = Slow::resume(bus.mqtt()).await;
        // PUBREL for the first, PUBLISH for the second, in either order.
        let mut got = [slow.packet().await, slow.packet().await];
        got.sort_by_key(|(kind, _)| *kind);
        assert_eq!(got[0].0, 0x3c, "restart {restart}");
        assert_eq!(got[1], (0x62, first.id.to_be_bytes().to_vec()), "restart {restart}");
    }
    slow.answer(0x70, first.id).await;
    slow.answer(0x50, second.id).await;
    assert_eq!(slow.packet().await, (0x62, second.id.to_be_bytes().to_vec()));
    slow.answer(0x70, second.id).await;
    // All is said: only what is new comes.
    slow.disconnect().await;
    publish(&bus, "3", 2).await;
    let mut slow = Slow::resume(bus.mqtt()).await;
    assert_eq!(slow.publish().await.payload, "3");
    bus.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_far_behind_catches_up_in_order_while_more_comes() {
    let bench = Bench::start().await;
    let hello = Hello::new(Version::V311, "behind").lasting();
    let mut board = Raw::connect(bench.address(), &hello).await;
    board.subscribe(&format!("{DEVICE}/+"), 1).await;
    board.disconnect().await;
    for n in 0..1_000 {
        publish(&bench.bus, &n.to_string(), 1).await;
    }
    let bus = bench.bus.clone();
    let more = tokio::spawn(async move {
        for n in 1_000..1_500 {
            publish(&bus, &n.to_string(), 1).await;
        }
    });
    let mut board = Raw::connect(bench.address(), &hello).await;
    claim(&mut board).await;
    for n in 0..1_500 {
        assert_eq!(board.message().await.payload, n.to_string().as_bytes());
    }
    more.await.expect("a task");
    board.ping().await;
    soon("an empty queue", async {
        while bench.bus.sessions().waiting > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_queue_drops_what_it_is_told_to_and_counts_it() {
    let kept = |range: std::ops::Range<u32>| range.map(|n| n.to_string()).collect::<Vec<_>>();
    let topic = DEVICE.len() + "/switch".len();
    for (full, bytes, expected) in [
        (Overflow::DropOldest, 1 << 20, kept(5..15)),
        (Overflow::DropNewest, 1 << 20, kept(0..10)),
        (Overflow::DropOldest, 3 * (topic + 2), kept(12..15)),
    ] {
        let budget = Budget { messages: 10, bytes, full };
        let bench = Bench::with(|config| config.limits.queue = budget).await;
        let hello = Hello::new(Version::V311, "board").lasting();
        let mut board = Raw::connect(bench.address(), &hello).await;
        board.subscribe(&format!("{DEVICE}/+"), 1).await;
        board.disconnect().await;
        for n in 0..15 {
            publish(&bench.bus, &n.to_string(), 1).await;
        }
        let counts = bench.bus.sessions();
        assert_eq!((counts.kept, counts.waiting), (1, expected.len()), "{full:?} {bytes}");
        assert_eq!(counts.dropped, 15 - expected.len() as u64);
        let mut board = Raw::connect(bench.address(), &hello).await;
        claim(&mut board).await;
        for payload in expected {
            assert_eq!(board.message().await.payload, payload.as_bytes(), "{full:?} {bytes}");
        }
    }
}

/// The time that the server is down counts [MQTT-3.1.2-23].
#[tokio::test(flavor = "multi_thread")]
async fn a_session_and_a_message_expire_while_the_server_is_down() {
    let folder = Folder::new();
    let bus = start(&folder).await;
    let short = Hello { session_expiry: 1, ..Hello::new(Version::V5, "short").lasting() };
    for hello in [&short, &Hello::new(Version::V5, "long").lasting()] {
        let mut board = Raw::connect(bus.mqtt(), hello).await;
        board.subscribe(&format!("{DEVICE}/+"), 1).await;
        board.disconnect().await;
    }
    let mut sender = Raw::connect(bus.mqtt(), &Hello::new(Version::V5, "sender")).await;
    let mut body = Vec::new();
    string(&mut body, &format!("{DEVICE}/switch"));
    // Packet id, message expiry interval of a second, payload.
    body.extend([0, 9, 5, 0x02, 0, 0, 0, 1]);
    body.extend(b"stale");
    sender.send(&framed(0x32, &body)).await;
    assert_eq!(sender.puback().await, 0);
    publish(&bus, "fresh", 1).await;
    assert_eq!(bus.sessions().kept, 2);
    bus.stop().await;

    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let bus = start(&folder).await;
    assert_eq!(bus.sessions().kept, 1);
    let long = Hello::new(Version::V5, "long").lasting();
    let mut board = Raw::connect(bus.mqtt(), &long).await;
    claim(&mut board).await;
    assert_eq!(board.message().await.payload, b"fresh");
    bus.stop().await;
}

/// The old session has another name, and ends once the client has proved that it is the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_devices_clean_start_forgets_what_was_kept() {
    let bench = Bench::start().await;
    let lasting = Hello::new(Version::V311, "board").lasting();
    let mut board = Raw::connect(bench.address(), &lasting).await;
    board.subscribe(&format!("{DEVICE}/+"), 1).await;
    board.disconnect().await;
    publish(&bench.bus, "1", 1).await;
    let clean = Hello::new(Version::V311, "board");
    let mut board = Raw::connect(bench.address(), &clean).await;
    assert_eq!(bench.bus.sessions().waiting, 1, "it may be anybody");
    board.subscribe(&format!("{DEVICE}/+"), 1).await;
    board.ping().await;
    assert_eq!(bench.bus.sessions().kept, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_has_only_so_many_sessions() {
    let bench = Bench::start().await;
    let id = |n: u32| format!("board-{n}");
    for n in 0..16 {
        let mut board =
            Raw::connect(bench.address(), &Hello::new(Version::V311, &id(n)).lasting()).await;
        board.subscribe(&format!("{DEVICE}/+"), 1).await;
        board.disconnect().await;
    }
    for (version, code) in [(Version::V311, 0x80), (Version::V5, 0x97)] {
        let id = id(99);
        let hello = Hello::new(version, &id);
        let mut board = Raw::connect(bench.address(), &hello.clone().lasting()).await;
        assert_eq!(board.try_subscribe(&format!("{DEVICE}/+"), 1).await, code);
        // One that is not kept takes no place, nor does a second subscription.
        let mut board = Raw::connect(bench.address(), &hello).await;
        board.subscribe(&format!("{DEVICE}/+"), 1).await;
    }
    let first = id(0);
    let mut board =
        Raw::connect(bench.address(), &Hello::new(Version::V311, &first).lasting()).await;
    board.subscribe(&format!("{DEVICE}/switch"), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_only_so_many_sessions() {
    let bench = Bench::start().await;
    let id = |n: u32| format!("program-{n}");
    for n in 0..=100 {
        let id = id(n);
        let hello = Hello::new(Version::V5, &id).login("ann", "secret").lasting();
        let mut program = Raw::connect(bench.address(), &hello).await;
        let code = program.try_subscribe(&format!("{DEVICE}/+"), 1).await;
        assert_eq!(code, if n < 100 { 1 } else { 0x97 }, "{n}");
        program.disconnect().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_clean_start_forgets_what_was_kept() {
    let folder = Folder::new();
    let bus = start(&folder).await;
    let lasting = Hello::new(Version::V311, "console").login("ann", "secret").lasting();
    let mut console = Raw::connect(bus.mqtt(), &lasting).await;
    console.subscribe(&format!("{DEVICE}/+"), 1).await;
    console.disconnect().await;
    publish(&bus, "1", 1).await;
    let clean = Hello::new(Version::V311, "console").login("ann", "secret");
    Raw::connect(bus.mqtt(), &clean).await.disconnect().await;
    assert_eq!(bus.sessions(), mcs_server::bus::SessionCounts::default());
    bus.stop().await;
    let bus = start(&folder).await;
    assert!(!Raw::try_connect(bus.mqtt(), &lasting).await.1.session_present);
    bus.stop().await;
}
