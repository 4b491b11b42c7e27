//! What is measured: our server and its peers, each a process of its own on the loopback interface.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::Options;
use crate::load::http::Http;
use crate::load::mqtt::Client;
use crate::load::wire::Address;
use crate::process::{Process, free_ports, listening};

/// A registered device.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    /// Its id: 8 characters, as on MCS.
    pub(crate) id: String,
    /// Its key: 16 characters.
    pub(crate) key: String,
}

impl Device {
    /// The device with a number.
    pub(crate) fn new(number: usize) -> Self {
        Self { id: format!("D{number:07}"), key: format!("k{number:015}") }
    }

    /// `mcs/:id/:key` and `rest`.
    pub(crate) fn topic(&self, rest: &str) -> String {
        format!("mcs/{}/{}{rest}", self.id, self.key)
    }

    /// Its key as a header.
    pub(crate) fn header(&self) -> String {
        format!("deviceKey: {}", self.key)
    }
}

/// A broker, ours or another.
pub(crate) struct Subject {
    /// What it is called in the tables.
    pub(crate) name: &'static str,
    /// Its process.
    pub(crate) process: Process,
    /// MQTT.
    pub(crate) mqtt: SocketAddr,
    /// MQTT over WebSocket; [`None`] when it has none.
    pub(crate) websocket: Option<SocketAddr>,
    /// Name and password of somebody who may read everything; [`None`] when anybody may.
    login: Option<(String, String)>,
}

impl Subject {
    /// A client that may read and write everything.
    pub(crate) async fn operator(&self, address: Address) -> Result<Client> {
        let login = self.login.as_ref().map(|(name, ticket)| (name.as_str(), ticket.as_str()));
        Client::connect(address, "operator", login).await
    }

    /// A client of a device.
    pub(crate) async fn device(&self, device: &Device) -> Result<Client> {
        Client::connect(Address::Tcp(self.mqtt), &device.id, None).await
    }
}

/// `mcs-server` on a data folder of its own, with devices.
pub(crate) struct Ours {
    /// Its broker.
    pub(crate) broker: Subject,
    /// REST.
    pub(crate) http: SocketAddr,
    /// Command Server.
    pub(crate) command: SocketAddr,
    /// `Authorization` of an administrator.
    pub(crate) authorization: String,
    /// Where it keeps everything.
    pub(crate) data: PathBuf,
}

impl Ours {
    /// Fills a fresh data folder by admin commands, and starts.
    pub(crate) async fn start(options: &Options, name: &str, devices: usize) -> Result<Self> {
        let folder = options.folder(name)?;
        let data = folder.join("data");
        populate(options, &folder, &data, devices).await?;
        let mut command = Command::new(&options.server);
        command.arg("serve").arg("--data").arg(&data);
        // As many messages and requests as come: the limits are made for boards, not for a bench.
        command.args(["--mqtt-rate", "0", "--max-device-requests", "0"]);
        // A subscriber that reads everything may fall behind, as far as at the peers.
        command.args(["--mqtt-queue", "1000000", "--mqtt-queue-bytes", "1073741824"]);
        if options.chromium.is_some() {
            command.arg("--console").arg(&options.console);
        }
        for listener in ["--http", "--mqtt", "--ws", "--command"] {
            command.args([listener, "127.0.0.1:0"]);
        }
        let mut process = Process::start(&mut command, &folder.join("server.log"))?;
        let ready: Value = serde_json::from_str(&process.line().await?)?;
        let address = |listener: &str| -> Result<SocketAddr> {
            let text = ready[listener].as_str().with_context(|| format!("no {listener}"))?;
            Ok(text.parse()?)
        };
        let http = address("http")?;
        let body = json!({ "name": USER, "password": PASSWORD }).to_string();
        let mut login = Http::connect(http).await?;
        let session = login.request("POST", "/api/login", JSON, &body).await?;
        let session: Value = serde_json::from_slice(session)?;
        let member = |name: &str| session[name].as_str().context("no such member of a session");
        let broker = Subject {
            name: "mcs-server",
            process,
            mqtt: address("mqtt")?,
            websocket: Some(http),
            login: Some((USER.to_owned(), member("mqttTicket")?.to_owned())),
        };
        let authorization = format!("Authorization: Bearer {}", member("token")?);
        Ok(Self { broker, http, command: address("command")?, authorization, data })
    }

    /// How many points it has accepted.
    pub(crate) async fn points(&self) -> Result<u64> {
        let mut http = Http::connect(self.http).await?;
        let metrics = str::from_utf8(http.request("GET", "/metrics", JSON, "").await?)?;
        let line = metrics.lines().find_map(|it| it.strip_prefix("mcs_points_total "));
        Ok(line.context("there is no such counter")?.parse()?)
    }

    /// Bytes of the database, its log included.
    pub(crate) fn database(&self) -> Result<u64> {
        let mut sum = 0;
        for entry in fs::read_dir(&self.data)? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with("mcs.sqlite3") {
                sum += entry.metadata()?.len();
            }
        }
        Ok(sum)
    }
}

/// Prototype, devices and an administrator.
async fn populate(options: &Options, folder: &Path, data: &Path, devices: usize) -> Result<()> {
    let prototype = folder.join("prototype.json");
    fs::write(&prototype, prototype_file().to_string())?;
    let added = admin(options, data, &["prototype", "import"], &prototype, "").await?;
    let product = added["prodId"].as_str().context("no prototype was imported")?.to_owned();
    let list = folder.join("devices.csv");
    let lines = (0..devices).map(Device::new).map(|it| format!("{},{}\n", it.id, it.key));
    fs::write(&list, lines.collect::<String>())?;
    admin(options, data, &["device", "import", &product], &list, "").await?;
    let user = ["user", "add", "--role", "admin", "--password-stdin"];
    admin(options, data, &user, Path::new(USER), PASSWORD).await?;
    Ok(())
}

/// Runs an admin command whose last argument is `last`.
async fn admin(
    options: &Options,
    data: &Path,
    arguments: &[&str],
    last: &Path,
    input: &str,
) -> Result<Value> {
    let mut command = Command::new(&options.server);
    command.args(arguments).arg(last).arg("--data").arg(data);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().context("no input")?;
    tokio::io::AsyncWriteExt::write_all(&mut stdin, input.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    ensure!(output.status.success(), "`mcs-server {}` failed", arguments.join(" "));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// As MCS exports them: an integer that counts, ten floats, and a switch to control.
fn prototype_file() -> Value {
    let channel = |id: &str, kind: u8, is_controllable: bool| {
        json!({
            "dataChnId": id, "name": id, "channelType": { "dataChnTypeId": kind }, "format": {},
            "isHidden": false, "isControllable": is_controllable,
        })
    };
    let mut channels = vec![channel("count", 1, false), channel("lamp", 7, true)];
    channels.extend(FLOATS.map(|id| channel(id, 2, false)));
    json!({ "prototype": { "prodName": "Bench", "version": "1" }, "dataChannels": channels })
}

/// mosquitto, open to everybody, with queues that lose nothing under this load.
pub(crate) async fn mosquitto(options: &Options, name: &str) -> Result<Subject> {
    let folder = options.folder(&format!("{name}-mosquitto"))?;
    let [mqtt, websocket] = free_ports()?;
    let config = folder.join("mosquitto.conf");
    let mut file = fs::File::create(&config)?;
    writeln!(
        file,
        "allow_anonymous true\nset_tcp_nodelay true\nmax_queued_messages 0\n\
         max_inflight_messages 100\nlog_type error\n\
         listener {} 127.0.0.1\nlistener {} 127.0.0.1\nprotocol websockets",
        mqtt.port(),
        websocket.port()
    )?;
    let mut command = Command::new(&options.mosquitto);
    command.arg("-c").arg(&config);
    let process = Process::start(&mut command, &folder.join("mosquitto.log"))?;
    listening(mqtt).await?;
    listening(websocket).await?;
    Ok(Subject { name: "mosquitto", process, mqtt, websocket: Some(websocket), login: None })
}

/// The broker that is inside of our server, with an open gate and no store.
pub(crate) async fn bare(options: &Options, name: &str) -> Result<Subject> {
    let folder = options.folder(&format!("{name}-broker"))?;
    let mut command = Command::new(&options.broker);
    command.arg(folder.join("sessions"));
    let mut process = Process::start(&mut command, &folder.join("broker.log"))?;
    let mqtt = process.line().await?.parse().context("no address")?;
    Ok(Subject { name: "our broker, no store", process, mqtt, websocket: None, login: None })
}

/// What a program says of its version.
pub(crate) async fn version(program: &Path, option: &str) -> Result<String> {
    let output = Command::new(program).arg(option).output().await?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().next().map(|line| line.trim().to_owned());
    line.with_context(|| format!("{} does not tell its version", program.display()))
}

/// The float channels of the prototype.
pub(crate) const FLOATS: [&str; 10] = ["t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"];

/// A header for requests whose body is JSON, or that have none.
pub(crate) const JSON: &str = "Content-Type: application/json";

/// The administrator's name.
pub(crate) const USER: &str = "bench";

/// The administrator's password.
pub(crate) const PASSWORD: &str = "bench";
