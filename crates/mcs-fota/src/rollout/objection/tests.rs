use super::*;

fn release() -> Release {
    Release {
        firmware: "FAdJBknrDsOM".parse().unwrap(),
        version: "2.0".parse().unwrap(),
        model: Some("7697".to_owned()),
        min_version: Some("1.5".parse().unwrap()),
        verified: true,
        older: false,
    }
}

fn target(reported: Option<&str>) -> Target {
    Target {
        device: "Dsre1qRQ".parse().unwrap(),
        reported: reported.map(str::to_owned),
        model: Some("7697".to_owned()),
        compatible: true,
    }
}

#[test]
fn each_rule_speaks_for_itself() {
    use Objection::{Downgrade, Incompatible, Model, Older, Unverified};
    for (reported, expected) in [
        (None, vec![]),
        (Some("1.9"), vec![]),
        (Some("2.0"), vec![]),
        (Some("nightly"), vec![]),
        (Some("2.0.1"), vec![Downgrade]),
        (Some("10.0"), vec![Downgrade]),
        (Some("1.4"), vec![Incompatible]),
    ] {
        assert_eq!(release().objections(&target(reported)), expected, "{reported:?}");
    }
    let other = Target { model: Some("7688".to_owned()), ..target(None) };
    assert_eq!(release().objections(&other), [Model]);
    let unknown = Target { model: None, ..target(None) };
    assert_eq!(release().objections(&unknown), []);
    let limited = Target { compatible: false, ..target(Some("1.0")) };
    let doubtful = Release { verified: false, ..release() };
    assert_eq!(doubtful.objections(&limited), [Incompatible, Unverified]);
    let replayed = Release { older: true, ..release() };
    assert_eq!(replayed.objections(&target(None)), [Older], "it never said what it runs");
}
