//! Firmware on its way to many devices.

mod board;
mod rules;

use mcs_digest::Checksums;
use serde_json::{Value, json};

use self::board::{Board, PHASES};
use crate::client::{Reply, Request};
use crate::process::Process;
use crate::{Folder, PROTOTYPE, Site, add_user, admin, soon};

const IMAGE: &[u8] = b"an image that is long enough to be fetched in two halves";

/// Somebody who rolls out.
struct Operator {
    server: std::net::SocketAddr,
    token: String,
}

impl Operator {
    async fn of(server: &Process) -> Self {
        Self { server: server.http(), token: server.token("operator", "secret").await }
    }

    async fn call(&self, method: &str, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        let request = Request::new(self.server, method, path).header("Authorization", &self.token);
        request.body(body).send().await
    }

    async fn upload(&self, product: &str, version: &str) -> Value {
        let path = format!("/api/prototypes/{product}/firmwares?name=App&version={version}");
        let reply = self.call("POST", &path, IMAGE).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()
    }

    async fn make(&self, request: &Value) -> Value {
        let reply = self.call("POST", "/api/rollouts", request.to_string()).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        reply.json()
    }

    async fn show(&self, rollout: &str) -> Value {
        let reply = self.call("GET", &format!("/api/rollouts/{rollout}"), "").await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    async fn act(&self, rollout: &str, act: Value) -> Reply {
        let path = format!("/api/rollouts/{rollout}/act");
        self.call("POST", &path, act.to_string()).await
    }

    /// Asks until a device is in this state.
    async fn until(&self, rollout: &str, device: &str, state: &str) {
        soon(&format!("{device} to be {state}"), async {
            while line(&self.show(rollout).await, device)["state"] != state {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}

/// What is said of a device.
fn line<'a>(rollout: &'a Value, device: &str) -> &'a Value {
    let devices = rollout["devices"].as_array().expect("devices");
    devices.iter().find(|it| it["device"] == device).expect("the device")
}

/// A prototype with so many devices, and somebody who may push to them.
async fn populate(folder: &Folder, devices: u32) -> String {
    let imported = admin(folder, &["prototype", "import", PROTOTYPE]).await;
    let product = imported["prodId"].as_str().expect("an id").to_owned();
    let list = folder.join("devices.csv");
    let lines = (1..=devices).map(|n| format!("{},{},Board {n}\n", board::id(n), board::key(n)));
    std::fs::write(&list, lines.collect::<String>()).expect("to write");
    admin(folder, &["device", "import", &product, list.to_str().expect("UTF-8")]).await;
    add_user(folder, "operator").await;
    product
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_devices_end_where_they_should_although_the_server_is_killed_in_between() {
    let folder = Folder::new();
    let product = populate(&folder, 20).await;
    let server = Process::start(&folder, &[]).await;
    let operator = Operator::of(&server).await;
    let firmware = operator.upload(&product, "2.0").await;
    let mut boards = Vec::new();
    for n in 1..=20 {
        let mut board = Board::new(n);
        let version = if n == PHASES.installed { "2.0" } else { "1.0" };
        board.report(&server, version).await;
        if !PHASES.asleep.contains(&n) && n != PHASES.never {
            board.connect(&server).await;
        }
        boards.push(board);
    }
    let ids: Vec<_> = (1..=20).map(board::id).collect();
    let request = json!({ "firmware": firmware["id"], "devices": ids, "plan": {
        "waves": [{ "devices": 1 }], "success": 1, "maxFailures": null, "maxFailedPercent": null,
        "terms": { "confirming": 5 },
    } });
    let rollout = operator.make(&request).await["id"].as_str().expect("an id").to_owned();

    // The first device alone, until it has kept the version for its time.
    boards[0].fetch(&server).await;
    boards[0].report(&server, "2.0").await;
    let shown = operator.show(&rollout).await;
    assert_eq!(line(&shown, &ids[0])["state"], "CONFIRMING");
    assert!(ids[1..].iter().all(|it| line(&shown, it)["notices"] == 0), "{shown}");
    operator.until(&rollout, &ids[0], "UPDATED").await;

    for n in PHASES.good.chain(PHASES.late) {
        boards[n as usize - 1].fetch(&server).await;
    }
    for n in PHASES.plain {
        boards[n as usize - 1].hear_notice().await;
    }
    for n in PHASES.good.chain(PHASES.plain) {
        boards[n as usize - 1].report(&server, "2.0").await;
    }
    for n in PHASES.slow {
        boards[n as usize - 1].fetch_half(&server).await;
        operator.until(&rollout, &board::id(n), "DOWNLOADING").await;
    }
    for n in PHASES.wrong_check {
        let board = &mut boards[n as usize - 1];
        board.fetch(&server).await;
        board.say(&server, "failed: the MD5 differs").await;
    }
    for n in PHASES.old {
        let board = &mut boards[n as usize - 1];
        board.fetch(&server).await;
        // It restarts and still has the old one: the notice comes again.
        board.connect(&server).await;
        board.report(&server, "1.0").await;
        board.hear_notice().await;
    }
    for n in PHASES.rolls_back {
        let board = &mut boards[n as usize - 1];
        board.fetch(&server).await;
        board.report(&server, "2.0").await;
        board.report(&server, "1.0").await;
    }
    let before = operator.show(&rollout).await;
    server.end("-KILL").await;

    let server = Process::start(&folder, &[]).await;
    let operator = Operator::of(&server).await;
    let after = operator.show(&rollout).await;
    for id in &ids {
        let (before, after) = (line(&before, id), line(&after, id));
        // Only time may have gone on meanwhile.
        if before["state"] != "CONFIRMING" {
            // How fast it was is not known any more.
            let mut before = before.clone();
            before["download"] = Value::Null;
            assert_eq!(&before, after);
        }
    }
    for board in &mut boards {
        if board.number == PHASES.never {
            continue;
        }
        board.connect(&server).await;
        let sleeper = PHASES.asleep.contains(&board.number);
        // Who restarts says what it runs, and nobody gets a notice for that.
        if !board.has_new && !sleeper {
            board.report(&server, "1.0").await;
            assert_eq!(line(&operator.show(&rollout).await, &board.id)["notices"], board.heard);
        }
    }
    for n in PHASES.slow.chain(PHASES.late) {
        let board = &mut boards[n as usize - 1];
        board.fetch_rest(&server).await;
        board.report(&server, "2.0").await;
    }
    for n in PHASES.asleep {
        let board = &mut boards[n as usize - 1];
        board.fetch(&server).await;
        board.report(&server, "2.0").await;
    }
    for n in PHASES.old {
        let board = &mut boards[n as usize - 1];
        board.connect(&server).await;
        board.report(&server, "1.0").await;
        board.hear_notice().await;
        board.connect(&server).await;
        board.report(&server, "1.0").await;
    }
    for n in (1..=20).filter(|n| boards[*n as usize - 1].has_new) {
        operator.until(&rollout, &board::id(n), PHASES.end(n)).await;
    }
    assert_eq!(operator.show(&rollout).await["course"], "running", "one has not come");
    assert_eq!(operator.act(&rollout, json!({ "act": "cancel" })).await.status, 200);

    let table = operator.show(&rollout).await;
    assert_eq!(table["course"], "canceled");
    for board in &boards {
        let line = line(&table, &board.id);
        assert_eq!(line["state"], PHASES.end(board.number), "{line}");
        assert_eq!(line["notices"], board.heard, "{line}");
    }
    the_audit_tells_all_of_it(&operator, &rollout, &table).await;
    server.terminate().await;
}

async fn the_audit_tells_all_of_it(operator: &Operator, rollout: &str, table: &Value) {
    let audit = operator.call("GET", &format!("/api/rollouts/{rollout}/audit"), "").await.json();
    let audit = audit.as_array().expect("lines");
    assert_eq!(audit[0]["by"], "operator");
    let sha256 = Checksums::of(IMAGE).sha256.to_string();
    assert_eq!(audit[0]["event"]["made"]["sha256"], sha256);
    for line in table["devices"].as_array().expect("devices") {
        let of_it: Vec<_> = audit.iter().filter(|it| it["device"] == line["device"]).collect();
        let notices: Vec<_> = of_it.iter().filter_map(|it| it["event"].get("notice")).collect();
        assert_eq!(json!(notices.len()), line["notices"], "{line}");
        let again = |it: &&Value| it["notice"] != 1;
        assert!(notices.iter().copied().filter(again).all(|it| it["reason"] != "none"));
        let ends: Vec<_> = of_it.iter().filter_map(|it| it["event"].get("ended")).collect();
        assert_eq!(ends.len(), 1, "{line}");
        assert_eq!(ends[0]["state"], line["state"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_makes_nothing_and_who_may_only_see_rolls_nothing_out() {
    let site = Site::start().await;
    let (operator, viewer) = (site.sign_in("operator").await, site.sign_in("viewer").await);
    let path = format!("/api/prototypes/{}/firmwares?name=App&version=2.0", site.product);
    let firmware = site.api(&operator, "POST", &path).body(IMAGE).send().await.json();
    let ask = |path: &str, token: &str, request: &Value| {
        site.api(token, "POST", path).body(request.to_string()).send()
    };
    let request = json!({ "firmware": firmware["id"], "devices": [crate::ID] });
    let preview = ask("/api/rollouts/preview", &operator, &request).await;
    assert_eq!((preview.status, &preview.json()["counts"]["asleep"]), (200, &json!(1)));
    assert_eq!(site.api(&operator, "GET", "/api/rollouts").send().await.json(), json!([]));
    for path in ["/api/rollouts", "/api/rollouts/preview"] {
        assert_eq!(ask(path, &viewer, &request).await.status, 403);
    }
    for (wrong, status, code) in [
        (json!({ "firmware": firmware["id"], "devices": [] }), 422, "plan"),
        (json!({ "firmware": "Fnone", "devices": [crate::ID] }), 404, "not-found"),
        (json!({ "firmware": firmware["id"], "devices": ["Dnone"] }), 404, "not-found"),
        (
            json!({ "firmware": firmware["id"], "devices": [crate::ID], "plan": { "parallel": 0 } }),
            422,
            "plan",
        ),
        (json!({ "firmware": 7 }), 400, "malformed"),
    ] {
        let reply = ask("/api/rollouts", &operator, &wrong).await;
        let said = reply.json();
        assert_eq!((reply.status, &said["code"]), (status, &json!(code)), "{wrong}");
        let why = match (code, wrong["plan"].is_null()) {
            ("plan", true) => json!({ "notMade": "noDevice" }),
            ("plan", false) => json!({ "notMade": { "plan": "parallel" } }),
            _ => Value::Null,
        };
        assert_eq!(said["why"], why, "{wrong}");
    }
    let made = ask("/api/rollouts", &operator, &request).await.json();
    let path = format!("/api/rollouts/{}", made["id"].as_str().expect("an id"));
    assert_eq!(site.api(&viewer, "GET", &path).send().await.status, 200);
    let act = format!("{path}/act");
    let pause = json!({ "act": "pause" });
    assert_eq!(ask(&act, &viewer, &pause).await.status, 403);
    assert_eq!(
        ask(&act, &operator, &pause).await.json()["course"],
        json!({ "paused": "operator" })
    );
    let late = ask(&act, &operator, &pause).await;
    assert_eq!((late.status, &late.json()["why"]), (409, &json!({ "notDone": "course" })));
    // A newer one takes the device out of it.
    ask("/api/rollouts", &operator, &request).await;
    let left = site.api(&operator, "GET", &path).send().await.json();
    assert_eq!(left["devices"][0]["reason"], "superseded");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_downgrade_waits_for_somebody_who_says_why() {
    let folder = Folder::new();
    let product = populate(&folder, 1).await;
    let server = Process::start(&folder, &[]).await;
    let operator = Operator::of(&server).await;
    let firmware = operator.upload(&product, "2.0").await;
    let mut board = Board::new(1);
    board.report(&server, "3.0").await;
    board.connect(&server).await;
    let request = json!({ "firmware": firmware["id"], "devices": [board.id] });
    let made = operator.make(&request).await;
    assert_eq!(line(&made, &board.id)["state"], "REJECTED");
    assert_eq!(line(&made, &board.id)["reason"], json!({ "objected": "downgrade" }));
    let rollout = made["id"].as_str().expect("an id");
    let unsaid = json!({ "act": { "override": { "objection": "downgrade", "reason": "" } } });
    assert_eq!(operator.act(rollout, unsaid).await.status, 409);
    let said =
        json!({ "act": { "override": { "objection": "downgrade", "reason": "3.0 overheats" } } });
    assert_eq!(operator.act(rollout, said).await.status, 200);
    board.fetch(&server).await;
    // The address is good for as long as the device is under way, and for nobody afterwards.
    assert_eq!(operator.act(rollout, json!({ "act": "cancel" })).await.status, 200);
    board.say(&server, "failed").await;
    operator.until(rollout, &board.id, "FAILED").await;
    assert_eq!(board.ask(&server, "").await.status, 404);
    let overrides = &operator.show(rollout).await["overrides"];
    assert_eq!(
        (&overrides[0]["by"], &overrides[0]["reason"]),
        (&json!("operator"), &json!("3.0 overheats"))
    );
    server.terminate().await;
}
