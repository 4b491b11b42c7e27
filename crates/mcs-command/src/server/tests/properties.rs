//! Whatever a device sends.

use proptest::prelude::*;

use super::*;

/// A stream of heartbeats, separators and noise.
fn stream() -> impl Strategy<Value = Vec<u8>> {
    let pieces = [
        format!("{TAG}0"),
        TAG.to_owned(),
        format!("{TAG}1432538716989"),
        "\r\n".to_owned(),
        "\0\0\0".to_owned(),
        " ".to_owned(),
        "Dsre1q".to_owned(),
        "123".to_owned(),
        "\u{e9}".to_owned(),
    ];
    let piece = proptest::sample::select(pieces.to_vec());
    proptest::collection::vec(piece, 0..12)
        .prop_map(|it| [TAG.as_bytes(), it.concat().as_bytes()].concat())
}

/// Bytes that hold no heartbeat, do not go on with the one before, and are not too many.
fn garbage() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..40).prop_filter("it is a heartbeat", |bytes| {
        let spaces = bytes.iter().take_while(|it| **it == b' ').count();
        let goes_on = bytes.get(spaces).is_some_and(u8::is_ascii_digit);
        !goes_on && !bytes.windows(TAG.len()).any(|it| it == TAG.as_bytes())
    })
}

proptest! {
    #[test]
    fn every_chunking_gives_the_same_events(
        stream in stream(),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..12),
    ) {
        let mut whole = Link::new();
        whole.receive(TAG.as_bytes());
        whole.accept();
        whole.receive(&stream);
        whole.settle();

        let mut cuts: Vec<_> = cuts.iter().map(|it| it.index(stream.len())).collect();
        cuts.sort_unstable();
        let mut cut = Link::new();
        cut.receive(TAG.as_bytes());
        cut.accept();
        let mut from = 0;
        for to in cuts.into_iter().chain([stream.len()]) {
            cut.receive(&stream[from..to]);
            from = to;
        }
        cut.settle();
        prop_assert_eq!(cut.log, whole.log);
    }

    #[test]
    fn every_heartbeat_is_found_in_any_garbage(
        stream in proptest::collection::vec((0..5_usize, garbage()), 1..8),
        cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..20),
    ) {
        let shapes = shapes();
        let bytes: Vec<_> = stream
            .iter()
            .flat_map(|(shape, garbage)| [&shapes[*shape].0[..], garbage].concat())
            .collect();
        let expected: Vec<_> = stream.iter().flat_map(|(shape, _)| beat(shapes[*shape].1)).collect();
        let mut cuts: Vec<_> = cuts.iter().map(|it| it.index(bytes.len())).collect();
        cuts.sort_unstable();
        let mut link = Link::new();
        link.receive(TAG.as_bytes());
        link.accept();
        link.settle();
        link.log.clear();
        let mut from = 0;
        for to in cuts.into_iter().chain([bytes.len()]) {
            link.receive(&bytes[from..to]);
            from = to;
        }
        link.settle();
        prop_assert_eq!(link.log, expected);
    }

    #[test]
    fn no_bytes_panic_and_little_is_kept(
        chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..300), 0..8),
        accept: bool,
    ) {
        let mut link = if accept { Link::authorized() } else { Link::new() };
        for chunk in chunks {
            link.receive(&chunk);
            link.settle();
            prop_assert!(link.peer.scanner.unread() <= 132);
        }
        link.until(at(1000));
        let ends = link.log.iter().filter(|it| it.starts_with("over")).count();
        prop_assert_eq!(ends, 1);
    }
}
