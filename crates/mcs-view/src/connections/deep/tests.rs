//! What a link fills in, and what it cannot.

use std::collections::BTreeMap;

use super::Draft;
use crate::protocol::{MqttVersion, Profile};

fn draft(pairs: &[(&str, &str)]) -> Option<Draft> {
    let pairs: BTreeMap<_, _> = pairs.iter().copied().collect();
    Draft::of_link(|name| pairs.get(name).copied())
}

fn profile(pairs: &[(&str, &str)]) -> Profile {
    draft(pairs).unwrap().check(false).unwrap()
}

#[test]
fn a_url_fills_host_port_path_and_scheme() {
    let profile = profile(&[("url", "wss://broker.test:8084/mqtt"), ("user", "ann"), ("v", "5")]);
    assert_eq!(profile.url(), "wss://broker.test:8084/mqtt");
    assert_eq!((profile.username.as_str(), profile.version), ("ann", MqttVersion::V5));
}

#[test]
fn links_of_other_clients_are_understood() {
    let pairs = [("host", "broker.test"), ("port", "8884"), ("ssl", "true"), ("username", "ann")];
    let profile = profile(&pairs);
    assert_eq!(profile.url(), "wss://broker.test:8884/mqtt");
    assert_eq!(profile.username, "ann");
}

#[test]
fn a_secret_in_a_link_goes_nowhere() {
    let pairs = [("url", "wss://ann:hunter2@broker.test/"), ("password", "hunter2")];
    assert!(!format!("{:?}", draft(&pairs)).contains("hunter2"));
}

#[test]
fn a_link_without_a_broker_fills_nothing() {
    assert_eq!(draft(&[("user", "ann")]), None);
}

#[test]
fn the_link_of_a_profile_fills_the_same_form() {
    let original = Profile {
        name: "Workshop".to_owned(),
        host: "broker.test".to_owned(),
        username: "ann".to_owned(),
        version: MqttVersion::V311,
        ..Profile::default()
    };
    let link = original.link();
    let pairs: Vec<_> = link.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(profile(&pairs), original);
}

#[test]
fn what_is_much_too_long_is_cut() {
    let long = "x".repeat(100_000);
    assert!(draft(&[("url", &long)]).unwrap().host.len() <= 500);
}
