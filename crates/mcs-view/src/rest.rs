//! REST calls on their way, and how they are written (ARCHITECTURE: the `/api` surface).

use mcs_model::api::PointTime;
use mcs_model::{ChannelId, DeviceId, FirmwareId, ProductId, api};
use mcs_sorted::Map;
use serde::Serialize;

use crate::io::{FetchId, Fetched, Method, Output};
use crate::protocol::Failure;

#[cfg(test)]
mod tests;

/// What every call carries: a form on another site cannot set it.
pub(crate) const HEADERS: &[(&str, &str)] = &[("X-Requested-With", "mcs-console")];

/// What an answer is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// Is there a server, and who is signed in?
    Probe,
    /// A fresh ticket for the broker.
    Ticket,
    /// Who is signed in, and what may they do now?
    Identity,
    Login,
    Logout {
        everywhere: bool,
    },
    /// The key of a device.
    Credentials(DeviceId),
    /// The device list, asked for while every change was heard of or not.
    Devices {
        listening: bool,
    },
    /// Points of a channel within a span, or buckets of them.
    Series {
        device: DeviceId,
        channel: ChannelId,
        time: PointTime,
        span: Span,
        /// Where the question ends when the span does not.
        end: u64,
    },
    /// Points of a channel for a file.
    Export {
        device: DeviceId,
        channel: ChannelId,
        time: PointTime,
        span: Span,
    },
    /// The newest point of a channel before a time.
    Before {
        device: DeviceId,
        channel: ChannelId,
        time: PointTime,
        before: u64,
    },
    /// The newest points of a channel, so many.
    Recall {
        device: DeviceId,
        channel: ChannelId,
        limit: usize,
    },
    /// The newest runs of a function.
    Runs {
        device: DeviceId,
        channel: ChannelId,
    },
    Firmwares(ProductId),
    FirmwarePolicy,
    Sending(SendingCall),
    /// Say something else of a firmware.
    DescribeFirmware(FirmwareId),
    /// Remove a firmware.
    RemoveFirmware(FirmwareId),
    /// A rollout to all devices at once.
    Push,
    Prototypes(PrototypesCall),
    Rollouts(RolloutsCall),
    /// Change the own password.
    Password,
    /// Where the user is signed in.
    Sessions,
    /// End one of these.
    EndSession(String),
    /// Who has an account.
    People,
    /// Do something to an account: how, and where.
    Act(Method, String),
}

/// What an answer about an upload of a firmware is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SendingCall {
    /// Begin the upload with this number.
    Begin(ProductId, u64),
    /// How far is it?
    Ask(String),
    /// How far is what another page began?
    Look(String),
    GiveUp(String),
}

impl SendingCall {
    fn line(&self) -> (Method, String) {
        match self {
            Self::Begin(prototype, _) => {
                (Method::Post, format!("/api/prototypes/{prototype}/uploads"))
            }
            Self::Ask(id) | Self::Look(id) => (Method::Get, upload_path(id)),
            Self::GiveUp(id) => (Method::Delete, upload_path(id)),
        }
    }
}

/// What an answer about prototypes is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PrototypesCall {
    List,
    Open(ProductId),
    Create,
    Import,
    Save(ProductId),
    Clone(ProductId),
    Remove(ProductId),
    Export(ProductId),
    /// Devices of one.
    Make,
    EditDevice(DeviceId),
    RemoveDevice {
        device: DeviceId,
        history: bool,
    },
    NewKey(DeviceId),
    /// Run the code of a function.
    Try,
}

impl PrototypesCall {
    fn line(&self) -> (Method, String) {
        let all = "/api/prototypes";
        match self {
            Self::List => (Method::Get, all.to_owned()),
            Self::Create => (Method::Post, all.to_owned()),
            Self::Import => (Method::Post, format!("{all}/import")),
            Self::Open(id) => (Method::Get, format!("{all}/{id}")),
            Self::Save(id) => (Method::Put, format!("{all}/{id}")),
            Self::Remove(id) => (Method::Delete, format!("{all}/{id}")),
            Self::Clone(id) => (Method::Post, format!("{all}/{id}/clone")),
            Self::Export(id) => (Method::Get, format!("{all}/{id}/export")),
            Self::Make => (Method::Post, "/api/devices".to_owned()),
            Self::EditDevice(id) => (Method::Put, format!("/api/devices/{id}")),
            Self::RemoveDevice { device, history } => {
                let fate = if *history { "remove" } else { "keep" };
                (Method::Delete, format!("/api/devices/{device}?history={fate}"))
            }
            Self::Try => (Method::Post, "/api/functions/try".to_owned()),
            Self::NewKey(id) => (Method::Post, format!("/api/devices/{id}/key")),
        }
    }
}

/// What an answer about rollouts is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RolloutsCall {
    /// Those that were made before this one; `None` is the newest.
    List(Option<String>),
    Open(String),
    /// The lines behind so many.
    Audit(String, usize),
    Preview,
    Make,
    Act(String),
}

impl RolloutsCall {
    fn line(&self) -> (Method, String) {
        let all = "/api/rollouts";
        match self {
            Self::List(None) => (Method::Get, all.to_owned()),
            Self::List(Some(id)) => (Method::Get, format!("{all}?before={}", escape(id))),
            Self::Open(id) => (Method::Get, format!("{all}/{}", escape(id))),
            Self::Audit(id, 0) => (Method::Get, format!("{all}/{}/audit", escape(id))),
            Self::Audit(id, from) => {
                (Method::Get, format!("{all}/{}/audit?from={from}", escape(id)))
            }
            Self::Preview => (Method::Post, format!("{all}/preview")),
            Self::Make => (Method::Post, all.to_owned()),
            Self::Act(id) => (Method::Post, format!("{all}/{}/act", escape(id))),
        }
    }
}

/// From a millisecond to a later one, both included; `u64::MAX` stands for *and everything after*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: u64,
    pub(crate) until: u64,
}

/// Calls that were not answered yet.
#[derive(Debug, Default)]
pub(crate) struct Rest {
    last_id: u64,
    open: Map<FetchId, Call>,
}

/// The most points or buckets in one answer that the console asks for: the most there can be.
const BUCKETS: usize = 2000;

impl Rest {
    /// Starts a call without a body.
    pub(crate) fn call(&mut self, call: Call) -> Output {
        let (method, path) = match &call {
            Call::Probe | Call::Ticket | Call::Identity => (Method::Get, "/api/session".to_owned()),
            Call::Login => (Method::Post, "/api/login".to_owned()),
            Call::Logout { everywhere: false } => (Method::Post, "/api/logout".to_owned()),
            Call::Logout { everywhere: true } => {
                (Method::Post, "/api/logout?everywhere=true".to_owned())
            }
            Call::Credentials(device) => {
                (Method::Get, format!("/api/devices/{device}/credentials"))
            }
            Call::Devices { .. } => (Method::Get, "/api/devices".to_owned()),
            Call::Series { device, channel, time: PointTime::Arrival, span, .. }
                if span.until == u64::MAX =>
            {
                let query = format!("start={}&buckets={BUCKETS}&time=arrival", span.from);
                (Method::Get, channel_path(device, channel, "series", &query))
            }
            Call::Series { device, channel, time, span, end } => {
                let (end, by) = (span.until.min(*end).max(span.from), by(*time));
                let query = format!("start={}&end={end}&buckets={BUCKETS}{by}", span.from);
                (Method::Get, channel_path(device, channel, "series", &query))
            }
            Call::Export { device, channel, time, span: Span { from, until } } => {
                let by = by(*time);
                let query = format!("start={from}&end={until}&buckets={BUCKETS}{by}");
                (Method::Get, channel_path(device, channel, "series", &query))
            }
            Call::Before { device, channel, time, before } => {
                let query = format!("end={}&limit=1{}", before.saturating_sub(1), by(*time));
                (Method::Get, channel_path(device, channel, "points", &query))
            }
            Call::Recall { device, channel, limit } => {
                let channel = escape(channel.as_str());
                let path = format!(
                    "/api/devices/{device}/channels/{channel}/points?start=0&limit={limit}"
                );
                (Method::Get, path)
            }
            Call::Runs { device, channel } => {
                (Method::Get, channel_path(device, channel, "runs", "limit=20"))
            }
            Call::Firmwares(prototype) => {
                (Method::Get, format!("/api/prototypes/{prototype}/firmwares"))
            }
            Call::DescribeFirmware(id) => (Method::Put, format!("/api/firmwares/{id}")),
            Call::RemoveFirmware(id) => (Method::Delete, format!("/api/firmwares/{id}")),
            Call::FirmwarePolicy => (Method::Get, "/api/firmware-policy".to_owned()),
            Call::Sending(call) => call.line(),
            Call::Prototypes(call) => call.line(),
            Call::Rollouts(call) => call.line(),
            Call::Password => (Method::Post, "/api/account/password".to_owned()),
            Call::Sessions => (Method::Get, "/api/account/sessions".to_owned()),
            Call::EndSession(id) => {
                (Method::Delete, format!("/api/account/sessions/{}", escape(id)))
            }
            Call::People => (Method::Get, "/api/users".to_owned()),
            Call::Act(method, path) => (*method, path.clone()),
            Call::Push => (Method::Post, "/api/rollouts".to_owned()),
        };
        self.last_id += 1;
        let id = FetchId(self.last_id);
        self.open.insert(id, call);
        Output::Fetch { id, method, path, headers: HEADERS.to_vec(), body: Vec::new() }
    }

    /// Starts a call with a JSON body.
    pub(crate) fn call_with<T: Serialize>(&mut self, call: Call, json: &T) -> Output {
        let mut output = self.call(call);
        if let Output::Fetch { headers, body, .. } = &mut output {
            headers.push(("Content-Type", "application/json"));
            *body = api::to_json(json);
        }
        output
    }

    /// What an answer is for; `None` when nobody waits for it any more.
    pub(crate) fn answered(&mut self, id: FetchId) -> Option<Call> {
        self.open.remove(&id)
    }

    /// Whether such a call is on its way.
    pub(crate) fn awaits(&self, wanted: impl Fn(&Call) -> bool) -> bool {
        self.open.values().any(wanted)
    }

    /// Answers to these calls are of no use any more.
    pub(crate) fn forget(&mut self, unwanted: impl Fn(&Call) -> bool) {
        self.open.retain(|_, call| !unwanted(call));
    }
}

/// An upload of a firmware.
pub(crate) fn upload_path(id: &str) -> String {
    format!("/api/uploads/{}", escape(id))
}

/// Why a call failed.
pub(crate) fn failure(fetched: &Fetched) -> Failure {
    match fetched {
        Fetched::Answer { status, body } => Failure::Refused(error_text(*status, body)),
        Fetched::Unreachable => Failure::Unreachable,
    }
}

/// What the server says in an error, or else the bare status.
pub(crate) fn error_text(status: u16, body: &[u8]) -> String {
    match api::from_json::<api::ApiError>(body) {
        Ok(error) => error.message,
        Err(_) => format!("the server answered with status {status}"),
    }
}

fn by(time: PointTime) -> &'static str {
    match time {
        PointTime::Device => "",
        PointTime::Arrival => "&time=arrival",
    }
}

fn channel_path(device: &DeviceId, channel: &ChannelId, what: &str, query: &str) -> String {
    let channel = escape(channel.as_str());
    format!("/api/devices/{device}/channels/{channel}/{what}?{query}")
}

/// Percent-encodes all but the unreserved characters of RFC 3986.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
