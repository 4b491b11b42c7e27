use super::*;

/// Who connects, protocol level, flags, properties, strings, and the name that comes of it.
type Naming<'a> = (&'a str, u8, u8, &'a [u8], &'a [&'a [u8]], &'a str);

const CONNECTION: ConnectionId = ConnectionId(7);

/// A CONNECT with keep alive 60.
fn connect(level: u8, flags: u8, properties: &[u8], strings: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    let protocol: &[u8] = if level == 3 { b"MQIsdp" } else { b"MQTT" };
    push_string(&mut body, protocol);
    body.extend([level, flags, 0, 60]);
    if level == 5 {
        write_varint(&mut body, properties.len());
        body.extend_from_slice(properties);
    }
    strings.iter().for_each(|string| push_string(&mut body, string));
    let mut packet = vec![CONNECT];
    write_varint(&mut packet, body.len());
    packet.extend(body);
    packet
}

fn push_string(out: &mut Vec<u8>, string: &[u8]) {
    out.extend((string.len() as u16).to_be_bytes());
    out.extend_from_slice(string);
}

#[test]
fn the_name_depends_on_who_connects_and_for_how_long() {
    let expiry: &[u8] = &[0x21, 0, 9, 0x11, 0, 0, 0, 1];
    let cases: &[Naming<'_>] = &[
        ("3.1 board", 3, 0x02, &[], &[b"mt7687"], "\u{1f}\u{1f}7\u{1f}mt7687"),
        ("3.1.1 board", 4, 0x02, &[], &[b"mt7687"], "\u{1f}\u{1f}7\u{1f}mt7687"),
        ("3.1.1 board that returns", 4, 0x00, &[], &[b"mt7687"], "\u{1f}\u{1f}7\u{1f}mt7687"),
        ("5 board", 5, 0x02, &[], &[b"b"], "\u{1f}\u{1f}7\u{1f}b"),
        ("5 board that returns", 5, 0x02, expiry, &[b"b"], "\u{1f}\u{1f}7\u{1f}b"),
        ("5 board that resumes", 5, 0x00, &[], &[b"b"], "\u{1f}\u{1f}7\u{1f}b"),
        ("user", 4, 0xc2, &[], &[b"c", b"ann", b"secret"], "\u{1f}ann\u{1f}c"),
        ("user with a will", 4, 0x86, &[], &[b"c", b"will", b"bye", b"ann"], "\u{1f}ann\u{1f}c"),
        ("user without a name", 4, 0x82, &[], &[b"c", b""], "\u{1f}\u{1f}7\u{1f}c"),
        ("nameless", 4, 0x02, &[], &[b""], ""),
        ("nameless user", 5, 0x80, &[], &[b"", b"ann"], ""),
    ];
    for (case, level, flags, properties, strings, name) in cases {
        let packet = connect(*level, *flags, properties, strings);
        let mut named = strings.to_vec();
        named[0] = name.as_bytes();
        let expected = connect(*level, *flags, properties, &named);

        let has_user = case.contains("user") && *case != "user without a name" && !name.is_empty();
        assert_eq!(is_users(name), has_user, "{case}");
        assert_eq!(is_private(name), !has_user && !name.is_empty(), "{case}");

        let scoped = scope(&packet, CONNECTION).expect(case);

        assert_eq!(scoped.packet, expected, "{case}");
        assert_eq!(scoped.client_id.as_bytes(), strings[0], "{case}");
        assert_eq!(packet_len(&scoped.packet), Ok(Some(expected.len())), "{case}");
        assert_eq!(scoped.awaits_proof, case.contains("board that"), "{case}");

        let name = "\u{1f}\u{1f}\u{1f}DevA\u{1f}".to_owned() + &scoped.client_id;
        named[0] = name.as_bytes();
        let of_device = scoped.of_device("DevA").expect(case);
        assert_eq!(of_device.packet, connect(*level, *flags, properties, &named), "{case}");
        assert_eq!(of_device.name, name, "{case}");
    }
}

#[test]
fn the_session_of_a_device_keeps_nothing_of_another() {
    let name = device_session("DevA", "mt7687");
    assert_eq!(session_device(&name), Some("DevA"));
    assert!(!is_users(&name) && !is_private(&name));
    assert_eq!(client_id(&name), "mt7687");
    for (topic, keeps) in [
        ("mcs/DevA/key", true),
        ("mcs/DevA/key/+", true),
        ("mcs/DevAA/key/+", false),
        ("mcs/DevB/key/+", false),
        ("console/v1/points/DevA/+", false),
    ] {
        assert_eq!(may_keep(&name, topic), keeps, "{topic}");
        assert!(may_keep("\u{1f}ann\u{1f}console", topic), "{topic}");
    }
}

#[test]
fn an_mqtt_5_will_has_properties_of_its_own() {
    let mut packet = connect(5, 0x86, &[], &[b"c"]);
    let mut will = vec![5, 0x18, 0, 0, 0, 9];
    push_string(&mut will, b"topic");
    push_string(&mut will, b"bye");
    push_string(&mut will, b"ann");
    packet[1] += will.len() as u8;
    packet.extend(will);

    let scoped = scope(&packet, CONNECTION).expect("a CONNECT");

    assert!(scoped.packet.windows(6).any(|part| part == b"\x1fann\x1fc"));
}

#[test]
fn what_is_no_connect_of_ours_is_refused_with_a_word_where_mqtt_has_one() {
    let cases = [
        (connect(6, 2, &[], &[b"c"]), ConnectError::Version, Some(&[0x20, 2, 0, 1][..])),
        (
            connect(4, 2, &[], &[b"a\x1fb"]),
            ConnectError::Name { v5: false },
            Some(&[0x20, 2, 0, 2][..]),
        ),
        (
            connect(5, 0x80, &[], &[b"c", b"a\x1fb"]),
            ConnectError::Name { v5: true },
            Some(&[0x20, 3, 0, 0x85, 0][..]),
        ),
        (
            connect(4, 0, &[], &[b"a\nINFO b"]),
            ConnectError::Name { v5: false },
            Some(&[0x20, 2, 0, 2][..]),
        ),
        (
            connect(4, 2, &[], &[&[b'c'; 1025]]),
            ConnectError::Name { v5: false },
            Some(&[0x20, 2, 0, 2][..]),
        ),
        (connect(4, 2, &[], &[b"\xff"]), ConnectError::Malformed, None),
        (connect(5, 2, &[0x7f], &[b"c"]), ConnectError::Malformed, None),
        (b"GET / HTTP/1.1\r\n\r\n".to_vec(), ConnectError::Malformed, None),
    ];
    for (packet, error, connack) in cases {
        assert_eq!(scope(&packet, CONNECTION), Err(error));
        assert_eq!(error.connack(), connack);
    }
}

#[test]
fn no_prefix_of_a_connect_is_one() {
    let packet = connect(5, 0xc2, &[0x11, 0, 0, 0, 1], &[b"c", b"ann", b"secret"]);
    // Without the password it is still whole enough to be named: the broker refuses it.
    let user_ends = packet.len() - 2 - b"secret".len();
    for len in 0..user_ends {
        assert_eq!(scope(&packet[..len], CONNECTION), Err(ConnectError::Malformed), "{len} bytes");
    }
}

#[test]
fn a_length_takes_at_most_four_bytes() {
    assert_eq!(packet_len(&[]), Ok(None));
    assert_eq!(packet_len(&[CONNECT]), Ok(None));
    assert_eq!(packet_len(&[CONNECT, 0x80, 0x80, 0x80]), Ok(None));
    assert_eq!(packet_len(&[CONNECT, 0xff, 0xff, 0xff, 0x7f]), Ok(Some(268_435_460)));
    assert_eq!(packet_len(&[CONNECT, 0x80, 0x80, 0x80, 0x80, 1]), Err(ConnectError::Malformed));
}
