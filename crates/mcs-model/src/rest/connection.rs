//! Where the Command Server is (CONTRACT §3.1).

use core::str::FromStr;

use serde_json::{Value, json};

use super::success;

/// The answer of get connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandAddress {
    /// An IPv4 literal: the official C library cannot resolve names.
    pub ip: String,
    /// The port; the official C library dials 443 whatever stands here.
    pub port: u16,
}

impl CommandAddress {
    /// The JSON body.
    pub fn to_json(&self) -> Value {
        success(json!({ "ip": self.ip, "port": self.port }))
    }

    /// The CSV body, `ip,port`: one comma, no line end.
    pub fn to_csv(&self) -> String {
        format!("{},{}", self.ip, self.port)
    }
}

/// From the CSV body; the error says what is wrong with it.
impl FromStr for CommandAddress {
    type Err = &'static str;

    fn from_str(body: &str) -> Result<Self, Self::Err> {
        let (ip, port) = body.trim().split_once(',').ok_or("it has not the form ip,port")?;
        let port = port.trim().parse().map_err(|_| "the port is no number up to 65535")?;
        let ip = ip.trim();
        if ip.is_empty() { Err("the ip is empty") } else { Ok(Self { ip: ip.to_owned(), port }) }
    }
}
