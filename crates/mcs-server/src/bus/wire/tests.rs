use super::*;

#[test]
fn answers_and_boundaries_are_found_in_any_chunking() {
    let mut stream = vec![0xd0, 0, 0x30, 0xc8, 0x01];
    stream.extend([0x90, 0].repeat(100));
    stream.extend([0x90, 3, 0, 1, 1]);
    stream.extend([0xb0, 2, 0, 2]);
    stream.extend([0xb0, 6, 0, 3, 0, 0, 0, 0]);
    stream.extend([0xb0, 4, 0, 4, 0, 0]);
    let ends = [2, 205, 210, 214, 222, 228];
    let mut told = stream.clone();
    (told[219], told[227]) = (0x11, 0x11);
    for size in 1..=stream.len() {
        let (mut boundaries, mut answers, mut at) = (Boundaries::default(), 0, 0);
        let mut missed = [true, false, false, true].into_iter();
        let mut passed = stream.clone();
        for chunk in passed.chunks_mut(size) {
            answers += boundaries.pass(chunk, || missed.next().expect("a code"));
            at += chunk.len();
            assert_eq!(boundaries.between(), ends.contains(&at), "{at} in chunks of {size}");
        }
        assert_eq!((answers, &passed), (4, &told), "chunks of {size}");
    }
}

#[test]
fn a_packet_tells_its_length_by_its_header_and_a_long_one_is_refused_by_it() {
    let whole = |first, fixed, len| Ok(Some(Head { first, fixed, len }));
    assert_eq!(head(&[], 9), Ok(None));
    assert_eq!(head(&[0xc0], 9), Ok(None));
    assert_eq!(head(&[0x32, 0x88], 9), Ok(None));
    assert_eq!(head(&[0xc0, 0], 0), whole(0xc0, 2, 2));
    assert_eq!(head(&[0x32, 9], 9), whole(0x32, 2, 11));
    assert_eq!(head(&[0x32, 10], 9), Err(Reason::TOO_LARGE));
    assert_eq!(head(&[0x32, 0x80, 0x01], 128), whole(0x32, 3, 131));
    assert_eq!(head(&[0x32, 0x80, 0x01], 127), Err(Reason::TOO_LARGE));
    for first in [0x00, 0x20, 0x90, 0xb0, 0xd0] {
        assert_eq!(head(&[first], 9), Err(Reason::PROTOCOL), "{first:#x}");
    }
    for first in [0x60, 0x80, 0xa1, 0xc1] {
        assert_eq!(head(&[first], 9), Err(Reason::MALFORMED), "{first:#x}");
    }
    assert_eq!(head(&[0x32, 0x80, 0x80, 0x80, 0x80, 1], 9), Err(Reason::MALFORMED));
}

#[test]
fn acknowledgements_are_as_short_as_may_be() {
    let written = |code, why| {
        let mut out = Vec::new();
        acknowledge(&mut out, PUBACK, 0x0102, code, why);
        out
    };
    assert_eq!(written(0, None), [0x40, 2, 1, 2]);
    assert_eq!(written(0x10, None), [0x40, 3, 1, 2, 0x10]);
    assert_eq!(written(0x99, Some("no")), [0x40, 9, 1, 2, 0x99, 5, 0x1f, 0, 2, b'n', b'o']);
    let long = "x".repeat(200);
    let expected = [&[0x40, 0xd0, 0x01, 1, 2, 0x99, 0xcb, 0x01, 0x1f, 0, 200][..], long.as_bytes()];
    assert_eq!(written(0x99, Some(&long)), expected.concat());
    assert_eq!(written(0x99, Some(&"x".repeat(16_000))), [0x40, 3, 1, 2, 0x99]);
}
