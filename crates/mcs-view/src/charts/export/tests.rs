use super::*;

#[test]
fn times_are_written_as_everybody_reads_them() {
    assert_eq!(utc(0), "1970-01-01T00:00:00.000Z");
    assert_eq!(utc(1_709_164_800_000), "2024-02-29T00:00:00.000Z");
    assert_eq!(utc(1_709_251_199_999), "2024-02-29T23:59:59.999Z");
    assert_eq!(utc(1_735_689_599_001), "2024-12-31T23:59:59.001Z");
    assert_eq!(utc(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
}

#[test]
fn what_looks_like_a_formula_is_kept_from_being_one() {
    assert_eq!(field("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
    for text in ["+1", "-1", "@a", "\tb", "\rc"] {
        assert!(field(text).starts_with("\"'"), "{text:?}");
    }
    assert_eq!(field("a,b\r\n\"c\""), "\"a,b\r\n\"\"c\"\"\"");
    assert_eq!(field("21.5 °C"), "21.5 °C");
}

#[test]
fn buckets_are_gathered_until_they_are_as_many_as_can_be_had_at_once() {
    let span = Span { from: 5, until: 99 };
    let found = parts(span, 10, [(0, 1500), (10, 500), (20, 1), (90, 5000)].into_iter());
    let expected = [(5, 19), (20, 29), (90, 99)].map(|(from, until)| Span { from, until });
    assert_eq!(found, expected);
}

#[test]
fn a_question_is_never_asked_again_as_it_was() {
    let span = Span { from: 0, until: 9 };
    let halves = [(0, 4), (5, 9)].map(|(from, until)| Span { from, until });
    assert_eq!(parts(span, 10, [(0, 5000)].into_iter()), halves);
    assert_eq!(parts(Span { from: 3, until: 3 }, 1, [(3, 5000)].into_iter()), []);
}
