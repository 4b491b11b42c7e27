//! Blobs, written and read.

use mcs_model::api;

use super::{Blob, Unreadable, read};

#[test]
fn what_was_written_is_read() {
    let bytes = api::to_json(&Blob { version: 1, content: vec![1, 2] });
    assert_eq!(read(Some(&bytes)), Ok(vec![1, 2]));
}

#[test]
fn nothing_reads_as_empty() {
    assert_eq!(read::<Vec<u8>>(None), Ok(Vec::new()));
}

#[test]
fn what_another_version_wrote_is_not_guessed_at() {
    for bytes in [
        br#"{"version":2,"content":[1]}"#.as_slice(),
        br#"{"content":[1]}"#,
        br#"{"version":1,"content":{}}"#,
        br#"{"version":1,"content":[1]"#,
        b"",
    ] {
        assert_eq!(read::<Vec<u8>>(Some(bytes)), Err(Unreadable));
    }
}
