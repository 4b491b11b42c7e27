//! Who gets a session that is kept for a client without a login: whoever proves the key of its device, and nobody else.

use bytes::Bytes;
use mcs_server::bus::Bus as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::Bench;
use crate::gate::{DEVICE, SECOND};
use crate::restart::start;
use crate::wire::{Hello, Message, Raw, VERSIONS, Version, framed, string};
use crate::{Folder, soon};

/// Names a topic of the device, by a message that nobody gets.
pub(crate) async fn claim(client: &mut Raw) {
    client.put(&Message::new(&format!("{DEVICE}/raw"), "swallow", 0)).await;
}

async fn publish(bench: &Bench, device: &str, payload: &str) {
    let payload = Bytes::from(payload.to_owned());
    bench.bus.publish(&format!("{device}/switch"), payload, 1, false).await.expect("published");
}

/// A board with a kept session that is away, and the CONNECT that it comes with.
async fn away(bench: &Bench, version: Version) -> Hello<'static> {
    let hello = Hello::new(version, "mt7687").lasting();
    let mut board = Raw::connect(bench.address(), &hello).await;
    board.subscribe(&format!("{DEVICE}/+"), 1).await;
    board.disconnect().await;
    hello
}

#[tokio::test(flavor = "multi_thread")]
async fn who_knows_only_the_client_id_gets_nothing_and_disturbs_nobody() {
    for version in VERSIONS {
        let bench = Bench::start().await;
        let hello = away(&bench, version).await;
        publish(&bench, DEVICE, "1").await;

        let (mut stranger, welcome) = Raw::try_connect(bench.address(), &hello).await;
        assert!(!welcome.session_present, "{version:?}");
        for filter in ["#", "mcs/DevAAAA1/+/+", "mcs/DevAAAA1/keyBBBBBBBBBBBB2/+", "$share/g/#"] {
            assert!(stranger.try_subscribe(filter, 1).await >= 0x80, "{version:?}: {filter}");
        }
        stranger.put(&Message::new("mcs/DevAAAA1/keyBBBBBBBBBBBB2/raw", "swallow", 0)).await;
        stranger.ping().await;
        assert_eq!(bench.bus.sessions().waiting, 1, "{version:?}");

        // The board is there, and stays while others come.
        let mut board = Raw::connect(bench.address(), &hello).await;
        claim(&mut board).await;
        assert_eq!(board.message().await.payload, b"1", "{version:?}");
        for hello in [&hello, &Hello { clean: true, ..hello.clone() }] {
            let mut another = Raw::connect(bench.address(), hello).await;
            another.try_subscribe("#", 1).await;
            another.disconnect().await;
        }
        publish(&bench, DEVICE, "2").await;
        assert_eq!(board.message().await.payload, b"2", "{version:?}");
        stranger.ping().await;
        stranger.disconnect().await;
        assert_eq!(bench.bus.sessions().kept, 1, "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn boards_with_one_client_id_on_two_devices_have_a_session_each() {
    for version in VERSIONS {
        let bench = Bench::start().await;
        let hello = Hello::new(version, "mt7687").lasting();
        for round in 0..3 {
            let mut boards = Vec::new();
            for device in [DEVICE, SECOND] {
                let mut board = Raw::connect(bench.address(), &hello).await;
                board.subscribe(&format!("{device}/+"), 1).await;
                boards.push((device, board));
            }
            for (device, board) in &mut boards {
                if round > 0 {
                    let waited = board.message().await;
                    assert_eq!(waited.topic, format!("{device}/switch"), "{version:?}");
                    assert_eq!(waited.payload, (round - 1).to_string().as_bytes());
                }
                publish(&bench, device, "now").await;
                assert_eq!(board.message().await.payload, b"now", "{version:?}");
            }
            for (device, mut board) in boards {
                board.ping().await;
                board.disconnect().await;
                publish(&bench, device, &round.to_string()).await;
            }
        }
        assert_eq!(bench.bus.sessions().kept, 2, "{version:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_a_message_and_a_will_prove_the_key() {
    for version in VERSIONS {
        let bench = Bench::start().await;
        let hello = away(&bench, version).await;
        let topic = format!("{DEVICE}/raw");
        for how in ["subscribe", "shared", "publish 0", "publish 1", "publish 2", "will"] {
            for n in 0..10 {
                publish(&bench, DEVICE, &n.to_string()).await;
            }
            let with_will = hello.clone().will(&topic, "bye");
            let hello = if how == "will" { &with_will } else { &hello };
            let (mut board, welcome) = Raw::try_connect(bench.address(), hello).await;
            // A CONNECT that proves the key is like any other.
            assert_eq!(welcome.session_present, how == "will", "{version:?}: {how}");
            // Some of what a client does first.
            board.ping().await;
            let shared = format!("$share/boards/{DEVICE}/other");
            match how {
                "subscribe" => board.subscribe(&format!("{DEVICE}/+"), 1).await,
                "shared" => board.subscribe(&shared, 1).await,
                "will" => {}
                how => {
                    let qos = how.as_bytes()[8] - b'0';
                    let message = Message::new(&topic, "swallow", qos);
                    assert_eq!(board.publish(&message).await, 0, "{version:?}: {how}");
                }
            }
            for n in 0..10 {
                let message = board.message().await;
                assert_eq!(message.payload, n.to_string().as_bytes(), "{version:?}: {how}");
            }
            publish(&bench, DEVICE, "new").await;
            assert_eq!(board.message().await.payload, b"new", "{version:?}: {how}");
            board.ping().await;
            if how == "shared" {
                board.unsubscribe(&shared).await;
            }
            board.disconnect().await;
            assert_eq!(bench.bus.sessions().waiting, 0, "{version:?}: {how}");
        }
        assert_eq!(bench.bus.sessions().kept, 1, "{version:?}");
    }
}

/// It lost its network, and the server does not know yet.
#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_comes_back_replaces_its_ghost_once_it_proves_the_key() {
    for version in VERSIONS {
        let bench = Bench::start().await;
        let hello = away(&bench, version).await;
        let mut ghost = Raw::connect(bench.address(), &hello).await;
        claim(&mut ghost).await;
        ghost.mute = true;
        publish(&bench, DEVICE, "1").await;
        assert_eq!(ghost.message().await.payload, b"1");

        let mut board = Raw::connect(bench.address(), &hello).await;
        board.ping().await;
        ghost.ping().await;
        claim(&mut board).await;
        ghost.closed().await;
        publish(&bench, DEVICE, "2").await;
        for payload in ["1", "2"] {
            assert_eq!(board.message().await.payload, payload.as_bytes(), "{version:?}");
        }
        board.ping().await;
        assert_eq!(bench.bus.sessions().waiting, 0, "{version:?}");
    }
}

/// Who comes back has proved one key only.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_another_device_ends_with_the_connection() {
    for version in VERSIONS {
        for first in [true, false] {
            let bench = Bench::start().await;
            let hello = Hello::new(version, "gateway").lasting();
            let mut gateway = Raw::connect(bench.address(), &hello).await;
            if first {
                gateway.subscribe(&format!("{DEVICE}/+"), 1).await;
            } else {
                claim(&mut gateway).await;
            }
            gateway.subscribe(&format!("{SECOND}/+"), 1).await;
            gateway.mute = true;
            publish(&bench, SECOND, "while it is there").await;
            assert_eq!(gateway.message().await.payload, b"while it is there");
            gateway.mute = false;

            // Its ghost, then its session.
            for away in [false, true] {
                if away {
                    gateway.disconnect().await;
                }
                let mut next = Raw::connect(bench.address(), &hello).await;
                claim(&mut next).await;
                next.ping().await;
                publish(&bench, SECOND, "unheard").await;
                next.subscribe(&format!("{DEVICE}/+"), 1).await;
                publish(&bench, DEVICE, "heard").await;
                assert_eq!(next.message().await.payload, b"heard", "{version:?}, first {first}");
                next.ping().await;
                gateway = next;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_kept_before_a_restart_waits_for_its_key() {
    let folder = Folder::new();
    let bus = start(&folder).await;
    let hello = Hello::new(Version::V311, "mt7687").lasting();
    let mut board = Raw::connect(bus.mqtt(), &hello).await;
    board.subscribe(&format!("{DEVICE}/+"), 1).await;
    board.disconnect().await;
    let topic = format!("{DEVICE}/switch");
    bus.publish(&topic, Bytes::from_static(b"1"), 1, false).await.expect("published");
    bus.stop().await;

    let bus = start(&folder).await;
    let mut stranger = Raw::connect(bus.mqtt(), &hello).await;
    stranger.ping().await;
    let mut other = Raw::connect(bus.mqtt(), &hello).await;
    other.subscribe(&format!("{SECOND}/+"), 1).await;
    let mut board = Raw::connect(bus.mqtt(), &hello).await;
    claim(&mut board).await;
    assert_eq!(board.message().await.payload, b"1");
    for client in [&mut stranger, &mut other] {
        client.ping().await;
    }
    bus.stop().await;
}

/// The proof comes in any pieces, and with what else the client sends at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_proof_is_found_wherever_it_is_cut() {
    let bench = Bench::start().await;
    let hello = away(&bench, Version::V311).await;
    let mut body = vec![0, 1];
    string(&mut body, &format!("{DEVICE}/+"));
    body.push(1);
    let mut refused = Vec::new();
    string(&mut refused, "mcs/DevAAAA1/keyBBBBBBBBBBBB2/raw");
    refused.resize(100_000, b'x');
    let bytes = [hello.packet(), vec![0xc0, 0], framed(0x30, &refused), framed(0x82, &body)];
    let bytes = [&bytes.concat()[..], &[0xc0, 0, 0xe0, 0]].concat();
    let proof = bytes.len() - body.len() - 6;
    for cut in (proof - 4..bytes.len()).chain([1, 40, 60_000]) {
        let mut stream = TcpStream::connect(bench.address()).await.expect("a listener");
        stream.set_nodelay(true).expect("a socket");
        stream.write_all(&bytes[..cut]).await.expect("sent");
        tokio::task::yield_now().await;
        stream.write_all(&bytes[cut..]).await.expect("sent");
        let mut got = Vec::new();
        let read = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut got);
        soon("the end", read).await.expect("read");
        let expected = [&[0x20, 2, 0, 0, 0xd0, 0][..], &[0x90, 3, 0, 1, 1], &[0xd0, 0]].concat();
        assert_eq!(got, expected, "cut at {cut}");
    }
    assert_eq!(bench.bus.sessions().kept, 1);
}
