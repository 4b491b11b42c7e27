//! What a message costs on its way from the socket to its value, the log and the counts, in allocations.

mod counting;
mod flood;

use flood::Flood;

/// Messages that are counted: some segments of the log, and a multiple of all topics.
const MESSAGES: usize = 40_000;

/// Of each so many messages one may need room: buffers that grow, by batch or by segment.
const BATCH: usize = 20;

#[test]
fn a_message_of_a_channel_that_is_known_allocates_nothing() {
    for (devices, channels) in [(1, 1), (10, 10)] {
        let mut flood = Flood::open(devices, channels);
        let frames = flood.frames(MESSAGES);
        flood.pour(&frames);
        let frames = flood.frames(MESSAGES);
        let allocations = counting::during(|| flood.pour(&frames));
        assert_eq!(flood.seen(), 2 * MESSAGES as u64);
        assert!(
            allocations < MESSAGES / BATCH,
            "{allocations} allocations for {MESSAGES} messages, {devices} × {channels} channels"
        );
    }
}
