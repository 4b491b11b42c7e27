//! Programs that call `/mcs/v2` for a user (CONTRACT §4.1).

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Reply, Request};
use crate::mqtt::{Client, topic};
use crate::process::Process;
use crate::{Folder, ID, KEY, Site, add_user, admin, populate, soon};

/// The device on the Command Server.
pub(crate) struct Board(TcpStream);

impl Board {
    /// It is here when this returns.
    pub(crate) async fn connect(site: &Site) -> Self {
        let stream = TcpStream::connect(site.server.addrs().command).await;
        let mut board = Self(stream.expect("a connection"));
        let login = format!("{ID},{KEY},0");
        board.0.write_all(login.as_bytes()).await.expect("to send");
        assert_eq!(board.line().await, login);
        board
    }

    /// What comes in one segment.
    pub(crate) async fn line(&mut self) -> String {
        let mut bytes = vec![0; 4096];
        let n = soon("bytes", self.0.read(&mut bytes)).await.expect("bytes");
        String::from_utf8_lossy(&bytes[..n]).into_owned()
    }
}

/// An application's id and secret.
struct App(String, String);

impl Site {
    async fn app(&self, user: &str) -> App {
        let add = ["app", "add", "--user", user, "--name", "IFTTT"];
        let made = admin(&self.folder, &add).await;
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        App(text("appId"), text("appSecret"))
    }

    /// A user of this role, and an API token that acts for it.
    pub(crate) async fn token(&self, role: &str) -> String {
        add_user(&self.folder, role).await;
        let add = ["token", "add", "--user", role, "--name", "script"];
        let made = admin(&self.folder, &add).await;
        made["token"].as_str().expect("a token").to_owned()
    }

    /// A call of a program with a token.
    pub(crate) fn v2(&self, token: &str, method: &str, path: &str) -> Request {
        self.api(token, method, &format!("/mcs/v2{path}"))
    }

    fn by_app(&self, app: &App, method: &str, rest: &str) -> Request {
        let path = format!("/mcs/v2/devices/{ID}{rest}");
        let request = Request::new(self.http(), method, &path);
        request.header("appId", &app.0).header("APPSECRET", &app.1)
    }

    async fn upload_with_members(&self, id: &str, secret: &str) -> Reply {
        let path = format!("/mcs/v2/devices/{ID}/datapoints");
        let body = json!({ "appId": id, "appSecret": secret, "datapoints": [
            { "dataChnId": "switch_control", "values": { "value": "1" } } ] });
        Request::new(self.http(), "POST", &path).body(body.to_string()).send().await
    }
}

/// CONTRACT §4.1: `appId` and `appSecret` as headers, in any case, or as members of the JSON body
/// of an upload; §3.5: the point of an app reaches the device.
#[tokio::test(flavor = "multi_thread")]
async fn an_application_switches_a_device_on_by_headers_and_by_members_of_the_body() {
    let site = Site::start().await;
    add_user(&site.folder, "operator").await;
    let app = site.app("operator").await;
    assert_eq!((app.0.len(), app.1.len()), (20, 40));
    let mut board = Board::connect(&site).await;
    for n in 0..2 {
        let reply = if n == 0 {
            site.by_app(&app, "POST", "/datapoints.csv").body("switch_control,,1").send().await
        } else {
            site.upload_with_members(&app.0, &app.1).await
        };
        assert_eq!(reply.status, 200, "{}", reply.text());
        let line = board.line().await;
        assert!(
            line.starts_with(&format!("{ID},{KEY},")) && line.ends_with(",switch_control,1"),
            "{line}"
        );
    }
    let wrong = "0".repeat(40);
    for (id, secret) in [(&*app.0, &*wrong), ("nobody", &*app.1), ("", ""), (&*app.0, "")] {
        let reply = site.upload_with_members(id, secret).await;
        assert_eq!(
            (reply.status, &reply.json()["message"]),
            (401, &json!("You don't have permission!"))
        );
    }
    let large = format!("{{\"appId\":\"{}\",\"x\":\"{}\"}}", app.0, "x".repeat(70_000));
    let path = format!("/mcs/v2/devices/{ID}/datapoints");
    let reply = Request::new(site.http(), "POST", &path).body(large).send().await;
    assert_eq!(reply.status, 413);
}

/// The proof that comes first decides: a wrong key is not mended by a right application.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_beside_a_right_application_is_refused() {
    let site = Site::start().await;
    add_user(&site.folder, "operator").await;
    let app = site.app("operator").await;
    let reply = site.by_app(&app, "GET", "/connections").header("deviceKey", "0").send().await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_may_do_what_its_user_may_and_nothing_once_it_is_revoked() {
    let site = Site::start().await;
    let (operator, viewer) = (site.token("operator").await, site.token("viewer").await);
    let device = format!("/devices/{ID}");
    let points = format!("/devices/{ID}/datapoints.csv");
    let seen = site.v2(&viewer, "GET", &device).send().await;
    assert_eq!(seen.json()["results"][0]["privilege"], "Viewer");
    assert!(!seen.text().contains(KEY), "{}", seen.text());
    assert_eq!(site.v2(&viewer, "POST", &points).body("count,,1").send().await.status, 403);
    let seen = site.v2(&operator, "GET", &device).send().await.json();
    assert_eq!(seen["results"][0]["deviceKey"], KEY);
    assert_eq!(site.v2(&operator, "POST", &points).body("count,,1").send().await.status, 200);
    // The console's calls take the token too.
    assert_eq!(site.api(&operator, "GET", "/api/devices").send().await.status, 200);

    let list = admin(&site.folder, &["token", "list"]).await;
    let list = list.as_array().expect("a list");
    assert!(!Value::from(list.clone()).to_string().contains(&operator));
    let mine = list.iter().find(|it| it["user"] == "operator").expect("an entry");
    let id = mine["id"].as_str().expect("an id");
    admin(&site.folder, &["token", "revoke", id]).await;
    assert_eq!(site.v2(&operator, "GET", &device).send().await.status, 401);
    assert_eq!(site.api(&operator, "GET", "/api/devices").send().await.status, 401);
}

/// A user who may not see a device is told no different from an unknown one.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_what_was_granted_and_nothing_else() {
    let site = Site::start().await;
    let token = site.token("member").await;
    let device = format!("/devices/{ID}");
    let hidden = site.v2(&token, "GET", &device).send().await;
    let unknown = site.v2(&token, "GET", "/devices/Dunknown").send().await;
    assert_eq!((hidden.status, &hidden.body), (404, &unknown.body));
    let list = site.v2(&token, "GET", "/devices").send().await.json();
    assert_eq!((&list["results"], &list["total"]), (&json!([]), &json!(0)));
    let prototype = format!("/products/{}", site.product);
    assert_eq!(site.v2(&token, "GET", &prototype).send().await.status, 404);

    let grant = ["user", "grant", "member", "--device", ID, "--role", "viewer"];
    admin(&site.folder, &grant).await;
    assert_eq!(site.v2(&token, "GET", &device).send().await.status, 200);
    assert_eq!(site.v2(&token, "GET", "/devices").send().await.json()["total"], 1);
    assert_eq!(site.v2(&token, "GET", &prototype).send().await.status, 200);
    let points = format!("/devices/{ID}/datapoints.csv");
    assert_eq!(site.v2(&token, "POST", &points).body("count,,1").send().await.status, 403);
}

/// What a program writes for a device is not a sign of life of the device.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_the_device_itself_calls_is_a_sign_of_its_life() {
    let site = Site::start().await;
    let token = site.token("operator").await;
    let points = format!("/devices/{ID}/datapoints.csv");
    site.v2(&token, "POST", &points).body("count,,1").send().await;
    assert_eq!(site.listed(&token).await["presence"]["lastSeen"], json!(null));
    site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert!(site.listed(&token).await["presence"]["lastSeen"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn when_a_device_without_a_connection_was_seen_outlives_the_server() {
    let folder = Folder::new();
    populate(&folder).await;
    add_user(&folder, "viewer").await;
    let server = Process::start(&folder, &[]).await;
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    let upload = Request::new(server.http(), "POST", &path).header("deviceKey", KEY);
    assert_eq!(upload.body("count,,1").send().await.status, 200);
    let seen = server.devices("viewer", "secret").await[0]["presence"]["lastSeen"].clone();
    assert!(seen.is_u64());
    server.terminate().await;
    let server = Process::start(&folder, &[]).await;
    let again = server.devices("viewer", "secret").await[0]["presence"]["lastSeen"].clone();
    assert_eq!(again, seen);
    server.terminate().await;
}

/// CONTRACT §4.5: `lastIp`. It is for who may know the key.
#[tokio::test(flavor = "multi_thread")]
async fn where_a_device_was_heard_last_outlives_the_server() {
    let folder = Folder::new();
    populate(&folder).await;
    for role in ["operator", "viewer"] {
        add_user(&folder, role).await;
    }
    let last_ip = async |server: &Process, role| {
        let token = server.token(role, "secret").await;
        let path = format!("/mcs/v2/devices/{ID}");
        let device = Request::new(server.http(), "GET", &path).header("Authorization", &token);
        device.send().await.json()["results"][0]["lastIp"].clone()
    };
    let server = Process::start(&folder, &[]).await;
    assert_eq!(last_ip(&server, "operator").await, "");
    let mut board = Client::connect(server.mqtt(), "board", None).await;
    board.publish(&topic("count"), ",count,1").await;
    assert_eq!(last_ip(&server, "operator").await, "127.0.0.1");
    assert_eq!(last_ip(&server, "viewer").await, "");
    server.terminate().await;
    let server = Process::start(&folder, &[]).await;
    assert_eq!(last_ip(&server, "operator").await, "127.0.0.1");
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_floods_is_slowed_down_and_others_are_not() {
    let site = Site::with(|config| config.max_device_requests = 1).await;
    let token = site.token("operator").await;
    let flood = soon("a refusal", async {
        loop {
            let reply = site.device("GET", "/connections.csv").send().await;
            if reply.status != 200 {
                return reply;
            }
        }
    });
    let reply = flood.await;
    assert_eq!((reply.status, reply.text()), (429, "429,Too many requests; wait a second."));
    assert_eq!(reply.header("Retry-After"), Some("1"));
    assert_eq!(site.v2(&token, "GET", "/devices").send().await.status, 200);
    let device = format!("/devices/{ID}/connections");
    assert_eq!(site.v2(&token, "GET", &device).send().await.status, 200);
}
