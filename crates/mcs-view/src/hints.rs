//! Programs to begin a device with: complete, for one channel of one device, ready to paste.
//!
//! Each is a head of constants, which [`program`] writes, and a body that is the same for all.

#[cfg(test)]
mod tests;

use core::fmt::Write;

use mcs_model::{Channel, ChannelKind, DeviceId, Direction};

/// What a program is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// With paho-mqtt.
    Python,
    /// With PubSubClient.
    Arduino,
    /// For Node, with the package mqtt.
    JavaScript,
    /// With rumqttc.
    Rust,
    /// One line with curl, or with mosquitto's clients where there is no REST.
    Shell,
}

/// Where a device's words go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name or address of the broker.
    pub host: String,
    /// Its port for MQTT over TCP.
    pub mqtt_port: u16,
    /// Where REST is, such as `http://here:8080`, if it is anywhere.
    pub rest: Option<String>,
}

/// A program that reports a value on a display every 5 seconds, or takes the commands of a
/// controller and confirms them. `key` is the device's key, or what stands in its place.
pub fn program(
    language: Language,
    place: &Place,
    device: &DeviceId,
    key: &str,
    channel: &Channel,
) -> String {
    let topic = format!("mcs/{device}/{key}/{}", channel.id);
    let value = sample(&channel.kind);
    let reports = channel.direction == Direction::Display;
    let (constant, end, body) = match (language, reports) {
        (Language::Python, true) => ("", "", include_str!("../hints/report.py")),
        (Language::Python, false) => ("", "", include_str!("../hints/take.py")),
        (Language::Arduino, true) => ("const char* ", ";", include_str!("../hints/report.ino")),
        (Language::Arduino, false) => ("const char* ", ";", include_str!("../hints/take.ino")),
        (Language::JavaScript, true) => ("const ", ";", include_str!("../hints/report.js")),
        (Language::JavaScript, false) => ("const ", ";", include_str!("../hints/take.js")),
        (Language::Rust, true) => ("const ", ";", include_str!("../hints/report.rs")),
        (Language::Rust, false) => ("const ", ";", include_str!("../hints/take.rs")),
        (Language::Shell, _) => return shell(place, device, key, channel, &topic, &value),
    };
    let (of_text, of_port) = match language {
        Language::Rust => (": &str", ": u16"),
        _ => ("", ""),
    };
    let of_number = if language == Language::Arduino { "const int " } else { constant };
    let mut program = String::new();
    let mut text = |name: &str, text: &str| {
        // Writing to a String cannot fail.
        let _ = writeln!(program, "{constant}{name}{of_text} = {}{end}", quoted(language, text));
    };
    text("HOST", &place.host);
    text("TOPIC", &topic);
    if matches!(language, Language::Arduino | Language::Rust) {
        text("DEVICE", device.as_str());
    }
    if reports {
        text("VALUE", &value);
    }
    let _ = writeln!(program, "{of_number}PORT{of_port} = {}{end}\n", place.mqtt_port);
    program + body
}

/// One line for the command line.
fn shell(
    place: &Place,
    device: &DeviceId,
    key: &str,
    channel: &Channel,
    topic: &str,
    value: &str,
) -> String {
    let id = &channel.id;
    let reports = channel.direction == Direction::Display;
    match &place.rest {
        Some(rest) if reports => {
            let url = format!("{rest}/mcs/v2/devices/{device}/datapoints.csv");
            let header = single(&format!("deviceKey: {key}"));
            let point = single(&format!("{id},,{value}"));
            format!(
                "curl {} -H {header} -H 'Content-Type: text/csv' --data-binary {point}\n",
                single(&url)
            )
        }
        Some(rest) => {
            let path = encoded(id.as_str());
            let url = format!("{rest}/mcs/v2/devices/{device}/datachannels/{path}/datapoints.csv");
            format!("curl {} -H {}\n", single(&url), single(&format!("deviceKey: {key}")))
        }
        None => {
            let Place { host, mqtt_port, .. } = place;
            let to = format!("-h {} -p {mqtt_port} -t {}", single(host), single(topic));
            if reports {
                format!("mosquitto_pub {to} -q 1 -m {}\n", single(&format!(",,{value}")))
            } else {
                format!("mosquitto_sub {to} -q 1\n")
            }
        }
    }
}

/// A value that the channel takes, to begin with.
pub fn sample(kind: &ChannelKind) -> String {
    let within = |bounds: Option<mcs_model::Bounds>, wanted: f64| {
        bounds.map_or(wanted, |it| wanted.clamp(it.lower, it.upper))
    };
    match kind {
        ChannelKind::Switch | ChannelKind::Gpio => "1".to_owned(),
        ChannelKind::Integer { bounds, .. } => within(*bounds, 26.0).to_string(),
        ChannelKind::Float { bounds, .. } => within(*bounds, 21.5).to_string(),
        ChannelKind::Hex => "ABF123".to_owned(),
        ChannelKind::String => "hello".to_owned(),
        ChannelKind::Gps => "24.80,120.98,30".to_owned(),
        ChannelKind::Pwm => "500,1000".to_owned(),
        // The smallest picture that there is.
        ChannelKind::Image => "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==".to_owned(),
        other => other.initial().to_string(),
    }
}

/// A text as a literal of Python, C++, JavaScript or Rust. What cannot be seen is escaped: some of
/// it ends a literal, and Rust refuses what turns the direction of writing.
fn quoted(language: Language, text: &str) -> String {
    let mut literal = String::from("\"");
    for it in text.chars() {
        // Writing to a String cannot fail.
        let _ = match it {
            '\\' | '"' => write!(literal, "\\{it}"),
            _ if !is_hidden(it) => write!(literal, "{it}"),
            _ if language == Language::Rust => write!(literal, "\\u{{{:x}}}", u32::from(it)),
            // All of them are within four digits.
            _ => write!(literal, "\\u{:04x}", u32::from(it)),
        };
    }
    literal.push('"');
    literal
}

/// Whether it is a control character, the end of a line, or turns the direction of writing.
fn is_hidden(it: char) -> bool {
    it.is_control()
        || matches!(it, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(it, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text as one word of a POSIX shell.
fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A text as one level of a URL's path.
fn encoded(text: &str) -> String {
    let mut path = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            let _ = write!(path, "%{byte:02X}");
        }
    }
    path
}
