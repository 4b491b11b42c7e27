//! Two brokers to compare.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use clap::Parser as _;
use mcs_server::Server;
use mcs_server::cli::{Cli, Task};
use mcs_server::config::Settings;
use serde_json::{Value, json};

use super::stage::Stage;
use crate::interop::mosquitto::Mosquitto;

/// Our server and a mosquitto.
pub(super) struct Pair {
    ours: Ours,
    mosquitto: Mosquitto,
    played: AtomicUsize,
}

/// What the clients of both brokers saw.
pub(super) struct Seen {
    ours: Vec<String>,
    mosquitto: Vec<String>,
}

impl Pair {
    pub(super) async fn start() -> Self {
        Self {
            ours: Ours::start().await,
            mosquitto: Mosquitto::start("allow_anonymous true").await,
            played: AtomicUsize::new(0),
        }
    }

    /// Plays the same steps with both, on topics of a device of their own.
    pub(super) async fn play(&self, steps: impl AsyncFn(&Stage)) -> Seen {
        let device = self.played.fetch_add(1, Ordering::Relaxed);
        assert!(device < DEVICES, "no device is left");
        let topics = format!("mcs/{}/{KEY}", id(device));
        let ours = Stage::new("ours", self.ours.server.addrs().mqtt, &topics);
        let theirs = self.mosquitto.address().parse().expect("an address");
        let mosquitto = Stage::new("mosquitto", theirs, &topics);
        tokio::join!(steps(&ours), steps(&mosquitto));
        Seen { ours: ours.seen(), mosquitto: mosquitto.seen() }
    }
}

impl Seen {
    /// Both show this, a line each.
    #[track_caller]
    pub(super) fn both(self, expected: &str) {
        self.are(expected, expected, "they do not differ");
    }

    /// They show this and that.
    #[track_caller]
    pub(super) fn differ(self, because: &str, ours: &str, mosquitto: &str) {
        assert_ne!(lines(ours), lines(mosquitto), "no difference: {because}");
        self.are(ours, mosquitto, because);
    }

    #[track_caller]
    fn are(self, ours: &str, mosquitto: &str, because: &str) {
        assert!(
            self.ours == lines(ours) && self.mosquitto == lines(mosquitto),
            "{because}\nour server: {:#?}\nmosquitto: {:#?}",
            self.ours,
            self.mosquitto
        );
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|it| !it.is_empty()).collect()
}

/// How many steps one pair can play.
const DEVICES: usize = 16;

const KEY: &str = "DFbtsNWg4AuLZ30v";

fn id(device: usize) -> String {
    format!("Dev{device:05}")
}

/// A server with devices that have channels of text.
pub(in crate::interop) struct Ours {
    server: Server,
    folder: PathBuf,
}

impl Ours {
    /// Where it speaks MQTT.
    pub(in crate::interop) fn address(&self) -> String {
        self.server.addrs().mqtt.to_string()
    }

    /// The topic of a channel, `a` to `d`, of its first device.
    pub(in crate::interop) fn topic(channel: &str) -> String {
        format!("mcs/{}/{KEY}/{channel}", id(0))
    }

    pub(in crate::interop) async fn start() -> Self {
        let folder = fresh_folder();
        let channels: Vec<_> = ["a", "b", "c", "d"]
            .into_iter()
            .map(|id| {
                json!({
                    "dataChnId": id,
                    "name": id,
                    "channelType": { "dataChnTypeId": 5, "name": "String" },
                    "format": {},
                    "isControllable": false,
                })
            })
            .collect();
        let prototype = json!({
            "prototype": { "prodName": "Texts", "version": "1.0" },
            "dataChannels": channels,
        });
        let file = folder.join("prototype.json");
        std::fs::write(&file, prototype.to_string()).expect("to write");
        let file = file.to_str().expect("UTF-8");
        let product = admin(&folder, &["prototype", "import", file]).await;
        let product = product["prodId"].as_str().expect("an id");
        for device in 0..DEVICES {
            let id = id(device);
            let add = ["device", "add", product, "--name", &id, "--id", &id, "--key", KEY];
            admin(&folder, &add).await;
        }
        let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let settings = Settings {
            http: free,
            mqtt: free,
            ws: free,
            command: free,
            data: Some(folder.clone()),
            ..Settings::default()
        };
        let config = settings.into_config().expect("settings");
        Self { server: mcs_server::start(config).await.expect("a server"), folder }
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        // What is left over is in the folder of tests.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn admin(folder: &Path, arguments: &[&str]) -> Value {
    let folder = folder.to_str().expect("UTF-8");
    let line = [&["mcs-server"], arguments, &["--data", folder]].concat();
    match Cli::try_parse_from(line).expect("a command line").run().await.expect("success") {
        Task::Print(answer) => answer,
        Task::Serve(_) => panic!("not an admin command"),
    }
}

fn fresh_folder() -> PathBuf {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    let name = format!("interop-{}-{number}", std::process::id());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
