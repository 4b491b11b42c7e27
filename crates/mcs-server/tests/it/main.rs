//! A real server on free ports, and clients that talk to it over loopback.

mod accounts;
mod admin;
mod bucket;
mod client;
mod command;
#[path = "../common/command_line.rs"]
mod command_line;
mod confined;
mod console;
mod delivery;
mod firmware;
#[path = "../common/folder.rs"]
mod folder;
mod functions;
mod history;
mod impatient;
mod isolation;
mod mqtt;
mod noise;
mod operators;
mod payloads;
mod people;
mod points;
mod process;
mod program;
mod programs;
mod protocols;
mod prototypes;
mod quirks;
mod registration;
mod rest;
mod restart;
mod revoked;
mod rights;
mod rollouts;
mod sessions;
mod signed;
mod tls;
mod transport;
mod uploads;
#[path = "../bus/wire.rs"]
#[allow(dead_code, reason = "shared with the tests of the bus, and each uses a part")]
mod wire;

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use mcs_server::config::Settings;
use mcs_server::{Config, Server};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::time::timeout;

use client::{Reply, Request};
use command_line::admin;
use folder::Folder;

/// The device of most tests.
const ID: &str = "Dsre1qRQ";
const KEY: &str = "DFbtsNWg4AuLZ30v";

/// The prototype of most tests.
const PROTOTYPE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/demo/prototype.json");

/// A server with one prototype and one device.
struct Site {
    server: Server,
    folder: Folder,
    product: String,
}

impl Site {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    async fn with(adjust: impl FnOnce(&mut Config)) -> Self {
        let folder = Folder::new();
        let product = populate(&folder).await;
        let mut config = config(&folder);
        adjust(&mut config);
        let server = soon("start", mcs_server::start(config)).await.expect("a server");
        Self { server, folder, product }
    }

    fn http(&self) -> SocketAddr {
        self.server.addrs().http
    }

    /// From now on no point can be stored, as on a full disk. Ends with [`Site::make_space`].
    async fn fill(&self) {
        self.sql(
            "CREATE TRIGGER full BEFORE INSERT ON points \
             BEGIN SELECT RAISE(ROLLBACK, 'database or disk is full'); END",
        )
        .await;
    }

    async fn make_space(&self) {
        self.sql("DROP TRIGGER full").await;
    }

    async fn sql(&self, statement: &'static str) {
        sql(&self.folder, statement).await;
    }

    /// A request of the device, with its key.
    fn device(&self, method: &str, rest: &str) -> Request {
        self.device_with_key(method, rest, KEY)
    }

    fn device_with_key(&self, method: &str, rest: &str, key: &str) -> Request {
        let path = format!("/mcs/v2/devices/{ID}{rest}");
        Request::new(self.http(), method, &path).header("deviceKey", key)
    }

    /// Adds a user with a role's name, that role, and the password `secret`; answers the token of
    /// a new session.
    async fn sign_in(&self, role: &str) -> String {
        add_user(&self.folder, role).await;
        let reply = self.log_in(role, "secret").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["token"].as_str().expect("a token").to_owned()
    }

    async fn log_in(&self, name: &str, password: &str) -> Reply {
        let body = json!({ "name": name, "password": password });
        Request::new(self.http(), "POST", "/api/login").body(body.to_string()).send().await
    }

    /// A request of a signed-in program.
    fn api(&self, token: &str, method: &str, path: &str) -> Request {
        Request::new(self.http(), method, path).header("Authorization", &format!("Bearer {token}"))
    }

    /// The device as the console lists it.
    async fn listed(&self, token: &str) -> Value {
        let devices = self.api(token, "GET", "/api/devices").send().await.json();
        let devices = devices.as_array().expect("a list");
        devices.iter().find(|it| it["id"] == ID).expect("the device").clone()
    }

    /// Asks for the device until `wanted` holds.
    async fn listed_when(&self, token: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        soon("a change of the device", async {
            loop {
                let device = self.listed(token).await;
                if wanted(&device) {
                    return device;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }
}

/// Changes the database behind everybody's back.
async fn sql(data: &Path, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(data.join("mcs.sqlite3"));
    let mut database = options.connect().await.expect("the database");
    sqlx::raw_sql(statement).execute(&mut database).await.expect("success");
}

fn config(data: &Path) -> Config {
    let free = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    let settings = Settings {
        http: free,
        mqtt: free,
        ws: free,
        command: free,
        data: Some(data.to_owned()),
        ..Settings::default()
    };
    let mut config = settings.into_config().expect("settings");
    config.program = env!("CARGO_BIN_EXE_mcs-server").into();
    config
}

/// Fills a data folder by admin commands. Answers the prototype's id.
async fn populate(data: &Path) -> String {
    let imported = admin(data, &["prototype", "import", PROTOTYPE]).await;
    let product = imported["prodId"].as_str().expect("an id").to_owned();
    let add = ["device", "add", &product, "--name", "Bench", "--id", ID, "--key", KEY];
    assert_eq!(admin(data, &add).await, json!({ "deviceId": ID, "deviceKey": KEY }));
    product
}

/// Adds a user with a role's name, that role, and the password `secret`, by the program.
async fn add_user(data: &Path, role: &str) {
    let mut program = program(data, &["user", "add", role, "--role", role, "--password-stdin"]);
    let output = tokio::task::spawn_blocking(move || {
        let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        child.stdin.take().expect("a pipe").write_all(b"secret\n")?;
        child.wait_with_output()
    });
    let output = soon("the program", output).await.expect("a thread").expect("to run");
    assert!(output.status.success());
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer, json!({ "user": role, "role": role }));
}

fn program(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mcs-server"));
    command.args(arguments).arg("--data").arg(data);
    command
}

/// Waits for what must happen.
async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(Duration::from_mins(2), future).await {
        Ok(done) => done,
        Err(_) => panic!("{what} did not happen"),
    }
}
