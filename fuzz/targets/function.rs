//! What the code of a function returns, whatever it is.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_model::function::{context_value, points};
use mcs_model::{Channel, ChannelKind, Direction, Prototype, Timestamp};

fuzz_target!(|text: &str| {
    let _ = context_value(text);
    let Ok(returned) = serde_json::from_str(text) else { return };
    let code = ChannelKind::Function { code: String::new() };
    let channels = vec![
        channel("f", code),
        channel("a", ChannelKind::Gps),
        channel("b", ChannelKind::Float { unit: String::new(), bounds: None }),
    ];
    let prototype = Prototype {
        id: "P1".parse().expect("an id"),
        name: String::new(),
        version: String::new(),
        description: String::new(),
        channels,
    };
    let function = "f".parse().expect("an id");
    let (points, _) = points(returned, &prototype, &function, Timestamp::default());
    assert!(points.iter().all(|it| it.channel != function));
});

fn channel(id: &str, kind: ChannelKind) -> Channel {
    Channel {
        id: id.parse().expect("an id"),
        name: String::new(),
        description: String::new(),
        direction: Direction::Display,
        kind,
        template: None,
    }
}
