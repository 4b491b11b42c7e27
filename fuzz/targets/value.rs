//! A value that was taken is written so that it is taken again, as text and as JSON.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mcs_model::{Bounds, CategoryOption, ChannelKind, GamepadButtons, RawValue};

fuzz_target!(|text: &str| {
    let mut raws = vec![RawValue::Csv(text.to_owned())];
    raws.extend(serde_json::from_str(text).map(RawValue::Json));
    for kind in kinds() {
        for raw in &raws {
            let Ok(value) = kind.parse(raw) else { continue };
            assert_eq!(kind.parse(&RawValue::Csv(value.to_string())), Ok(value.clone()), "{kind:?}");
            assert_eq!(kind.parse(&RawValue::Json(value.to_json())), Ok(value), "{kind:?}");
        }
    }
});

fn kinds() -> Vec<ChannelKind> {
    let bounds = Bounds { lower: -10.5, upper: 1e9 };
    let option = CategoryOption { name: "One".to_owned(), value: "1".to_owned() };
    let unit = String::new();
    vec![
        ChannelKind::Switch,
        ChannelKind::Category { options: vec![option] },
        ChannelKind::Integer { unit: unit.clone(), bounds: None },
        ChannelKind::Integer { unit: unit.clone(), bounds: Some(bounds) },
        ChannelKind::Float { unit: unit.clone(), bounds: None },
        ChannelKind::Float { unit, bounds: Some(bounds) },
        ChannelKind::Hex,
        ChannelKind::String,
        ChannelKind::Gps,
        ChannelKind::Gpio,
        ChannelKind::Pwm,
        ChannelKind::Analog { bounds },
        ChannelKind::Gamepad { buttons: GamepadButtons::default() },
        ChannelKind::Image,
        ChannelKind::Video,
    ]
}
