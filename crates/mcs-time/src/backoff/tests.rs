extern crate std;

use std::vec::Vec;

use super::*;

const EXACT: BackoffConfig = BackoffConfig {
    initial: Duration::from_secs(1),
    max: Duration::from_secs(30),
    jitter_percent: 0,
};

fn seconds(backoff: &mut Backoff, n: usize) -> Vec<u64> {
    (0..n).map(|_| backoff.next_delay().as_secs()).collect()
}

#[test]
fn delays_double_up_to_the_maximum() {
    let mut backoff = Backoff::new(EXACT, 1);
    assert_eq!(seconds(&mut backoff, 7), [1, 2, 4, 8, 16, 30, 30]);
}

#[test]
fn many_failures_stay_at_the_maximum() {
    let mut backoff = Backoff::new(EXACT, 1);
    assert!(seconds(&mut backoff, 100)[6..].iter().all(|&s| s == 30));
}

#[test]
fn reset_starts_over() {
    let mut backoff = Backoff::new(EXACT, 1);
    seconds(&mut backoff, 5);
    assert_eq!(backoff.attempts(), 5);
    backoff.reset();
    assert_eq!(seconds(&mut backoff, 2), [1, 2]);
}

#[test]
fn jitter_shortens_by_at_most_its_share() {
    let config = BackoffConfig { jitter_percent: 25, ..EXACT };
    for seed in 0..200 {
        let mut backoff = Backoff::new(config, seed);
        for base in [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let delay = u64::try_from(backoff.next_delay().as_millis()).unwrap();
            assert!((base * 3 / 4..=base).contains(&delay), "{delay} of {base}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_delays_and_another_seed_others() {
    let delays = |seed| {
        let mut backoff = Backoff::new(BackoffConfig::default(), seed);
        (0..8).map(|_| backoff.next_delay()).collect::<Vec<_>>()
    };
    assert_eq!(delays(3), delays(3));
    assert_ne!(delays(3), delays(4));
}

#[test]
fn absurd_settings_do_not_overflow() {
    let config = BackoffConfig { initial: Duration::MAX, max: Duration::MAX, jitter_percent: 255 };
    let mut backoff = Backoff::new(config, 9);
    for _ in 0..40 {
        let _ = backoff.next_delay();
    }
}
