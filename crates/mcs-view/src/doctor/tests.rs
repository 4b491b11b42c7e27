//! Every conclusion, from the answers that lead to it.

use mcs_session::{DisconnectReason, ReasonCode};

use super::{Doctor, Failure, Probe, at_once};
use crate::protocol::{Finding, Profile, Refusal};

fn profile(tls: bool, path: &str) -> Profile {
    let host = "broker.test".to_owned();
    Profile { tls, host, path: path.to_owned(), ..Profile::default() }
}

/// What is found when exactly these addresses work.
fn found(profile: &Profile, works: &[(&str, Option<&str>)]) -> Vec<Finding> {
    let (mut doctor, probes) = Doctor::new(profile, false);
    let mut findings = None;
    for (number, probe) in probes.iter().enumerate() {
        assert_eq!(findings, None, "a conclusion before the last answer");
        let (url, offered) = match probe {
            Probe::Fetch { url } | Probe::Read { url } => (url, None),
            Probe::WebSocket { url, protocol } => (url, *protocol),
        };
        let yes = works.iter().any(|(it, protocol)| it == url && *protocol == offered);
        findings = doctor.answer(number, yes);
    }
    findings.expect("a conclusion")
}

const HTTP: (&str, Option<&str>) = ("http://broker.test:8083/", None);
const HTTPS: (&str, Option<&str>) = ("https://broker.test:8083/", None);

#[test]
fn a_path_that_works_is_named() {
    let works = ("ws://broker.test:8083/mqtt", Some("mqtt"));
    let wrong = Finding::WrongPath { works: "/mqtt".to_owned() };
    assert_eq!(found(&profile(false, "/wrong"), &[HTTP, works]), [wrong]);
}

#[test]
fn a_listener_of_another_sub_protocol_is_recognised() {
    for protocol in [None, Some("mqttv3.1")] {
        let works = ("ws://broker.test:8083/mqtt", protocol);
        assert_eq!(found(&profile(false, "/mqtt"), &[works]), [Finding::WrongProtocol]);
    }
}

#[test]
fn the_other_scheme_is_found() {
    let plain = ("ws://broker.test:8083/mqtt", Some("mqtt"));
    assert_eq!(found(&profile(true, "/mqtt"), &[plain, HTTP]), [Finding::PlainWanted]);
    let secure = ("wss://broker.test:8083/mqtt", Some("mqtt"));
    assert_eq!(found(&profile(false, "/mqtt"), &[secure, HTTPS]), [Finding::TlsWanted]);
    assert_eq!(found(&profile(false, "/mqtt"), &[HTTPS]), [Finding::TlsWanted]);
}

#[test]
fn a_web_server_that_is_no_broker_is_told_from_nothing() {
    assert_eq!(found(&profile(false, "/mqtt"), &[HTTP]), [Finding::NoWebSocket]);
    assert_eq!(found(&profile(true, "/mqtt"), &[HTTPS]), [Finding::NoWebSocket]);
    assert_eq!(found(&profile(false, "/mqtt"), &[]), [Finding::NothingListens]);
}

#[test]
fn a_certificate_is_suspected_where_only_plain_http_is_answered() {
    assert_eq!(found(&profile(true, "/mqtt"), &[HTTP]), [Finding::Certificate]);
    assert_eq!(found(&profile(true, "/mqtt"), &[]), [Finding::CertificateOrNothing]);
}

#[test]
fn the_ports_of_plain_mqtt_are_known() {
    for (port, tls) in [(1883, false), (8883, true)] {
        let profile = Profile { port, ..profile(tls, "/mqtt") };
        assert_eq!(found(&profile, &[]), [Finding::TcpPort]);
    }
}

#[test]
fn what_the_broker_or_the_page_says_needs_no_probe() {
    let remote = profile(false, "/mqtt");
    let local = Profile { host: "127.0.0.1".to_owned(), ..remote.clone() };
    let find =
        |profile, reason, opened, secure| at_once(profile, Failure { reason, opened }, secure);
    let closed = DisconnectReason::LinkClosed;
    assert_eq!(find(&remote, closed, false, true), Some(Finding::MixedContent));
    assert_eq!(find(&local, closed, false, true), None);
    assert_eq!(find(&remote, closed, false, false), None);
    assert_eq!(find(&remote, closed, true, false), Some(Finding::NotMqtt));
    let refused = DisconnectReason::Refused;
    for (code, refusal) in [
        (ReasonCode::BAD_USER_NAME_OR_PASSWORD, Refusal::Credentials),
        (ReasonCode::NOT_AUTHORIZED, Refusal::NotAuthorized),
        (ReasonCode::CLIENT_IDENTIFIER_NOT_VALID, Refusal::ClientId),
        (ReasonCode::UNSUPPORTED_PROTOCOL_VERSION, Refusal::Version),
        (ReasonCode::SERVER_BUSY, Refusal::Busy),
        (ReasonCode(0x8a), Refusal::Banned),
    ] {
        let found = find(&remote, refused(code), true, false);
        assert_eq!(found, Some(Finding::Refused(refusal)));
    }
    let taken = DisconnectReason::Dismissed(ReasonCode::SESSION_TAKEN_OVER);
    assert_eq!(find(&remote, taken, true, false), Some(Finding::TakenOver));
}

#[test]
fn a_server_of_ours_that_refuses_a_page_of_another_origin_is_told_from_a_broker() {
    let refused = Finding::Refused(Refusal::NotAuthorized);
    let found = |answers: [bool; 2]| {
        let (mut doctor, probes) = Doctor::of_refusal(&profile(false, "/mqtt"), refused.clone());
        let url = |path: &str| Probe::Read { url: format!("http://broker.test:8083{path}") };
        assert_eq!(probes, [url("/api/openapi.json"), url("/api/session")]);
        assert_eq!(doctor.answer(0, answers[0]), None);
        doctor.answer(1, answers[1]).expect("a conclusion")
    };
    assert_eq!(found([true, false]), [Finding::OtherOrigin, refused.clone()]);
    assert_eq!(found([true, true]), core::slice::from_ref(&refused));
    assert_eq!(found([false, false]), core::slice::from_ref(&refused));
}

#[test]
fn a_secure_page_asks_nothing_that_it_may_not() {
    let (_, probes) = Doctor::new(&profile(true, "/mqtt"), true);
    for probe in probes {
        let (Probe::Fetch { url } | Probe::Read { url } | Probe::WebSocket { url, .. }) = probe;
        assert!(url.starts_with("https://") || url.starts_with("wss://"), "{url}");
    }
}
