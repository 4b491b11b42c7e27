use proptest::prelude::*;

use super::*;

#[test]
fn an_identifier_stands_alone_in_a_field_and_in_a_topic_level() {
    for bad in ["", "a,b", "a/b", "a+", "#", "$a", " a", "a\n", "FOTA", "fota"] {
        assert!(bad.parse::<ChannelId>().is_err(), "{bad:?}");
    }
    for good in ["1", "LED_Control", "temp dgc", "溫度", "GPIO_00"] {
        assert_eq!(good.parse::<ChannelId>().unwrap().as_str(), good);
    }
    assert!("x".repeat(65).parse::<DeviceId>().is_err());
    assert!("with space".parse::<DeviceId>().is_err());
}

#[test]
fn a_key_does_not_show_in_debug_output() {
    let key: DeviceKey = "DFbtsNWg4AuLZ30v".parse().unwrap();
    assert_eq!(format!("{key:?}"), "DeviceKey(…)");
}

#[test]
fn json_with_a_bad_identifier_is_refused() {
    assert!(serde_json::from_str::<DeviceId>("\"Dsre1qRQ\"").is_ok());
    let error = serde_json::from_str::<DeviceId>("\"a/b\"").unwrap_err();
    assert!(error.to_string().contains("not a device id"), "{error}");
}

proptest! {
    #[test]
    fn what_is_taken_survives_as_it_was(text in any::<String>()) {
        if let Ok(id) = text.parse::<ChannelId>() {
            prop_assert_eq!(id.as_str(), text.as_str());
            prop_assert!(!text.contains([',', '/', '+', '#', '\0', '\n']));
        }
    }
}

proptest! {
    #[test]
    fn identifiers_compare_as_their_texts_do_short_or_long(texts in prop::collection::vec("[a-c溫]{1,64}", 2)) {
        let ids: Vec<ChannelId> = texts.iter().map(|it| it.parse().unwrap()).collect();
        prop_assert_eq!(ids[0].cmp(&ids[1]), texts[0].cmp(&texts[1]));
        prop_assert_eq!(ids[0] == ids[1], texts[0] == texts[1]);
        prop_assert_eq!(ids[0].as_str(), &texts[0]);
    }
}
