use super::*;

#[test]
fn an_explicit_refusal_settles_the_other_version() {
    let mut negotiation = Negotiation::new(Protocol::Auto);
    assert_eq!(negotiation.version(), Version::V5);
    assert!(negotiation.refused());
    assert_eq!(negotiation.version(), Version::V311);
    // Refused again, there is nothing left to try.
    assert!(!negotiation.refused());
}

#[test]
fn a_hang_up_gives_3_1_1_one_try() {
    let mut negotiation = Negotiation::new(Protocol::Auto);
    assert!(negotiation.failed(true));
    assert_eq!(negotiation.version(), Version::V311);
    assert!(!negotiation.failed(true));
    assert_eq!(negotiation.version(), Version::V5);
    assert!(!negotiation.failed(true));
    assert_eq!(negotiation.version(), Version::V5);
}

#[test]
fn a_suspicion_that_3_1_1_refutes_settles_mqtt_5() {
    let mut negotiation = Negotiation::new(Protocol::Auto);
    assert!(negotiation.failed(true));
    assert!(negotiation.refused());
    assert_eq!(negotiation.version(), Version::V5);
    assert!(!negotiation.failed(true));
}

#[test]
fn failing_to_reach_the_broker_says_nothing_about_versions() {
    let mut negotiation = Negotiation::new(Protocol::Auto);
    assert!(!negotiation.failed(false));
    assert_eq!(negotiation.version(), Version::V5);
    assert!(negotiation.failed(true), "the suspicion is still to come");
}

#[test]
fn a_version_that_worked_is_kept() {
    for hang_up in [false, true] {
        let mut negotiation = Negotiation::new(Protocol::Auto);
        if hang_up {
            negotiation.failed(true);
        }
        let version = negotiation.version();
        negotiation.accepted();
        assert!(!negotiation.failed(true));
        assert_eq!(negotiation.version(), version);
    }
}

#[test]
fn a_configured_version_is_the_only_one() {
    for version in [Version::V5, Version::V311] {
        let mut negotiation = Negotiation::new(Protocol::Only(version));
        assert!(!negotiation.failed(true));
        assert!(!negotiation.refused());
        assert_eq!(negotiation.version(), version);
    }
}
