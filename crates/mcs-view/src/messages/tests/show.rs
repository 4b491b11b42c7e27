use proptest::prelude::*;

use super::super::json::pretty;
use super::super::show::{base64, body, hex_dump, preview};
use crate::protocol::{Format, Misfit, Preview};

#[test]
fn json_is_indented_and_numbers_stand_as_they_came() {
    let text =
        r#"{"big":12345678901234567890,"f":1.10e+05,"a":[],"o":{},"s":"a\"]b","l":[1,true]}"#;
    let lines = [
        "{",
        "  \"big\": 12345678901234567890,",
        "  \"f\": 1.10e+05,",
        "  \"a\": [],",
        "  \"o\": {},",
        "  \"s\": \"a\\\"]b\",",
        "  \"l\": [",
        "    1,",
        "    true",
        "  ]",
        "}",
    ];
    assert_eq!(pretty(text).as_deref(), Some(lines.join("\n").as_str()));
}

#[test]
fn what_is_no_json_is_left_alone() {
    for text in
        ["", "on", "{", "{\"a\"}", "[1,]", "01", "1.", ".5", "+1", "1 2", "\"a\nb\"", "nul", "[1}"]
    {
        assert_eq!(pretty(text), None, "{text:?}");
    }
    assert_eq!(pretty(&"[".repeat(100_000)), None, "no stack is deep enough for everything");
}

#[test]
fn bytes_are_shown_with_offset_hex_and_characters() {
    let dump = hex_dump(b"0123456789abcdef\x00\xff!");
    let lines: Vec<_> = dump.lines().collect();
    let full = "00000000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef";
    assert_eq!(lines[0], full);
    assert!(lines[1].starts_with("00000010  00 ff 21 "));
    assert_eq!(lines[1].find("..!"), lines[0].find("0123456789abcdef"));
}

#[test]
fn base64_is_that_of_the_standard() {
    let all = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
    for (bytes, text) in all {
        assert_eq!(base64(bytes.as_bytes()), text);
    }
}

#[test]
fn a_long_payload_is_cut_where_a_character_ends_and_says_how_much_is_shown() {
    let text = "ä".repeat(100_000);
    let cut = body(text.as_bytes(), Format::Text, false);
    assert_eq!((cut.shown, cut.text.len(), cut.misfit), (65_536, 65_536, None));
    let odd = format!("x{text}");
    assert_eq!(body(odd.as_bytes(), Format::Text, false).shown, 65_535);
    assert_eq!(body(text.as_bytes(), Format::Text, true).shown, 200_000);
    assert_eq!(body(text.as_bytes(), Format::Json, false).misfit, Some(Misfit::CutJson));
}

#[test]
fn a_payload_that_is_no_text_is_shown_as_bytes() {
    let shown = body(b"\xff\x00", Format::Json, false);
    assert_eq!((shown.format, shown.misfit), (Format::Hex, Some(Misfit::NoText)));
    let shown = body(b"on", Format::Json, false);
    assert_eq!((shown.format, shown.misfit), (Format::Text, Some(Misfit::NoJson)));
}

#[test]
fn a_preview_is_one_line_of_what_begins() {
    assert_eq!(preview(b""), Preview::Empty);
    let line = |text: &str, cut| Preview::Text { text: text.to_owned(), cut };
    assert_eq!(preview(b"a\nb\t\0"), line("a\u{240a}b\u{2409}\u{2400}", false));
    assert_eq!(preview("a\u{202e}b".as_bytes()), line("a\u{fffd}b", false));
    assert!(
        matches!(preview(&[b'x'; 161]), Preview::Text { text, cut: true } if text.len() == 160)
    );
    assert_eq!(preview(&[0xff, 1]), Preview::Bytes { hex: "ff 01".to_owned(), cut: false });
}

proptest! {
    #[test]
    fn any_payload_can_be_shown_in_any_form(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        preview(&bytes);
        for format in [Format::Text, Format::Json, Format::Hex, Format::Base64] {
            let shown = body(&bytes, format, false);
            prop_assert_eq!(shown.shown, bytes.len() as u64);
        }
    }

    #[test]
    fn indented_json_says_the_same(text in "[\\[\\]{}:,\"a1.e \\\\-]{0,24}") {
        if let Some(indented) = pretty(&text) {
            let dense = |text: &str| text.replace([' ', '\n'], "");
            prop_assert_eq!(dense(&indented), dense(&text));
            prop_assert_eq!(pretty(&indented), Some(indented));
        }
    }
}
