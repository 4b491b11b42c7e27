use super::*;

#[test]
fn each_convention_is_understood_and_nothing_else() {
    for (text, word) in [
        ("fotaing", Some(Word::Fotaing)),
        (" FOTAING ", Some(Word::Fotaing)),
        ("DOWNLOADING 40%", Some(Word::Downloading(Some(40)))),
        ("downloading: 7", Some(Word::Downloading(Some(7)))),
        ("downloading", Some(Word::Downloading(None))),
        ("downloading 101", Some(Word::Downloading(None))),
        ("Downloaded", Some(Word::Downloaded)),
        ("VERIFIED", Some(Word::Verified)),
        ("updating", Some(Word::Updating)),
        ("rebooting", Some(Word::Rebooting)),
        ("deferred until night", Some(Word::Deferred)),
        ("FAILED: no space", Some(Word::Failed("no space"))),
        ("REJECTED", Some(Word::Rejected(""))),
        ("ROLLED_BACK: no network", Some(Word::RolledBack("no network"))),
        (
            "firmware refused: the MD5 differs",
            Some(Word::Failed("firmware refused: the MD5 differs")),
        ),
        ("updated", None),
        ("all is well", None),
        ("failedly", None),
        ("", None),
        ("\u{fffd}\0", None),
    ] {
        assert_eq!(Word::read(text), word, "{text:?}");
    }
}
