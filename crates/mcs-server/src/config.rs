//! What can be set, and where it comes from: file, then `MCS_*` variables, then flags.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use mcs_fota::TrustedKey;
use mcs_model::ProductId;
use mcs_model::upload::Rules;
use serde::Deserialize;

use crate::retention::KeepRule;

pub use crate::accept::Room;
pub use crate::bus::{Budget, Overflow};
pub use crate::firmware::Bucket;

/// A server's settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// Console, REST and `/mqtt`.
    pub http: SocketAddr,
    /// Console, REST and `/mqtt` over TLS.
    pub https: Option<SocketAddr>,
    /// MQTT over TCP.
    pub mqtt: SocketAddr,
    /// MQTT over TLS.
    pub mqtts: Option<SocketAddr>,
    /// MQTT over WebSocket.
    pub ws: SocketAddr,
    /// MQTT over WebSocket over TLS.
    pub wss: Option<SocketAddr>,
    /// Command Server.
    pub command: SocketAddr,
    /// Command Server over TLS.
    pub command_tls: Option<SocketAddr>,
    /// Certificate chain and key, PEM.
    pub tls: Option<TlsFiles>,
    /// What get-connection answers, when it is not the listener's address (CONTRACT §3.1).
    pub command_public: Option<SocketAddr>,
    /// Base of firmware addresses, without a slash at the end, when it is not the HTTP listener.
    pub public_url: Option<String>,
    /// The protocol of the Command Server: its times, and what ends its messages.
    pub command_protocol: mcs_command::server::Config,
    /// Where everything is kept.
    pub data: PathBuf,
    /// Console files to serve instead of those in the binary.
    pub console: Option<PathBuf>,
    /// Seed a demo and run two simulated devices.
    pub demo: bool,
    /// Connections of each listener: of the broker's listeners together, of each other one.
    pub room: Room,
    /// Messages a second that one MQTT client may send before it is slowed.
    pub mqtt_rate: Option<NonZeroU32>,
    /// What may wait for an MQTT client which is away.
    pub mqtt_queue: Budget,
    /// REST calls a second, in the long run, of one device or user; 0 is no limit.
    pub max_device_requests: u32,
    /// Most data points of a REST upload (CONTRACT §4.3).
    pub max_upload_points: usize,
    /// Take timestamps of 9 to 11 digits as seconds (CONTRACT §9.3 rule 3).
    pub timestamp_seconds: bool,
    /// Most bytes of a firmware file.
    pub max_firmware: u64,
    /// Where firmware files are kept, if not in the data folder.
    pub firmware_store: Option<Bucket>,
    /// Whose signatures of firmware are believed.
    pub firmware_keys: Vec<TrustedKey>,
    /// Take and push no firmware that none of them vouches for.
    pub require_signed_firmware: bool,
    /// The same for these prototypes only.
    pub require_signed_firmware_for: BTreeSet<ProductId>,
    /// How long points are kept; all and for ever where no rule holds.
    pub keep: Vec<KeepRule>,
    /// This program, which is also what runs the code of functions in processes of their own.
    pub program: PathBuf,
}

impl Config {
    /// What an upload by REST may hold.
    pub(crate) fn upload_rules(&self) -> Rules {
        Rules { max_points: self.max_upload_points, seconds: self.timestamp_seconds }
    }
}

/// Where certificate and key are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// The settings as a file, the environment or the command line gives them: each may be absent.
#[derive(Args, Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Console, REST and /mqtt [default: 127.0.0.1:8080]
    #[arg(long, env = "MCS_HTTP", value_name = "ADDR")]
    pub http: Option<SocketAddr>,
    /// Console, REST and /mqtt over TLS; needs a certificate
    #[arg(long, env = "MCS_HTTPS", value_name = "ADDR")]
    pub https: Option<SocketAddr>,
    /// MQTT [default: 127.0.0.1:1883]
    #[arg(long, env = "MCS_MQTT", value_name = "ADDR")]
    pub mqtt: Option<SocketAddr>,
    /// MQTT over TLS; needs a certificate
    #[arg(long, env = "MCS_MQTTS", value_name = "ADDR")]
    pub mqtts: Option<SocketAddr>,
    /// MQTT over WebSocket, path /mqtt or / [default: 127.0.0.1:8083]
    #[arg(long, env = "MCS_WS", value_name = "ADDR")]
    pub ws: Option<SocketAddr>,
    /// MQTT over WebSocket over TLS; needs a certificate
    #[arg(long, env = "MCS_WSS", value_name = "ADDR")]
    pub wss: Option<SocketAddr>,
    /// Command Server [default: 127.0.0.1:4430]
    #[arg(long, env = "MCS_COMMAND", value_name = "ADDR")]
    pub command: Option<SocketAddr>,
    /// Command Server over TLS, beside the plain one; needs a certificate
    #[arg(long, env = "MCS_COMMAND_TLS", value_name = "ADDR")]
    pub command_tls: Option<SocketAddr>,
    /// Certificate chain, PEM
    #[arg(long, env = "MCS_TLS_CERT", value_name = "FILE", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key, PEM
    #[arg(long, env = "MCS_TLS_KEY", value_name = "FILE", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Address that get-connection answers [default: the Command Server's listener; when that is 0.0.0.0,
    /// the address by which the device found this machine]
    #[arg(long, env = "MCS_COMMAND_PUBLIC", value_name = "IP:PORT")]
    pub command_public: Option<SocketAddr>,
    /// Base of firmware addresses [default: http:// and the HTTP listener]
    #[arg(long, env = "MCS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// What the Command Server sends behind each message; programs for MCS expect nothing [default: none]
    #[arg(long, env = "MCS_COMMAND_TERMINATOR", value_name = "KIND")]
    pub command_terminator: Option<Terminator>,
    /// Where everything is kept [default: ./data]
    #[arg(long, env = "MCS_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Console files to serve instead of those in the binary
    #[arg(long, env = "MCS_CONSOLE", value_name = "DIR")]
    pub console: Option<PathBuf>,
    /// Seed a prototype, two simulated devices and the user demo with the password demo
    #[arg(long, env = "MCS_DEMO", num_args = 0..=1, default_missing_value = "true")]
    pub demo: Option<bool>,
    /// Most connections of each listener [default: 20000]
    #[arg(long, env = "MCS_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<usize>,
    /// Most connections of one peer address to each listener, 0 for no limit; loopback, where a proxy
    /// is, does not count [default: 1000]
    #[arg(long, env = "MCS_MAX_PER_ADDRESS", value_name = "N")]
    pub max_per_address: Option<usize>,
    /// Messages a second from one MQTT client before it is slowed, 0 for no limit [default: 200]
    #[arg(long, env = "MCS_MQTT_RATE", value_name = "N")]
    pub mqtt_rate: Option<u32>,
    /// Most messages that wait for an MQTT client which is away, or slow [default: 10000]
    #[arg(long, env = "MCS_MQTT_QUEUE", value_name = "N")]
    pub mqtt_queue: Option<usize>,
    /// Most bytes of them [default: 16777216]
    #[arg(long, env = "MCS_MQTT_QUEUE_BYTES", value_name = "BYTES")]
    pub mqtt_queue_bytes: Option<usize>,
    /// What goes when there are more [default: drop-oldest]
    #[arg(long, env = "MCS_MQTT_QUEUE_FULL", value_name = "WHAT")]
    pub mqtt_queue_full: Option<Overflow>,
    /// REST calls a second, in the long run, of one device or user; 0 is no limit [default: 100]
    #[arg(long, env = "MCS_MAX_DEVICE_REQUESTS", value_name = "N")]
    pub max_device_requests: Option<u32>,
    /// Most data points of a REST upload; what stands behind them is refused [default: 5]
    #[arg(long, env = "MCS_MAX_UPLOAD_POINTS", value_name = "N")]
    pub max_upload_points: Option<usize>,
    /// Take timestamps of 9 to 11 digits as seconds instead of refusing them
    #[arg(long, env = "MCS_TIMESTAMP_SECONDS", num_args = 0..=1, default_missing_value = "true")]
    pub timestamp_seconds: Option<bool>,
    /// Most bytes of a firmware file [default: 4294967296]
    #[arg(long, env = "MCS_MAX_FIRMWARE", value_name = "BYTES")]
    pub max_firmware: Option<u64>,
    /// Where firmware files are kept: s3://BUCKET/PREFIX, with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    /// AWS_REGION and AWS_ENDPOINT_URL in the environment [default: the data folder]
    #[arg(long, env = "MCS_FIRMWARE_STORE", value_name = "URL")]
    pub firmware_store: Option<String>,
    /// A minisign public key whose signatures of firmware are believed: its base64 line, or a .pub file;
    /// several times for several keys, in the variable with commas between them
    #[arg(long, env = "MCS_FIRMWARE_KEY", value_name = "KEY", value_delimiter = ',')]
    pub firmware_key: Vec<String>,
    /// Take and push no firmware that none of these keys vouches for
    #[arg(long, env = "MCS_REQUIRE_SIGNED_FIRMWARE", num_args = 0..=1, default_missing_value = "true")]
    pub require_signed_firmware: Option<bool>,
    /// The same for one prototype only; several times for several prototypes, in the variable with commas
    #[arg(
        long,
        env = "MCS_REQUIRE_SIGNED_FIRMWARE_FOR",
        value_name = "PRODID",
        value_delimiter = ','
    )]
    pub require_signed_firmware_for: Vec<String>,
    /// Days after which a point goes, unless it is its channel's newest [default: never]
    #[arg(long, env = "MCS_KEEP_DAYS", value_name = "N")]
    pub keep_days: Option<NonZeroU32>,
    /// Most points of each channel; older ones go [default: no limit]
    #[arg(long, env = "MCS_KEEP_POINTS", value_name = "N")]
    pub keep_points: Option<NonZeroU64>,
    /// Finer rules, in the file only: `[[keep]]` tables with prototype, channel, days, points
    #[arg(skip)]
    pub keep: Vec<KeepRule>,
}

/// What ends a message of the Command Server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Terminator {
    /// Nothing, as with MCS.
    #[default]
    None,
    /// A line feed.
    Lf,
    /// A carriage return and a line feed.
    Crlf,
}

impl Terminator {
    fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Lf => "\n",
            Self::Crlf => "\r\n",
        }
    }
}

impl Settings {
    /// Reads a TOML file.
    pub fn from_file(file: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(file)
            .with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is no configuration", file.display()))
    }

    /// What is set here, and from `other` what is not.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            http: self.http.or(other.http),
            https: self.https.or(other.https),
            mqtt: self.mqtt.or(other.mqtt),
            mqtts: self.mqtts.or(other.mqtts),
            ws: self.ws.or(other.ws),
            wss: self.wss.or(other.wss),
            command: self.command.or(other.command),
            command_tls: self.command_tls.or(other.command_tls),
            tls_cert: self.tls_cert.or(other.tls_cert),
            tls_key: self.tls_key.or(other.tls_key),
            command_public: self.command_public.or(other.command_public),
            public_url: self.public_url.or(other.public_url),
            command_terminator: self.command_terminator.or(other.command_terminator),
            data: self.data.or(other.data),
            console: self.console.or(other.console),
            demo: self.demo.or(other.demo),
            max_connections: self.max_connections.or(other.max_connections),
            max_per_address: self.max_per_address.or(other.max_per_address),
            mqtt_rate: self.mqtt_rate.or(other.mqtt_rate),
            mqtt_queue: self.mqtt_queue.or(other.mqtt_queue),
            mqtt_queue_bytes: self.mqtt_queue_bytes.or(other.mqtt_queue_bytes),
            mqtt_queue_full: self.mqtt_queue_full.or(other.mqtt_queue_full),
            max_device_requests: self.max_device_requests.or(other.max_device_requests),
            max_upload_points: self.max_upload_points.or(other.max_upload_points),
            timestamp_seconds: self.timestamp_seconds.or(other.timestamp_seconds),
            max_firmware: self.max_firmware.or(other.max_firmware),
            firmware_store: self.firmware_store.or(other.firmware_store),
            firmware_key: if self.firmware_key.is_empty() {
                other.firmware_key
            } else {
                self.firmware_key
            },
            require_signed_firmware: self.require_signed_firmware.or(other.require_signed_firmware),
            require_signed_firmware_for: if self.require_signed_firmware_for.is_empty() {
                other.require_signed_firmware_for
            } else {
                self.require_signed_firmware_for
            },
            keep_days: self.keep_days.or(other.keep_days),
            keep_points: self.keep_points.or(other.keep_points),
            keep: if self.keep.is_empty() { other.keep } else { self.keep },
        }
    }

    /// Puts the defaults where nothing is set, and checks what belongs together.
    pub fn into_config(self) -> Result<Config> {
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            _ => anyhow::bail!("tls-cert and tls-key belong together"),
        };
        let secure = [self.mqtts, self.wss, self.https, self.command_tls];
        anyhow::ensure!(
            tls.is_some() || secure.iter().all(Option::is_none),
            "mqtts, wss, https and command-tls need tls-cert and tls-key"
        );
        let public_url = self.public_url.map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &public_url {
            anyhow::ensure!(
                url.starts_with("http://") || url.starts_with("https://"),
                "public-url begins with http:// or https://"
            );
            anyhow::ensure!(!url.contains([',', ' ']), "public-url holds a comma or a space");
        }
        let mut keep = self.keep;
        if self.keep_days.is_some() || self.keep_points.is_some() {
            let (days, points) = (self.keep_days, self.keep_points);
            keep.push(KeepRule { days, points, ..KeepRule::default() });
        }
        let max_upload_points = self.max_upload_points.unwrap_or(Rules::default().max_points);
        anyhow::ensure!(
            (1..=10_000).contains(&max_upload_points),
            "max-upload-points is 1 to 10000"
        );
        let firmware_keys = self.firmware_key.iter().map(|it| firmware_key(it));
        let firmware_keys = firmware_keys.collect::<Result<Vec<_>>>()?;
        let require_signed_firmware = self.require_signed_firmware.unwrap_or(false);
        let signed_for = self.require_signed_firmware_for.iter().map(|it| {
            it.parse().with_context(|| format!("require-signed-firmware-for {it}: it is no id"))
        });
        let require_signed_firmware_for = signed_for.collect::<Result<BTreeSet<ProductId>>>()?;
        let requires = require_signed_firmware || !require_signed_firmware_for.is_empty();
        anyhow::ensure!(
            !(requires && firmware_keys.is_empty()),
            "require-signed-firmware needs a firmware-key: without one nothing could be uploaded"
        );
        Ok(Config {
            http: self.http.unwrap_or_else(|| local(8080)),
            https: self.https,
            mqtt: self.mqtt.unwrap_or_else(|| local(1883)),
            mqtts: self.mqtts,
            ws: self.ws.unwrap_or_else(|| local(8083)),
            wss: self.wss,
            command: self.command.unwrap_or_else(|| local(4430)),
            command_tls: self.command_tls,
            tls,
            command_public: self.command_public,
            public_url,
            command_protocol: mcs_command::server::Config {
                terminator: self.command_terminator.unwrap_or_default().text(),
                ..mcs_command::server::Config::default()
            },
            data: self.data.unwrap_or_else(|| PathBuf::from("data")),
            console: self.console,
            demo: self.demo.unwrap_or(false),
            room: Room {
                connections: self.max_connections.unwrap_or(20_000),
                per_address: self.max_per_address.unwrap_or(1_000),
            },
            mqtt_rate: NonZeroU32::new(self.mqtt_rate.unwrap_or(200)),
            mqtt_queue: Budget {
                messages: self.mqtt_queue.unwrap_or(Budget::DEFAULT.messages),
                bytes: self.mqtt_queue_bytes.unwrap_or(Budget::DEFAULT.bytes),
                full: self.mqtt_queue_full.unwrap_or(Budget::DEFAULT.full),
            },
            max_device_requests: self.max_device_requests.unwrap_or(100),
            max_upload_points,
            timestamp_seconds: self.timestamp_seconds.unwrap_or(false),
            max_firmware: self.max_firmware.unwrap_or(4 << 30),
            firmware_store: self.firmware_store.map(|it| it.parse()).transpose()?,
            firmware_keys,
            require_signed_firmware,
            require_signed_firmware_for,
            keep,
            program: program()?,
        })
    }
}

/// Where this program is found, also after a newer one took its place, if the system can tell.
fn program() -> Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe().context("no program") }
}

/// From a base64 line, or the file of that name.
fn firmware_key(text: &str) -> Result<TrustedKey> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    let file = std::fs::read_to_string(text).with_context(|| {
        format!("firmware-key {text} is no public key of minisign, and no file")
    })?;
    file.parse().map_err(|error| anyhow::anyhow!("firmware-key {text}: {error}"))
}
