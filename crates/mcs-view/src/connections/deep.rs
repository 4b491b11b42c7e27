//! Links that fill the form, and never act by themselves.

use super::Draft;
use crate::protocol::{MqttVersion, Profile};

#[cfg(test)]
mod tests;

/// What is longer in a link is cut: nobody reads it in a form.
const LONGEST_IN_LINK: usize = 500;

/// Words of an address that stand for secrets: nothing of them is taken.
pub const SECRETS: [&str; 4] = ["password", "pass", "token", "passphrase"];

impl Draft {
    /// The form that a link fills; `None` when it names no broker. Understood are `url`, `client`,
    /// `user`, `name` and `v`, and as other clients write it `host`, `port`, `path`, `ssl`,
    /// `username` and `clientId`. A secret in a link is never taken.
    pub fn of_link<'a>(value: impl Fn(&str) -> Option<&'a str>) -> Option<Self> {
        let first = |names: &[&str]| {
            let text = names.iter().find_map(|name| value(name)).unwrap_or_default();
            text.chars().filter(|it| !it.is_control()).take(LONGEST_IN_LINK).collect::<String>()
        };
        let host = first(&["url", "host"]);
        if host.is_empty() {
            return None;
        }
        let mut draft = Self::of(&Profile::default());
        draft.tls = matches!(value("ssl"), Some("1" | "true" | ""));
        draft.host = host;
        for (names, field) in [
            (["port", "port"], &mut draft.port),
            (["path", "path"], &mut draft.path),
            (["user", "username"], &mut draft.username),
            (["client", "clientId"], &mut draft.client_id),
            (["name", "name"], &mut draft.name),
        ] {
            let text = first(&names);
            if !text.is_empty() {
                *field = text;
            }
        }
        draft.version = match value("v") {
            Some("5" | "5.0") => MqttVersion::V5,
            Some("3" | "4" | "3.1.1") => MqttVersion::V311,
            _ => MqttVersion::Auto,
        };
        draft.split_host();
        Some(draft)
    }
}

impl Profile {
    /// The parameters of a link that fills the form with this profile, without anything secret.
    pub fn link(&self) -> Vec<(&'static str, String)> {
        let version = match self.version {
            MqttVersion::Auto => "",
            MqttVersion::V5 => "5",
            MqttVersion::V311 => "3.1.1",
        };
        let pairs = [
            ("url", self.url()),
            ("name", self.name.clone()),
            ("user", self.username.clone()),
            ("client", self.client_id.clone()),
            ("v", version.to_owned()),
        ];
        pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}
