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
        template: None,
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

/// What a compiler reads in the literal that ends the line which begins with `name`.
fn read(language: Language, program: &str, name: &str) -> String {
    let line = program.lines().find(|it| it.contains(name)).expect("a constant");
    let literal = line.split_once(" = ").expect("a value").1.trim_end_matches(';');
    let inner = literal.strip_prefix('"').and_then(|it| it.strip_suffix('"')).expect("quotes");
    let mut text = String::new();
    let mut rest = inner.chars();
    while let Some(it) = rest.next() {
        assert!(it != '"' && !it.is_control(), "{inner:?} ends before its end");
        match it {
            '\\' => match rest.next() {
                Some('u') if language == Language::Rust => {
                    assert_eq!(rest.next(), Some('{'));
                    let digits: String = rest.by_ref().take_while(|it| *it != '}').collect();
                    text.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                }
                Some('u') => {
                    let digits: String = rest.by_ref().take(4).collect();
                    text.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
                }
                Some(it @ ('"' | '\\')) => text.push(it),
                other => panic!("an escape that not all have: {other:?}"),
            },
            it => text.push(it),
        }
    }
    text
}

const COMPILED: [Language; 4] =
    [Language::Python, Language::Arduino, Language::JavaScript, Language::Rust];

proptest::proptest! {
    #[test]
    fn every_text_comes_out_as_it_went_in(id in any_id(), value in any_text()) {
        let options = vec![CategoryOption { name: "One".to_owned(), value: value.clone() }];
        let channel = channel(&id, ChannelKind::Category { options }, Direction::Display);
        let device = "D1234567".parse().unwrap();
        for language in COMPILED {
            let program = program(language, &place(), &device, "k3y", &channel);
            assert_eq!(read(language, &program, "TOPIC"), format!("mcs/D1234567/k3y/{id}"));
            assert_eq!(read(language, &program, "VALUE"), value);
        }
        let shell = program(Language::Shell, &place(), &device, "k3y", &channel);
        // A word of a shell ends at the next quote, and `'\''` is a quote within it.
        let bare = shell.replace(r"'\''", "");
        assert_eq!(bare.matches('\'').count() % 2, 0);
        assert!(shell.contains(&format!("{id},,{value}").replace('\'', r"'\''")));
    }
}

/// Anything that a channel's id may hold.
fn any_id() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::strategy::Strategy;
    "[a-z$\"'\\\\`{}!%?\u{202e}\u{2028}裝 ]{1,12}"
        .prop_filter("an id", |it| it.parse::<mcs_model::ChannelId>().is_ok())
}

/// What a value of a category may hold, and more.
fn any_text() -> impl proptest::strategy::Strategy<Value = String> {
    "[a-z$\"'\\\\`{}!%?,;\u{202e}\u{2028}\t值 ]{1,16}"
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
