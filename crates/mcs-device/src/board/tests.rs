use mcs_model::RawValue;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

/// The values of `points`, without their times.
fn values(points: &[DataPoint]) -> Vec<String> {
    points.iter().map(|it| format!("{}={}", it.channel, it.value)).collect()
}

fn obey(board: &mut Board, id: &str, value: &str) -> Vec<String> {
    values(&command(board, None, id, value))
}

fn command(board: &mut Board, sent: Option<Timestamp>, id: &str, value: &str) -> Vec<DataPoint> {
    let value = RawValue::Csv(value.to_owned());
    board.obey(NOW, &RawPoint { channel: channel(id), timestamp: sent, value })
}

#[test]
fn a_command_is_reported_on_its_channel_and_on_the_display_of_its_effect() {
    let mut board = Board::new(1);
    assert_eq!(obey(&mut board, "switch_control", "1"), ["switch_control=1", "led=1"]);
    assert_eq!(obey(&mut board, "target", "42"), ["target=42"]);
    assert_eq!(obey(&mut board, "setpoint", "-7.5"), ["setpoint=-7.5"]);
    assert_eq!(obey(&mut board, "message", "a,b"), ["message=a,b", "status=a,b"]);
    assert_eq!(obey(&mut board, "mode", "low"), ["mode=low", "mode_now=low"]);
    assert_eq!(obey(&mut board, "gpio_out", "1"), ["gpio_out=1", "gpio_in=1"]);
    assert_eq!(obey(&mut board, "pwm_out", "500,20"), ["pwm_out=500,20", "pwm_in=500,20"]);
}

#[test]
fn its_own_word_is_no_command_when_it_comes_back() {
    let mut board = Board::new(1);
    let report = command(&mut board, None, "switch_control", "1").remove(0);
    let echo = command(&mut board, Some(report.timestamp), "switch_control", "1");
    assert_eq!(echo, []);
    let command = command(&mut board, Some(NOW), "target", "1");
    assert_eq!(values(&command), ["target=1"], "the same millisecond on another channel");
}

#[test]
fn every_report_has_a_later_timestamp_than_the_one_before() {
    let mut board = Board::new(1);
    let mut points = board.introduce(NOW);
    points.extend(board.sample(NOW));
    points.extend(command(&mut board, None, "mode", "high"));
    points.push(board.tell(NOW, "hello"));
    assert!(points.is_sorted_by(|a, b| a.timestamp < b.timestamp));
    assert_eq!(points[0].timestamp, NOW);
}

#[test]
fn a_value_that_the_channel_cannot_hold_changes_nothing_and_is_told() {
    let mut board = Board::new(1);
    for (id, value) in [("target", "101"), ("setpoint", "warm"), ("mode", "medium")] {
        let told = obey(&mut board, id, value);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].starts_with(&format!("status={id} refused: ")), "{told:?}");
    }
    assert!(values(&board.introduce(NOW)).contains(&"target=0".to_owned()));
}

#[test]
fn displays_and_unknown_channels_take_no_command() {
    let mut board = Board::new(1);
    for id in ["temperature", "led", "status", "nothing"] {
        assert_eq!(obey(&mut board, id, "1"), [""; 0]);
    }
}

#[test]
fn a_report_never_holds_a_line_end() {
    let mut board = Board::new(1);
    assert_eq!(obey(&mut board, "message", "a\nb\0"), ["message=a b ", "status=a b "]);
    assert_eq!(values(&[board.tell(NOW, "c\r\nd")]), ["status=c  d"]);
}

#[test]
fn a_sample_is_temperature_and_count_and_now_and_then_the_pin() {
    let mut board = Board::new(7);
    let mut pin = Vec::new();
    for second in 0..300 {
        let points = board.sample(Timestamp::from_millis(NOW.as_millis() + second * 1000));
        let Value::Float(temperature) = points[0].value else { panic!("{points:?}") };
        assert!((16.7..=25.3).contains(&temperature), "{temperature}");
        assert_eq!(points[1].value, Value::Integer(second as i64 + 1));
        pin.extend(points.get(2).map(|it| it.value.clone()));
    }
    assert_eq!(pin.len(), 15);
    assert_eq!(pin[..2], [Value::Gpio(true), Value::Gpio(false)]);
}

#[test]
fn the_same_seed_measures_the_same() {
    let measure = |seed| Board::new(seed).sample(NOW);
    assert_eq!(measure(3), measure(3));
    assert_ne!(measure(3), measure(4));
}

#[test]
fn it_introduces_itself_with_every_channel_that_has_a_value() {
    let mut board = Board::new(1);
    board.sample(NOW);
    let ids: Vec<_> = board.introduce(NOW).into_iter().map(|it| it.channel).collect();
    let names: Vec<_> = ids.iter().map(ChannelId::as_str).collect();
    let expected = [
        "count",
        "gpio_in",
        "gpio_out",
        "led",
        "mode",
        "mode_now",
        "pwm_in",
        "pwm_out",
        "setpoint",
        "status",
        "switch_control",
        "target",
        "temperature",
    ];
    assert_eq!(names, expected);
}

#[test]
fn after_a_restart_its_status_is_the_firmware_that_runs() {
    let mut board = Board::new(1);
    obey(&mut board, "target", "42");
    board.tell(NOW, "fotaing");
    board.restart("2.0");
    let introduced = values(&board.introduce(NOW));
    assert!(introduced.contains(&"status=running 2.0".to_owned()), "{introduced:?}");
    assert!(introduced.contains(&"target=42".to_owned()), "{introduced:?}");
}
