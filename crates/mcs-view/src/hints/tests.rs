use mcs_model::{Bounds, CategoryOption, GamepadButtons};

use super::*;

fn place() -> Place {
    Place { host: "here".to_owned(), mqtt_port: 1883, rest: Some("http://here:8080".to_owned()) }
}

fn channel(id: &str, kind: ChannelKind, direction: Direction) -> Channel {
    Channel {
        id: id.parse().unwrap(),
        name: "Name".to_owned(),
        description: String::new(),
        kind,
        direction,
    }
}

fn written(language: Language, id: &str, direction: Direction) -> String {
    let channel = channel(id, ChannelKind::Hex, direction);
    program(language, &place(), &"D1234567".parse().unwrap(), "k3y", &channel)
}

#[test]
fn a_program_begins_with_what_is_special_about_it() {
    let python = written(Language::Python, "temp", Direction::Display);
    assert!(python.starts_with(
        "HOST = \"here\"\nTOPIC = \"mcs/D1234567/k3y/temp\"\nVALUE = \"ABF123\"\nPORT = 1883\n\n"
    ));
    let rust = written(Language::Rust, "temp", Direction::Controller);
    assert!(rust.starts_with("const HOST: &str = \"here\";\n"));
    assert!(rust.contains("\nconst PORT: u16 = 1883;\n\n"));
    assert!(!rust.contains("VALUE"));
    let arduino = written(Language::Arduino, "temp", Direction::Display);
    assert!(arduino.contains("\nconst char* DEVICE = \"D1234567\";\n"));
    assert!(arduino.contains("\nconst int PORT = 1883;\n"));
}

#[test]
fn no_channel_id_breaks_out_of_its_quotes() {
    let evil = r#"a"b\'c"#;
    let python = written(Language::Python, evil, Direction::Display);
    assert!(python.contains(r#"TOPIC = "mcs/D1234567/k3y/a\"b\\'c""#));
    let shell = written(Language::Shell, evil, Direction::Display);
    assert!(shell.contains(r#"'a"b\'\''c,,ABF123'"#));
    let shell = written(Language::Shell, evil, Direction::Controller);
    assert!(shell.contains("/datachannels/a%22b%5C%27c/datapoints.csv'"));
}

#[test]
fn without_rest_the_shell_speaks_mqtt() {
    let place = Place { rest: None, ..place() };
    let device = "D1234567".parse().unwrap();
    let write = |direction| {
        program(
            Language::Shell,
            &place,
            &device,
            "k3y",
            &channel("a", ChannelKind::Switch, direction),
        )
    };
    assert_eq!(
        write(Direction::Display),
        "mosquitto_pub -h 'here' -p 1883 -t 'mcs/D1234567/k3y/a' -q 1 -m ',,1'\n"
    );
    assert_eq!(
        write(Direction::Controller),
        "mosquitto_sub -h 'here' -p 1883 -t 'mcs/D1234567/k3y/a' -q 1\n"
    );
}

#[test]
fn every_sample_is_a_value_of_its_channel() {
    let bounds = Bounds { lower: 1.0, upper: 5.0 };
    let options = vec![CategoryOption { name: "Low".to_owned(), value: "low".to_owned() }];
    let unit = String::new;
    for kind in [
        ChannelKind::Switch,
        ChannelKind::Category { options },
        ChannelKind::Integer { unit: unit(), bounds: Some(bounds) },
        ChannelKind::Integer { unit: unit(), bounds: None },
        ChannelKind::Float { unit: unit(), bounds: Some(bounds) },
        ChannelKind::Float { unit: unit(), bounds: None },
        ChannelKind::Hex,
        ChannelKind::String,
        ChannelKind::Gps,
        ChannelKind::Gpio,
        ChannelKind::Pwm,
        ChannelKind::Analog { bounds },
        ChannelKind::Gamepad { buttons: GamepadButtons::default() },
        ChannelKind::Image,
    ] {
        let sample = sample(&kind);
        let raw = mcs_model::RawValue::Csv(sample.clone());
        assert!(kind.parse(&raw).is_ok(), "{sample:?} is no {}", kind.name());
    }
}
