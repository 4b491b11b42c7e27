//! A server with a prototype that has a channel of every kind, and boards of it.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};

use mcs_server::config::Settings;
use mcs_server::{Config, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::command_line::admin;
use crate::folder::Folder;
use crate::notation::Names;
use crate::transcript::Transcript;

/// The boards of every site.
const BOARDS: [Names; 5] = [
    Names { id: "Dsre1qRQ", key: "DFbtsNWg4AuLZ30v" },
    Names { id: "JU5z4yVF", key: "nE1EFLIlm3TrZg79" },
    Names { id: "DTRL0Knx", key: "tvfT0Nnv4iS0VD8P" },
    Names { id: "DbfLAJgk", key: "0M0NLM6I0BpRmmPD" },
    Names { id: "Dq00zR9a", key: "OnOeJgFO8TtemB0W" },
];

/// Id, type (CONTRACT §1.2), whether it is a controller, and settings of every channel.
fn channels() -> Vec<(&'static str, u8, bool, Value)> {
    let options = json!({ "options": [
        { "name": "low", "value": "low" }, { "name": "high", "value": "high" },
    ] });
    let range = json!({ "lowerbound": "0", "upperbound": "255" });
    let pad =
        json!({ "up": "up", "down": "down", "left": "left", "right": "right", "A": "A", "B": "B" });
    vec![
        ("LED_Control", 7, true, json!({})),
        ("switch", 7, true, json!({})),
        ("fan", 10, true, options.clone()),
        ("count", 1, true, json!({})),
        ("level", 2, true, json!({})),
        ("mask", 4, true, json!({})),
        ("UART", 5, true, json!({})),
        ("target", 6, true, json!({})),
        ("GPIO_00", 11, true, json!({})),
        ("PWM_00", 12, true, json!({})),
        ("analogTest", 13, true, range.clone()),
        ("Gamepad", 14, true, pad),
        ("LED_Display", 3, false, json!({})),
        ("fan_now", 10, false, options),
        ("integer", 1, false, json!({})),
        ("Moisture", 1, false, json!({})),
        ("Humidity", 2, false, json!({})),
        ("Temperature", 2, false, json!({})),
        ("mask_now", 4, false, json!({})),
        ("status", 5, false, json!({})),
        ("gps", 6, false, json!({})),
        ("pin", 11, false, json!({})),
        ("pwm", 12, false, json!({})),
        ("Image", 15, false, json!({})),
    ]
}

pub(crate) struct Site {
    pub(crate) server: Server,
    folder: Folder,
    product: String,
}

impl Site {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = Folder::new();
        let product = populate(&folder).await;
        let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let settings = Settings {
            http: free,
            mqtt: free,
            ws: free,
            command: free,
            data: Some(folder.to_path_buf()),
            ..Settings::default()
        };
        let mut config = settings.into_config().expect("settings");
        adjust(&mut config);
        let server = mcs_server::start(config).await.expect("a server");
        Self { server, folder, product }
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.server.addrs().http
    }

    pub(crate) fn mqtt(&self) -> SocketAddr {
        self.server.addrs().mqtt
    }

    pub(crate) fn command(&self) -> SocketAddr {
        self.server.addrs().command
    }

    /// A board of this family.
    pub(crate) fn board(&self, family: &'static str) -> Transcript {
        self.boards([family]).remove(0)
    }

    /// Boards side by side, each with an id of its own.
    pub(crate) fn boards<const N: usize>(&self, families: [&'static str; N]) -> Vec<Transcript> {
        assert!(N <= BOARDS.len(), "more boards than there are");
        families.into_iter().zip(BOARDS).map(|(it, names)| Transcript::new(it, names)).collect()
    }

    /// Somebody sets a controller: `value` is the part `V` of CONTRACT §1.3.
    pub(crate) async fn set(&self, board: &Transcript, channel: &str, value: &str) {
        board.meanwhile(&format!("somebody sets {channel} to {value}"));
        let (status, answer) = self.upload(board, &format!("{channel},,{value}")).await;
        assert_eq!(status, 200, "{answer}");
    }

    /// The latest value of a channel, empty before the first.
    pub(crate) async fn latest(&self, board: &Transcript, channel: &str) -> String {
        let path = format!("devices/{}/datachannels/{channel}/datapoints.csv", board.names.id);
        let key = ("deviceKey", board.names.key);
        let (status, answer) = self.ask("GET", &format!("/mcs/v2/{path}"), key, b"").await;
        assert_eq!(status, 200, "{answer}");
        answer.splitn(3, ',').nth(2).unwrap_or_default().to_owned()
    }

    /// Waits until a channel's latest value is this: of QoS 0 nobody hears when it is stored.
    pub(crate) async fn latest_becomes(&self, board: &Transcript, channel: &str, value: &str) {
        for _ in 0..1_200 {
            if self.latest(board, channel).await == value {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{channel} is {} and not {value}", self.latest(board, channel).await);
    }

    async fn upload(&self, board: &Transcript, csv: &str) -> (u16, String) {
        let path = format!("/mcs/v2/devices/{}/datapoints.csv", board.names.id);
        self.ask("POST", &path, ("deviceKey", board.names.key), csv.as_bytes()).await
    }

    /// Adds an operator; answers what to send as `Authorization`.
    pub(crate) async fn operator(&self) -> String {
        self.add_operator().await;
        let login = json!({ "name": "ann", "password": "secret" }).to_string();
        let (status, answer) =
            self.ask("POST", "/api/login", ("X-None", ""), login.as_bytes()).await;
        assert_eq!(status, 200, "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        format!("Bearer {}", answer["token"].as_str().expect("a token"))
    }

    /// Adds an operator and an application of that user; answers `appId` and `appSecret`.
    pub(crate) async fn app(&self) -> (String, String) {
        self.add_operator().await;
        let app = admin(&self.folder, &["app", "add", "--user", "ann", "--name", "IFTTT"]).await;
        let text = |name: &str| app[name].as_str().expect("a text").to_owned();
        (text("appId"), text("appSecret"))
    }

    async fn add_operator(&self) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mcs-server"));
        program.args(["user", "add", "ann", "--role", "operator", "--password-stdin", "--data"]);
        program.arg(&*self.folder).stdin(Stdio::piped()).stdout(Stdio::null());
        let mut child = program.spawn().expect("to run");
        child.stdin.take().expect("a pipe").write_all(b"secret\n").expect("to write");
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.expect("a thread");
        assert!(ended.expect("an end").success());
    }

    /// The operator uploads a firmware for the boards.
    pub(crate) async fn release(&self, operator: &str, version: &str, image: &[u8]) -> Value {
        let path = format!("/api/prototypes/{}/firmwares?name=App&version={version}", self.product);
        let (status, answer) = self.ask("POST", &path, ("Authorization", operator), image).await;
        assert_eq!(status, 201, "{answer}");
        serde_json::from_str(&answer).expect("JSON")
    }

    /// The operator pushes it to a board. Answers the state of the push.
    pub(crate) async fn push(
        &self,
        operator: &str,
        firmware: &Value,
        board: &Transcript,
    ) -> String {
        board.meanwhile("the operator pushes a firmware");
        let body = json!({ "firmware": firmware["id"], "devices": [board.names.id] }).to_string();
        let header = ("Authorization", operator);
        let (status, answer) = self.ask("POST", "/api/rollouts", header, body.as_bytes()).await;
        assert_eq!(status, 201, "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answer["devices"][0]["state"].as_str().expect("a state").to_owned()
    }

    /// How far the push to a board is, once it is `state`.
    pub(crate) async fn push_becomes(&self, operator: &str, board: &Transcript, state: &str) {
        let mut last = Value::Null;
        for _ in 0..1_200 {
            let header = ("Authorization", operator);
            let (_, answer) = self.ask("GET", "/api/devices", header, b"").await;
            let devices: Value = serde_json::from_str(&answer).expect("JSON");
            let mut devices = devices.as_array().expect("a list").iter();
            last = devices.find(|it| it["id"] == board.names.id).expect("it")["push"].clone();
            if last["state"] == state {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("the push is {last} and not {state}");
    }

    /// A request of somebody who speaks HTTP as everybody does.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        (header, value): (&str, &str),
        body: &[u8],
    ) -> (u16, String) {
        let mut stream = TcpStream::connect(self.http()).await.expect("a connection");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{header}: {value}\r\nContent-Length: {}\r\n\
             Connection: close\r\n\r\n",
            self.http(),
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).await.expect("to send");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        (status, body.to_owned())
    }
}

/// Fills a data folder by admin commands. Answers the prototype's id.
async fn populate(folder: &Path) -> String {
    let channels: Vec<_> = channels()
        .into_iter()
        .map(|(id, kind, controller, format)| {
            json!({
                "dataChnId": id,
                "name": id,
                "channelType": { "dataChnTypeId": kind, "name": "" },
                "format": format,
                "isControllable": controller,
            })
        })
        .collect();
    let prototype = json!({
        "prototype": { "prodName": "Every kind", "version": "1.0" },
        "dataChannels": channels,
    });
    let file = folder.join("prototype.json");
    std::fs::write(&file, prototype.to_string()).expect("to write");
    let file = file.to_str().expect("UTF-8");
    let product = admin(folder, &["prototype", "import", file]).await;
    let product = product["prodId"].as_str().expect("an id").to_owned();
    for Names { id, key } in BOARDS {
        admin(folder, &["device", "add", &product, "--name", id, "--id", id, "--key", key]).await;
    }
    product
}
