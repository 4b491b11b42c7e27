//! A profile as it is typed in: what each field means, and what is wrong with it.

use crate::protocol::{LastWill, MqttVersion, Profile};

#[cfg(test)]
mod tests;

/// The fields of the form, as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// As the operator calls it.
    pub name: String,
    /// `wss://` instead of `ws://`.
    pub tls: bool,
    /// A name or an address; a whole URL is taken apart by [`Draft::split_host`].
    pub host: String,
    /// Digits.
    pub port: String,
    /// With or without its first `/`.
    pub path: String,
    /// May be empty.
    pub client_id: String,
    /// May be empty.
    pub username: String,
    /// Which versions to speak.
    pub version: MqttVersion,
    /// Seconds.
    pub keep_alive: String,
    /// Seconds.
    pub connect_timeout: String,
    /// Try again after a failure.
    pub reconnect: bool,
    /// Clean start, or clean session.
    pub clean_start: bool,
    /// Seconds.
    pub session_expiry: String,
    /// One `name: value` a line.
    pub user_properties: String,
    /// Empty for no will.
    pub will_topic: String,
    /// Text.
    pub will_payload: String,
    /// 0, 1 or 2.
    pub will_qos: u8,
    /// Kept by the broker.
    pub will_retain: bool,
}

/// A field that something is wrong with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// [`Draft::host`].
    Host,
    /// [`Draft::port`].
    Port,
    /// [`Draft::path`].
    Path,
    /// [`Draft::client_id`].
    ClientId,
    /// [`Draft::tls`].
    Tls,
    /// [`Draft::keep_alive`].
    KeepAlive,
    /// [`Draft::connect_timeout`].
    ConnectTimeout,
    /// [`Draft::session_expiry`].
    SessionExpiry,
    /// [`Draft::user_properties`].
    UserProperties,
    /// [`Draft::will_topic`].
    WillTopic,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It has to be there.
    Missing,
    /// Spaces, or signs that no address has.
    NotAHost,
    /// A scheme that a browser cannot speak: `mqtt://`, `tcp://`.
    NotForBrowsers,
    /// Not a number from the first to the second.
    NotANumber(u32, u32),
    /// Spaces, `#`, or letters beyond ASCII.
    NotAPath,
    /// Longer than MQTT allows, or with signs that it forbids.
    NotMqttText,
    /// This page came over https: the browser opens no `ws://` but to this machine.
    MixedContent,
    /// A line without a colon; counted from 1.
    NotAProperty(usize),
    /// Empty, or with `+` or `#`.
    NotATopic,
}

/// What a kind of broker listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its name; the same in all languages.
    pub name: &'static str,
    /// The usual port of `ws://`.
    pub ws: u16,
    /// The usual port of `wss://`.
    pub wss: u16,
    /// The path that it wants.
    pub path: &'static str,
}

/// The usual brokers, our server first.
pub const PRESETS: [Preset; 6] = [
    Preset { name: "MCS server", ws: 8083, wss: 8084, path: "/mqtt" },
    Preset { name: "EMQX", ws: 8083, wss: 8084, path: "/mqtt" },
    Preset { name: "Mosquitto", ws: 9001, wss: 9001, path: "/" },
    Preset { name: "HiveMQ", ws: 8000, wss: 8884, path: "/mqtt" },
    Preset { name: "RabbitMQ", ws: 15675, wss: 15676, path: "/ws" },
    Preset { name: "VerneMQ", ws: 9001, wss: 9002, path: "/mqtt" },
];

impl Draft {
    /// What stands in the form for a profile.
    pub fn of(profile: &Profile) -> Self {
        let properties = profile.user_properties.iter().map(|(name, value)| {
            let mut line = name.clone();
            line.push_str(": ");
            line.push_str(value);
            line
        });
        let will = profile.will.clone().unwrap_or_default();
        Self {
            name: profile.name.clone(),
            tls: profile.tls,
            host: profile.host.clone(),
            port: profile.port.to_string(),
            path: profile.path.clone(),
            client_id: profile.client_id.clone(),
            username: profile.username.clone(),
            version: profile.version,
            keep_alive: profile.keep_alive.to_string(),
            connect_timeout: profile.connect_timeout.to_string(),
            reconnect: profile.reconnect,
            clean_start: profile.clean_start,
            session_expiry: profile.session_expiry.to_string(),
            user_properties: properties.collect::<Vec<_>>().join("\n"),
            will_topic: will.topic,
            will_payload: will.payload,
            will_qos: will.qos,
            will_retain: will.retain,
        }
    }

    /// Fills port and path as a kind of broker has them.
    pub fn apply(&mut self, preset: &Preset) {
        self.port = if self.tls { preset.wss } else { preset.ws }.to_string();
        preset.path.clone_into(&mut self.path);
    }

    /// Takes a URL that was pasted as the host apart; anything else is left as it is.
    pub fn split_host(&mut self) {
        let text = self.host.trim();
        let Some((scheme, rest)) = text.split_once("://") else { return };
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => return,
        };
        let (place, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, "/"),
        };
        let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
        let (host, port) = match place.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.to_owned()),
            _ => (place, if tls { "443" } else { "80" }.to_owned()),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let path = path.to_owned();
        (self.tls, self.host, self.port, self.path) = (tls, host, port, path);
    }

    /// The profile, for a page that came over https or not.
    ///
    /// # Errors
    /// All fields that something is wrong with.
    pub fn check(&self, secure_page: bool) -> Result<Profile, Vec<(Field, Wrong)>> {
        let mut draft = self.clone();
        draft.split_host();
        let mut wrong = Vec::new();
        let host = draft.host.trim();
        let path = draft.path.trim();
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut number = |field, text: &str, least: u32, most: u32| {
            let number = text.trim().parse().ok().filter(|it| (least..=most).contains(it));
            if number.is_none() {
                wrong.push((field, Wrong::NotANumber(least, most)));
            }
            number.unwrap_or(least)
        };
        let short = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        let port = short(number(Field::Port, &draft.port, 1, 65_535));
        let keep_alive = short(number(Field::KeepAlive, &draft.keep_alive, 0, 65_535));
        let connect_timeout = short(number(Field::ConnectTimeout, &draft.connect_timeout, 1, 120));
        let session_expiry = number(Field::SessionExpiry, &draft.session_expiry, 0, u32::MAX);
        let mut must = |field, fine: bool, why| {
            if !fine {
                wrong.push((field, why));
            }
        };
        must(Field::Host, !host.is_empty(), Wrong::Missing);
        must(Field::Host, !host.contains("://"), Wrong::NotForBrowsers);
        let scheme = host.contains("://");
        must(Field::Host, scheme || host.is_empty() || is_host(host), Wrong::NotAHost);
        must(Field::Path, is_path(path), Wrong::NotAPath);
        let reachable = !secure_page || draft.tls || is_local(host);
        must(Field::Tls, reachable, Wrong::MixedContent);
        must(Field::ClientId, is_text(&draft.client_id), Wrong::NotMqttText);
        let topic = draft.will_topic.trim();
        must(Field::WillTopic, is_text(topic) && !topic.contains(['+', '#']), Wrong::NotATopic);
        let user_properties = match named_values(&draft.user_properties) {
            Ok(properties) => properties,
            Err(line) => {
                must(Field::UserProperties, false, Wrong::NotAProperty(line));
                Vec::new()
            }
        };
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Profile {
            name: draft.name.trim().to_owned(),
            tls: draft.tls,
            host: host.to_owned(),
            port,
            path: slash.to_owned() + path,
            client_id: draft.client_id.trim().to_owned(),
            username: draft.username.clone(),
            version: draft.version,
            keep_alive,
            connect_timeout,
            reconnect: draft.reconnect,
            clean_start: draft.clean_start,
            session_expiry,
            user_properties,
            will: (!topic.is_empty()).then(|| LastWill {
                topic: topic.to_owned(),
                payload: draft.will_payload.clone(),
                qos: draft.will_qos.min(2),
                retain: draft.will_retain,
            }),
        })
    }
}

impl Profile {
    /// What a browser opens.
    pub fn url(&self) -> String {
        let scheme = if self.tls { "wss" } else { "ws" };
        format!("{scheme}://{}{}", self.place(), self.path)
    }

    /// Host and port, as they stand in a URL.
    pub fn place(&self) -> String {
        let Self { host, port, .. } = self;
        if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
    }

    /// The name, or else host and port.
    pub fn title(&self) -> String {
        if self.name.is_empty() { self.place() } else { self.name.clone() }
    }
}

/// Whether a browser counts this host as the machine that it runs on.
pub(crate) fn is_local(host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "::1"
}

fn is_host(host: &str) -> bool {
    host.len() <= 253
        && !host.chars().any(|it| {
            it.is_whitespace() || it.is_control() || r#"/\?#@[]<>"^`{|}"#.contains(it)
        })
        // A colon is part of an IPv6 address, and of nothing else.
        && (!host.contains(':') || host.parse::<core::net::Ipv6Addr>().is_ok())
}

fn is_path(path: &str) -> bool {
    path.len() <= 2_000 && path.bytes().all(|it| it.is_ascii_graphic() && it != b'#')
}

fn is_text(text: &str) -> bool {
    text.len() <= usize::from(u16::MAX) && !text.chars().any(char::is_control)
}

/// The pairs of `name: value` lines, or the number of the line that is none, from 1.
pub(crate) fn named_values(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut pairs = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let pair = line.split_once(':').map(|(name, value)| (name.trim(), value.trim()));
        match pair.filter(|(name, value)| !name.is_empty() && is_text(name) && is_text(value)) {
            Some((name, value)) => pairs.push((name.to_owned(), value.to_owned())),
            None => return Err(index + 1),
        }
    }
    Ok(pairs)
}
