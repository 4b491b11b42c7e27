//! How transcripts write bytes: as text, with what cannot be read escaped.
//!
//! `\r`, `\n`, `\0`, `\\` and `\x1f` are bytes. `<id>` and `<key>` are the device's, so that a packet with
//! its length bytes reads the same for every board. `<time>` is what only the server knows: the 13 digits
//! of a time that is now. Line breaks, and the spaces around them, are for the reader alone.

use std::time::{SystemTime, UNIX_EPOCH};

/// A device's id (8 characters) and key (16 characters): their lengths are part of the wire format
/// (CONTRACT §0.2 fact 4).
#[derive(Clone, Copy)]
pub(crate) struct Names {
    pub(crate) id: &'static str,
    pub(crate) key: &'static str,
}

/// A byte to be, or a digit of a time.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    Byte(u8),
    Digit,
}

/// The bytes that a device sends.
pub(crate) fn bytes(text: &str, names: Names) -> Vec<u8> {
    let byte = |it: &Expected| match it {
        Expected::Byte(byte) => *byte,
        Expected::Digit => panic!("a device does not know <time>"),
    };
    expected(text, names).iter().map(byte).collect()
}

/// The bytes that a device must get.
pub(crate) fn expected(text: &str, names: Names) -> Vec<Expected> {
    let one_line: String = text.split('\n').map(str::trim).collect();
    let filled = one_line.replace("<id>", names.id).replace("<key>", names.key);
    let mut out = Vec::new();
    for (index, part) in filled.split("<time>").enumerate() {
        if index > 0 {
            out.extend([Expected::Digit; 13]);
        }
        out.extend(unescaped(part).into_iter().map(Expected::Byte));
    }
    out
}

/// Whether these are those bytes, and each time is a time of the last minute.
pub(crate) fn matches(expected: &[Expected], bytes: &[u8]) -> bool {
    let pairs = || expected.iter().zip(bytes);
    let digits: Vec<u8> =
        pairs().filter(|(it, _)| **it == Expected::Digit).map(|(_, byte)| *byte).collect();
    expected.len() == bytes.len()
        && digits.chunks(13).all(is_recent)
        && pairs().all(|(it, byte)| *it == Expected::Digit || *it == Expected::Byte(*byte))
}

/// The text as [`readable`] would write it.
pub(crate) fn normal(text: &str, names: Names) -> String {
    let parts = text.split("<time>").map(|it| readable(&bytes(it, names), names));
    parts.collect::<Vec<_>>().join("<time>")
}

/// The bytes as a person reads them.
pub(crate) fn readable(bytes: &[u8], names: Names) -> String {
    let mut text = String::new();
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        let (shown, taken) = if rest.starts_with(names.id.as_bytes()) {
            ("<id>".to_owned(), names.id.len())
        } else if rest.starts_with(names.key.as_bytes()) {
            ("<key>".to_owned(), names.key.len())
        } else if rest.get(..13).is_some_and(is_recent) {
            ("<time>".to_owned(), 13)
        } else {
            let shown = match first {
                b'\r' => r"\r".to_owned(),
                b'\n' => r"\n".to_owned(),
                b'\\' => r"\\".to_owned(),
                0 => r"\0".to_owned(),
                b' '..=b'~' => char::from(*first).to_string(),
                other => format!(r"\x{other:02x}"),
            };
            (shown, 1)
        };
        text.push_str(&shown);
        rest = &rest[taken..];
    }
    text
}

fn unescaped(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.extend(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        out.push(match chars.next() {
            Some('r') => b'\r',
            Some('n') => b'\n',
            Some('0') => 0,
            Some('\\') => b'\\',
            Some('x') => {
                let digits: String = chars.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).expect("two hexadecimal digits")
            }
            other => panic!("no escape: {other:?}"),
        });
    }
    out
}

/// Whether 13 digits are milliseconds of the last minute.
#[expect(clippy::disallowed_methods, reason = "a transcript is held against the real clock")]
fn is_recent(digits: &[u8]) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_millis();
    let time =
        std::str::from_utf8(digits).ok().filter(|it| it.bytes().all(|it| it.is_ascii_digit()));
    time.and_then(|it| it.parse::<u128>().ok())
        .is_some_and(|it| it <= now + 1_000 && it + 60_000 > now)
}

#[test]
fn bytes_are_written_and_read_back() {
    let names = Names { id: "Dsre1qRQ", key: "DFbtsNWg4AuLZ30v" };
    let sent = bytes(
        r"
        \x82\x24 <id>,<key>\r\n
        \0\\
        ",
        names,
    );
    assert_eq!(sent, b"\x82\x24 Dsre1qRQ,DFbtsNWg4AuLZ30v\r\n\0\\");
    assert_eq!(readable(&sent, names), r"\x82$ <id>,<key>\r\n\0\\");
    assert!(!matches(&expected("<time>,1", names), b"1432538716989,1"), "it is long ago");
    assert!(matches(&expected("1432538716989,1", names), b"1432538716989,1"));
}
