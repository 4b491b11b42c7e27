use super::*;

fn peer(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn a_few_wrong_passwords_cost_nothing_and_many_cost_a_pause() {
    let brake = Brake::default();
    let guesser = peer("192.0.2.1");
    for _ in 0..FREE {
        assert_eq!(brake.attempt(guesser), Ok(()));
    }
    assert!(brake.attempt(guesser).is_err_and(|wait| wait <= PAUSE));
    assert_eq!(brake.attempt(peer("192.0.2.2")), Ok(()));
    brake.withdraw(guesser);
    assert_eq!(brake.attempt(guesser), Ok(()));
    assert!(brake.attempt(guesser).is_err());
    brake.right(guesser);
    assert_eq!(brake.attempt(guesser), Ok(()));
}

#[test]
fn one_network_of_ipv6_counts_as_one_guesser() {
    let brake = Brake::default();
    for n in 0..FREE {
        assert_eq!(brake.attempt(peer(&format!("2001:db8:0:1::{n:x}"))), Ok(()));
    }
    assert!(brake.attempt(peer("2001:db8:0:1:ffff::1")).is_err());
    assert_eq!(brake.attempt(peer("2001:db8:0:2::1")), Ok(()));
}
