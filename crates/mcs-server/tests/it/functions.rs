//! Function channels: what a device uploads to one, its code turns into points of others.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use crate::client::{Reply, Request};
use crate::mqtt::Client;
use crate::process::Process;
use crate::{Folder, Site, add_user, soon};

const T: u64 = 1_432_538_716_989;

/// A device whose prototype has a function.
struct Oven<'a> {
    site: &'a Site,
    admin: &'a str,
    id: String,
    key: String,
}

impl<'a> Oven<'a> {
    async fn new(site: &'a Site, admin: &'a str, code: &str) -> Self {
        let draft = draft(code);
        let made = site.api(admin, "POST", "/api/prototypes").body(draft.to_string()).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        let prototype = made.json()["prototype"]["id"].clone();
        let devices = json!({ "prototype": prototype, "devices": [{ "name": "Oven" }] });
        let made = site.api(admin, "POST", "/api/devices").body(devices.to_string()).send().await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json()[0].clone();
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        Self { site, admin, id: text("id"), key: text("key") }
    }

    fn request(&self, method: &str, rest: &str) -> Request {
        let path = format!("/mcs/v2/devices/{}{rest}", self.id);
        Request::new(self.site.http(), method, &path).header("deviceKey", &self.key)
    }

    async fn upload(&self, csv: &str) -> Reply {
        self.request("POST", "/datapoints.csv").body(csv).send().await
    }

    async fn last(&self, channel: &str) -> String {
        let path = format!("/datachannels/{channel}/datapoints.csv");
        self.request("GET", &path).send().await.text().to_owned()
    }

    /// The history of the function, once it has so many runs.
    async fn runs(&self, count: usize) -> Vec<Value> {
        let path = format!("/api/devices/{}/channels/temp_fht/runs?limit=100", self.id);
        soon("the runs", async {
            loop {
                let runs = self.site.api(self.admin, "GET", &path).send().await.json();
                let runs = runs.as_array().expect("a list").clone();
                if runs.len() >= count {
                    return runs;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        })
        .await
    }
}

/// A prototype with this function.
pub(crate) fn draft(code: &str) -> Value {
    let channel = |id: &str, direction: &str, kind: Value| json!({ "id": id, "name": id, "description": "", "direction": direction, "kind": kind });
    let float = json!({ "float": { "unit": "°C", "bounds": { "lower": -40.0, "upper": 200.0 } } });
    json!({ "name": "Oven", "channels": [
        channel("temp_fht", "display", json!({ "function": { "code": code } })),
        channel("temp_cel", "display", float),
        channel("fan", "controller", json!("switch")),
        channel("cam", "display", json!("video")),
    ] })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_code_returns_is_stored_at_the_time_of_the_input_and_sent_to_subscribers() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let code = "console.log('hot?', context.value > 200);\n\
                return { temp_cel: (context.value - 32) / 1.8, fan: context.value > 200 };";
    let oven = Oven::new(&site, &admin, code).await;
    let mut board = Client::device(&site, "board").await;
    board.subscribe(&format!("mcs/{}/{}/fan", oven.id, oven.key)).await;

    assert_eq!(oven.upload(&format!("temp_fht,{T},212")).await.status, 200);
    let runs = oven.runs(1).await;
    assert_eq!(runs[0]["at"], T);
    assert_eq!(runs[0]["value"], "212");
    assert_eq!(runs[0]["console"], json!(["hot? true"]));
    assert_eq!(runs[0]["troubles"], json!([]));
    assert_eq!(oven.last("temp_fht").await, format!("temp_fht,{T},212"));
    assert_eq!(oven.last("temp_cel").await, format!("temp_cel,{T},100"));
    let (_, payload) = board.message().await;
    assert_eq!(payload, format!("{T},fan,1"));

    // By MQTT, in the way of boards that know only values.
    board.publish(&format!("mcs/{}/{}/temp_fht", oven.id, oven.key), "50").await;
    let runs = oven.runs(2).await;
    assert_eq!(runs[0]["points"][1], json!({ "channel": "temp_cel", "value": "10" }));
    site.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_says_why_and_the_input_is_stored_all_the_same() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let code = "if (context.value === 'throw') null.x;\n\
                if (context.value === 'loop') for (;;);\n\
                return { temp_cel: context.value, temp_fht: 1, nobody: 1, cam: 1 };";
    let oven = Oven::new(&site, &admin, code).await;
    for value in ["throw", "loop", "5000", "5"] {
        assert_eq!(oven.upload(&format!("temp_fht,,{value}")).await.status, 200);
    }
    let runs = oven.runs(4).await;
    let code_of = |run: &Value| run["troubles"].clone();
    assert_eq!(code_of(&runs[3])[0]["exception"]["line"], 1);
    assert_eq!(code_of(&runs[2]), json!(["timeLimit"]));
    let why = &code_of(&runs[1]).as_array().expect("a list").clone();
    assert!(why.iter().any(|it| it["refused"]["channel"] == "temp_cel"), "{why:?}");
    let why = code_of(&runs[0]);
    for expected in [json!("itself"), json!({ "unknown": "nobody" })] {
        assert!(why.as_array().expect("a list").contains(&expected), "{why}");
    }
    assert!(oven.last("temp_cel").await.ends_with(",5"), "what is right is written");
    assert!(oven.last("temp_fht").await.ends_with(",5"));
    site.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_without_an_end_delays_nobody_elses_upload_nor_function() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let endless = Oven::new(&site, &admin, "for (;;);").await;
    let quick = Oven::new(&site, &admin, "return { temp_cel: context.value };").await;
    let mut board = Client::device(&site, "board").await;
    let points: Vec<_> = (0..200).map(|it| format!(",temp_fht,{it}")).collect();
    board.publish(&format!("mcs/{}/{}", endless.id, endless.key), &points.join("\n")).await;
    let quickly = async {
        assert_eq!(quick.upload(&format!("temp_fht,{T},7")).await.status, 200);
        quick.runs(1).await
    };
    timeout(Duration::from_secs(2), quickly).await.expect("nothing in the way");
    assert_eq!(quick.last("temp_cel").await, format!("temp_cel,{T},7"));
    // Those that found no room did not run, and the history says so.
    let runs = endless.runs(65).await;
    assert!(runs.iter().any(|it| it["troubles"] == json!(["busy"])));
    site.server.shutdown().await;
}

/// A point may lose its run in a crash, but runs no second time.
#[tokio::test(flavor = "multi_thread")]
async fn a_crash_runs_nothing_twice_and_keeps_the_history() {
    let folder = Folder::new();
    add_user(&folder, "admin").await;
    let mut server = Process::start(&folder, &[]).await;
    let mut token = server.token("admin", "secret").await;
    let api = async |server: &Process, token: &str, method: &str, path: &str, body: Value| {
        let request = Request::new(server.http(), method, path).header("Authorization", token);
        request.body(body.to_string()).send().await.json()
    };
    let code = "return { temp_cel: context.value };";
    let made = api(&server, &token, "POST", "/api/prototypes", draft(code)).await;
    let devices = json!({ "prototype": made["prototype"]["id"], "devices": [{ "name": "Oven" }] });
    let made = api(&server, &token, "POST", "/api/devices", devices).await[0].clone();
    let (id, key) = (made["id"].as_str().expect("an id"), made["key"].as_str().expect("a key"));
    let path = format!("/mcs/v2/devices/{id}/datapoints.csv");
    let upload = async |server: &Process, n: u64| {
        let point = format!("temp_fht,{},{n}", T + n);
        let request = Request::new(server.http(), "POST", &path).header("deviceKey", key);
        assert_eq!(request.body(point).send().await.status, 200);
    };
    let history = format!("/api/devices/{id}/channels/temp_fht/runs?limit=100");
    let mut seen = Vec::new();
    for round in 0..2 {
        for n in 0..30 {
            upload(&server, round * 30 + n).await;
        }
        soon("some runs", async {
            loop {
                let runs = api(&server, &token, "GET", &history, json!(null)).await;
                seen = runs.as_array().expect("a list").clone();
                if seen.len() as u64 > round * 15 {
                    break;
                }
            }
        })
        .await;
        server.end("-KILL").await;
        server = Process::start(&folder, &[]).await;
        token = server.token("admin", "secret").await;
        let kept = api(&server, &token, "GET", &history, json!(null)).await;
        let kept = kept.as_array().expect("a list");
        assert!(seen.iter().all(|run| kept.contains(run)), "what was seen is kept");
        let values: BTreeSet<_> = kept.iter().map(|run| run["value"].to_string()).collect();
        assert_eq!(values.len(), kept.len(), "nothing ran twice: {kept:?}");
        assert!(kept.iter().all(|run| run["troubles"] == json!([])), "{kept:?}");
    }
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_tries_code_and_nobody_else() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let operator = site.sign_in("operator").await;
    let trial = |code: &str| {
        json!({ "draft": draft(code), "channel": "temp_fht", "value": "41" }).to_string()
    };
    let attempt = async |token: &str, code: &str| {
        site.api(token, "POST", "/api/functions/try").body(trial(code)).send().await
    };
    let run = attempt(&admin, "return { temp_cel: (context.value - 32) / 1.8 }").await;
    assert_eq!(run.status, 200, "{}", run.text());
    assert_eq!(run.json()["points"], json!([{ "channel": "temp_cel", "value": "5" }]));
    assert_eq!(attempt(&admin, "for (;;);").await.json()["troubles"], json!(["timeLimit"]));
    assert_eq!(attempt(&admin, &" ".repeat(9)).await.status, 422);
    assert_eq!(attempt(&admin, &"//".repeat(2500)).await.status, 422);
    assert_eq!(attempt(&operator, "return {}").await.status, 403);
    site.server.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_channel_takes_no_points() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let oven = Oven::new(&site, &admin, "return {};").await;
    let reply = oven.upload("cam,,1").await;
    assert_eq!(reply.status, 400);
    site.server.shutdown().await;
}
