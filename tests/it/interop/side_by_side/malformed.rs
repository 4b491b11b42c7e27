//! Packets that are none [MQTT-4.8.0-1].

use super::packet::{framed, string};
use super::{Connect, Pair, Version};

/// What the packet breaks, its bytes for a 3.1.1 client, and for MQTT 5.
fn packets() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let mut topic = Vec::new();
    string(&mut topic, "a");
    let with = |parts: &[&[u8]]| parts.concat();
    let both = |what, packet: Vec<u8>| (what, packet.clone(), packet);
    vec![
        both("packet type 0", vec![0x00, 0]),
        both("a length of five bytes", vec![0x30, 0xff, 0xff, 0xff, 0xff, 0x01]),
        both("PUBLISH at quality 3", framed(0x36, &with(&[&topic, &[0, 1, 0]]))),
        both("PUBLISH with id 0", framed(0x32, &with(&[&topic, &[0, 0, 0]]))),
        both("PUBLISH that ends in its topic", vec![0x30, 3, 0, 9, b'a']),
        both("PUBLISH to bytes that are no text", framed(0x30, &[0, 2, 0xc3, 0x28, 0])),
        both("SUBSCRIBE with wrong flags", framed(0x80, &with(&[&[0, 1, 0], &topic, &[0]]))),
        ("SUBSCRIBE to nothing", framed(0x82, &[0, 1]), framed(0x82, &[0, 1, 0])),
        (
            "SUBSCRIBE at quality 3",
            framed(0x82, &with(&[&[0, 1], &topic, &[3]])),
            framed(0x82, &with(&[&[0, 1, 0], &topic, &[3]])),
        ),
        (
            "SUBSCRIBE with id 0",
            framed(0x82, &with(&[&[0, 0], &topic, &[0]])),
            framed(0x82, &with(&[&[0, 0, 0], &topic, &[0]])),
        ),
        ("UNSUBSCRIBE from nothing", framed(0xa2, &[0, 1]), framed(0xa2, &[0, 1, 0])),
        both("PINGREQ with a body", vec![0xc0, 1, 0]),
        both("CONNACK from a client", vec![0x20, 2, 0, 0]),
    ]
}

/// What is seen when a packet ends the connection, with the reason that is told.
fn ends(reason: impl Fn(&str) -> Option<&'static str>) -> String {
    let lines = packets().into_iter().map(|(what, ..)| {
        // Its length says where it ends, and nobody looks inside.
        let end = if what.starts_with("PINGREQ") { "stays" } else { "closed" };
        let told = reason(what).map(|it| format!("x DISCONNECT {it}\n")).unwrap_or_default();
        format!("{what}\n{told}x {end}\n")
    });
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_that_is_none_ends_the_connection() {
    let pair = Pair::start().await;
    for version in [Version::V311, Version::V5] {
        let seen = pair.play(async |stage| {
            for (what, old, new) in packets() {
                let mut client = stage.connects("x", Connect::new(version, "x")).await;
                client.sends(if version == Version::V5 { &new } else { &old }).await;
                stage.notes(what);
                client.sees_whether_it_stays().await;
            }
        });
        let seen = seen.await;
        match version {
            Version::V5 => seen.differ(
                "each tells apart what is malformed and what is against the protocol as it likes",
                &ends(|what| match what {
                    "packet type 0" | "CONNACK from a client" => Some("0x82"),
                    "PINGREQ with a body" => None,
                    _ => Some("0x81"),
                }),
                &ends(|what| match what {
                    "packet type 0" | "PUBLISH with id 0" => Some("0x82"),
                    "a length of five bytes" | "PINGREQ with a body" | "CONNACK from a client" => {
                        None
                    }
                    _ => Some("0x81"),
                }),
            ),
            _ => seen.both(&ends(|_| None)),
        }
    }
}
