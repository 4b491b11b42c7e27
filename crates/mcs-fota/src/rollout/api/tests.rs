use mcs_model::Timestamp;

use super::{Download, Pace};

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn a_rate_is_that_of_the_request_and_says_when_it_will_be_done() {
    let mut pace = Pace::new(at(1000), 0);
    pace.seen(at(1100), 300);
    assert_eq!(pace.download(2000), Download { bytes: 300, of: 2000, rate: None });
    pace.seen(at(3000), 1000);
    let download = pace.download(2000);
    assert_eq!((download.rate, download.seconds_left()), (Some(500), Some(2)));
    // After a pause another request goes on: the pause does not count.
    let mut pace = Pace::new(at(60_000), pace.bytes());
    pace.seen(at(62_000), 1400);
    assert_eq!(pace.download(2000), Download { bytes: 1400, of: 2000, rate: Some(200) });
    assert_eq!(pace.download(2000).seconds_left(), Some(3));
}

#[test]
fn a_download_from_the_start_and_a_clock_that_was_set_back_begin_anew() {
    let mut pace = Pace::new(at(5000), 0);
    pace.seen(at(6000), 900);
    pace.seen(at(7000), 100);
    assert_eq!(pace.download(1000), Download { bytes: 100, of: 1000, rate: None });
    pace.seen(at(2000), 500);
    assert_eq!(pace.download(1000).rate, None);
    assert_eq!(pace.download(1000).seconds_left(), None);
}
