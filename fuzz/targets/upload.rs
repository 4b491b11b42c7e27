//! Whatever a device uploads, something is said of it, and the quick way reads what the slow one reads.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_model::upload::{
    RawPoint, Rules, from_command, from_csv, from_json, from_mqtt, stamped,
};
use mcs_model::{ChannelId, RawValue};

fuzz_target!(|data: (&str, &[u8], u8, bool)| {
    let (name, body, most, seconds) = data;
    let rules = Rules { max_points: usize::from(most), seconds };
    let channel = name.parse::<ChannelId>().ok();
    for points in [
        from_mqtt(None, body, rules),
        from_mqtt(channel.as_ref(), body, rules),
        from_csv(body, rules),
        from_json(body, rules),
    ] {
        assert!(!points.is_empty());
    }
    if let Ok(text) = std::str::from_utf8(body) {
        let _ = from_command(text, rules);
    }
    if let Some(channel) = channel
        && let Some((timestamp, value)) = stamped(&channel, body, rules)
    {
        let slow = from_mqtt(Some(&channel), body, rules);
        let value = RawValue::Csv(value.to_owned());
        assert_eq!(slow, [Ok(RawPoint { channel, timestamp, value })]);
    }
});
