//! What holds a rollout together when times run out, keys, rights and devices go, and operators
//! act at once.

use mcs_digest::Checksums;
use minisign::KeyPair;
use serde_json::{Value, json};

use super::board::{Board, id};
use super::{IMAGE, Operator, line, populate};
use crate::client::{Reply, Request};
use crate::process::Process;
use crate::{Folder, admin, soon};

/// A server with so many devices that run 1.0 and a firmware 2.0.
struct Bench {
    folder: Folder,
    product: String,
    server: Process,
    operator: Operator,
    firmware: Value,
}

impl Bench {
    async fn start(devices: u32) -> Self {
        let folder = Folder::new();
        let product = populate(&folder, devices).await;
        let server = Process::start(&folder, &[]).await;
        let operator = Operator::of(&server).await;
        let firmware = operator.upload(&product, "2.0").await["id"].clone();
        Self { folder, product, server, operator, firmware }
    }

    async fn restart(self, arguments: &[&str]) -> Self {
        let Self { folder, product, server, firmware, .. } = self;
        server.terminate().await;
        let server = Process::start(&folder, arguments).await;
        let operator = Operator::of(&server).await;
        Self { folder, product, server, operator, firmware }
    }

    async fn restart_as(self, name: &str) -> Self {
        let bench = self.restart(&[]).await;
        let token = bench.server.token(name, "secret").await;
        Self { operator: Operator { server: bench.server.http(), token }, ..bench }
    }

    /// A device that is here.
    async fn board(&self, n: u32) -> Board {
        let mut board = Board::new(n);
        board.report(&self.server, "1.0").await;
        board.connect(&self.server).await;
        board
    }

    fn request(&self, devices: std::ops::RangeInclusive<u32>, plan: Value) -> Value {
        let devices: Vec<_> = devices.map(id).collect();
        json!({ "firmware": self.firmware, "devices": devices, "plan": plan })
    }

    async fn make(&self, devices: std::ops::RangeInclusive<u32>, plan: Value) -> String {
        let made = self.operator.make(&self.request(devices, plan)).await;
        made["id"].as_str().expect("an id").to_owned()
    }
}

/// Everybody at once; the report is enough.
fn at_once() -> Value {
    json!({ "waves": [], "terms": { "confirming": 0 } })
}

/// The audit's acts, in their order.
async fn acts(operator: &Operator, rollout: &str) -> Vec<Value> {
    let audit = operator.call("GET", &format!("/api/rollouts/{rollout}/audit"), "").await.json();
    let lines = audit.as_array().expect("lines").iter();
    lines.filter_map(|it| it["event"].get("act")).cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_has_its_time_over_real_sockets() {
    let bench = Bench::start(6).await;
    let (server, operator) = (&bench.server, &bench.operator);
    let mut boards = Vec::new();
    // The first one never comes.
    for n in 2..=6 {
        boards.push(bench.board(n).await);
    }
    let times = ["queued", "initiated", "downloading", "downloaded", "updating"];
    let mut terms = json!({ "confirming": 1, "unanswered": 1 });
    for time in times {
        terms[time] = json!(4);
    }
    let plan =
        json!({ "waves": [], "maxFailures": null, "maxFailedPercent": null, "terms": terms });
    let rollout = bench.make(1..=6, plan).await;
    let [silent, stalls, fetches, writes, proves] = &mut boards[..] else { panic!("five") };
    silent.hear_notice().await;
    stalls.fetch_half(server).await;
    fetches.fetch(server).await;
    writes.fetch(server).await;
    writes.say(server, "updating").await;
    proves.fetch(server).await;
    proves.report(server, "2.0").await;
    for (n, state, reason) in [
        (1, "TIMED_OUT", "didNotCome"),
        (2, "TIMED_OUT", "didNotAnswer"),
        (3, "TIMED_OUT", "didNotFetch"),
        (4, "TIMED_OUT", "didNotReport"),
        (5, "TIMED_OUT", "didNotReport"),
        (6, "UPDATED", "none"),
    ] {
        operator.until(&rollout, &id(n), state).await;
        assert_eq!(line(&operator.show(&rollout).await, &id(n))["reason"], reason, "device {n}");
    }
    assert_eq!(operator.show(&rollout).await["course"], "finished");
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_defers_keeps_its_notice_and_its_own_time() {
    let bench = Bench::start(2).await;
    let (server, operator) = (&bench.server, &bench.operator);
    let (mut later, mut never) = (bench.board(1).await, bench.board(2).await);
    let terms = json!({ "confirming": 0, "queued": 6, "initiated": 600, "unanswered": 1 });
    let rollout = bench.make(1..=2, json!({ "waves": [], "terms": terms })).await;
    for board in [&mut later, &mut never] {
        board.hear_notice().await;
        board.say(server, "deferred").await;
        operator.until(&rollout, &board.id, "DEFERRED").await;
    }
    // It comes back, still with the old version: it has said that it will.
    later.connect(server).await;
    assert_eq!(line(&operator.show(&rollout).await, &later.id)["notices"], 1);
    assert_eq!(later.ask(server, "").await.body, IMAGE);
    later.report(server, "2.0").await;
    operator.until(&rollout, &later.id, "UPDATED").await;
    operator.until(&rollout, &never.id, "TIMED_OUT").await;
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_trusted_key_gone_nothing_goes_to_those_that_wait() {
    let key = || KeyPair::generate_unencrypted_keypair().expect("randomness");
    let (old, new) = (key(), key());
    let (old_key, new_key) = (old.pk.to_base64(), new.pk.to_base64());
    let mut bench = Bench::start(3).await.restart(&["--firmware-key", &old_key]).await;
    let sums = Checksums::of(IMAGE);
    let manifest = json!({
        "name": "App", "model": bench.product, "version": "2.1", "seq": 1, "size": sums.size,
        "md5": sums.md5.to_string(), "sha256": sums.sha256.to_string(), "created": 0,
    })
    .to_string();
    let signature = minisign::sign(None, &old.sk, manifest.as_bytes(), Some("it"), None);
    let signature = signature.expect("a signature").into_string();
    let hex = |text: &str| text.bytes().map(|it| format!("%{it:02X}")).collect::<String>();
    let path = format!(
        "/api/prototypes/{}/firmwares?name=App&version=2.1&manifest={}&signature={}",
        bench.product,
        hex(&manifest),
        hex(&signature)
    );
    bench.firmware = bench.operator.call("POST", &path, IMAGE).await.json()["id"].clone();
    let (mut has_it, waits) = (bench.board(1).await, bench.board(2).await);
    let plan =
        json!({ "waves": [{ "devices": 1 }, { "devices": 2 }], "terms": { "confirming": 0 } });
    let rollout = bench.make(1..=3, plan).await;
    has_it.hear_any_notice().await;
    assert_eq!(has_it.ask(&bench.server, "bytes=0-19").await.status, 206);

    // Another key is trusted now.
    drop(waits);
    let bench = bench.restart(&["--firmware-key", &new_key]).await;
    let mut waits = bench.board(2).await;
    assert_eq!(has_it.ask(&bench.server, "bytes=20-").await.status, 404, "nor the rest of it");
    has_it.report(&bench.server, "2.1").await;
    bench.operator.until(&rollout, &id(2), "REJECTED").await;
    let shown = bench.operator.show(&rollout).await;
    assert_eq!(line(&shown, &id(1))["state"], "UPDATED", "it had the file already");
    for n in [2, 3] {
        let line = line(&shown, &id(n));
        assert_eq!(
            (&line["reason"], &line["notices"]),
            (&json!({ "objected": "unverified" }), &json!(0))
        );
    }

    // Where a signature is asked for without exception, nobody overrides that.
    let bench = bench.restart(&["--firmware-key", &new_key, "--require-signed-firmware"]).await;
    waits.connect(&bench.server).await;
    let act =
        json!({ "act": { "override": { "objection": "unverified", "reason": "it is ours" } } });
    let refused = bench.operator.act(&rollout, act.clone()).await;
    assert_eq!((refused.status, &refused.json()["why"]), (409, &json!({ "notDone": "barred" })));

    // Somebody who may says that it is sent all the same.
    let bench = bench.restart(&["--firmware-key", &new_key]).await;
    waits.connect(&bench.server).await;
    assert_eq!(bench.operator.act(&rollout, act).await.status, 200);
    waits.hear_any_notice().await;
    assert_eq!(waits.ask(&bench.server, "").await.status, 200);
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_goes_on_without_the_operator_who_made_it() {
    let bench = Bench::start(2).await;
    let (server, operator) = (&bench.server, &bench.operator);
    let (mut first, mut second) = (bench.board(1).await, bench.board(2).await);
    let plan = json!({ "waves": [{ "devices": 1 }], "terms": { "confirming": 0 } });
    let rollout = bench.make(1..=2, plan).await;
    first.fetch(server).await;
    admin(&bench.folder, &["user", "role", "operator", "viewer"]).await;
    let pause = json!({ "act": "pause" });
    soon("the right to be gone", async {
        while operator.act(&rollout, pause.clone()).await.status != 403 {
            assert_eq!(operator.act(&rollout, json!({ "act": "resume" })).await.status, 200);
        }
    })
    .await;
    first.report(server, "2.0").await;
    second.fetch(server).await;
    admin(&bench.folder, &["user", "remove", "operator"]).await;
    second.report(server, "2.0").await;
    let path = format!("/api/rollouts/{rollout}");
    soon("the session to be gone", async {
        while operator.call("GET", &path, "").await.status != 401 {
            tokio::task::yield_now().await;
        }
    })
    .await;
    // Somebody else finds it ended as it should.
    crate::add_user(&bench.folder, "viewer").await;
    let token = server.token("viewer", "secret").await;
    let shown = Request::new(server.http(), "GET", &path).header("Authorization", &token);
    let shown = shown.send().await.json();
    assert_eq!((&shown["course"], &shown["by"]), (&json!("finished"), &json!("operator")));
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_outlives_its_devices_and_its_prototype() {
    let bench = Bench::start(2).await;
    let mut board = bench.board(1).await;
    let rollout = bench.make(1..=2, at_once()).await;
    board.hear_notice().await;
    let token = {
        crate::add_user(&bench.folder, "admin").await;
        bench.server.token("admin", "secret").await
    };
    let admin = Operator { server: bench.server.http(), token };
    let delete = |path: String| admin.call("DELETE", Box::leak(path.into_boxed_str()), "");
    let prototype = || format!("/api/prototypes/{}", bench.product);
    assert_eq!(delete(prototype()).await.status, 409, "it has devices");
    for n in [1, 2] {
        assert_eq!(delete(format!("/api/devices/{}", id(n))).await.status, 204);
    }
    assert_eq!(board.ask(&bench.server, "").await.status, 404);
    assert_eq!(delete(prototype()).await.status, 204);
    let shown = admin.show(&rollout).await;
    assert_eq!(shown["course"], "finished");
    for n in [1, 2] {
        let line = line(&shown, &id(n));
        assert_eq!((&line["state"], &line["reason"]), (&json!("CANCELED"), &json!("removed")));
    }
    // Also for a server that begins anew.
    let bench = bench.restart_as("admin").await;
    assert_eq!(bench.operator.show(&rollout).await, shown);
    let list = bench.operator.call("GET", "/api/rollouts", "").await.json();
    assert_eq!((&list[0]["id"], &list[0]["course"]), (&json!(rollout), &json!("finished")));
    let audit = bench.operator.call("GET", &format!("/api/rollouts/{rollout}/audit"), "").await;
    assert!(audit.text().contains("removed"), "{}", audit.text());
    let retry = bench.operator.act(&rollout, json!({ "act": "retryFailed" })).await;
    assert_eq!(retry.status, 409, "there is nothing left to send");
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_is_removed_with_its_file_when_nothing_needs_it_and_its_audit_stays() {
    let bench = Bench::start(1).await;
    let (server, operator) = (&bench.server, &bench.operator);
    let mut board = bench.board(1).await;
    let id = bench.firmware.as_str().expect("an id");
    let file = bench.folder.join("firmware").join(id);
    let remove =
        async |id: &str| operator.call("DELETE", &format!("/api/firmwares/{id}"), "").await;
    let code = |reply: &Reply| (reply.status, reply.json()["code"].clone());

    let path =
        format!("/api/prototypes/{}/firmwares?name=App&version=2.1&compatible={id}", bench.product);
    let next = operator.call("POST", &path, IMAGE).await.json()["id"].clone();
    assert_eq!(code(&remove(id).await), (409, json!("needed")));
    // Said of it later, it is the same.
    let path = format!("/api/firmwares/{}", next.as_str().expect("an id"));
    let say = async |compatible: Value| {
        let body = json!({ "note": "all new", "compatible": compatible }).to_string();
        operator.call("PUT", &path, body).await
    };
    assert_eq!(say(json!(["Fother000000"])).await.status, 400);
    let any = say(json!(null)).await.json();
    assert_eq!((&any["note"], &any["compatible"]), (&json!("all new"), &json!(null)));
    assert_eq!(say(json!([id])).await.json()["compatible"], json!([id]));
    assert_eq!(code(&remove(id).await), (409, json!("needed")));
    assert_eq!(remove(next.as_str().expect("an id")).await.status, 204);
    let rollout = bench.make(1..=1, at_once()).await;
    board.hear_notice().await;
    assert_eq!(code(&remove(id).await), (409, json!("in-use")));
    assert!(file.exists());
    board.report(server, "2.0").await;
    operator.until(&rollout, &board.id, "UPDATED").await;
    let shown = operator.show(&rollout).await;

    assert_eq!(remove(id).await.status, 204);
    assert!(!file.exists(), "the file is on the disk");
    assert_eq!(code(&remove(id).await), (404, json!("not-found")));
    let list = format!("/api/prototypes/{}/firmwares", bench.product);
    assert_eq!(operator.call("GET", &list, "").await.json(), json!([]));
    assert_eq!(operator.show(&rollout).await, shown);
    let audit = operator.call("GET", &format!("/api/rollouts/{rollout}/audit"), "").await;
    let audit = audit.text();
    assert!(audit.contains(&Checksums::of(IMAGE).sha256.to_string()), "{audit}");
    let request = bench.request(1..=1, at_once()).to_string();
    assert_eq!(operator.call("POST", "/api/rollouts", request).await.status, 404);
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_operators_who_act_at_once_each_hears_what_became_of_it() {
    let bench = Bench::start(1).await;
    let rollout = bench.make(1..=1, at_once()).await;
    let act = |act: &str| bench.operator.act(&rollout, json!({ "act": act }));
    let pauses = [act("pause"), act("pause"), act("pause"), act("pause")];
    let replies = futures_util::future::join_all(pauses).await;
    let mut statuses: Vec<_> = replies.iter().map(|it| it.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409]);

    let all = ["resume", "pause", "cancel", "resume", "pause", "cancel", "retryFailed"];
    let replies = futures_util::future::join_all(all.map(act)).await;
    let done = all.iter().zip(&replies).filter(|(_, it)| it.status == 200).count();
    let acts = acts(&bench.operator, &rollout).await;
    assert_eq!(acts.len(), 1 + done, "{acts:?}");
    assert_eq!(acts.iter().filter(|it| **it == "cancel").count(), 1);
    assert_eq!(acts.last(), Some(&json!("cancel")), "nothing is done behind the end");
    // A pause and a resume take turns, whoever they came from.
    assert!(acts.windows(2).all(|it| it[0] != it[1]), "{acts:?}");
    let shown = bench.operator.show(&rollout).await;
    assert_eq!(shown["course"], "canceled");
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_for_which_rollouts_are_made_at_once_is_in_one_of_them() {
    let bench = Bench::start(2).await;
    let mut board = bench.board(1).await;
    let request = bench.request(1..=2, at_once());
    let made = (0..6).map(|_| bench.operator.make(&request));
    let made = futures_util::future::join_all(made).await;
    let mut open = Vec::new();
    let mut notices = 0;
    for it in &made {
        let rollout = it["id"].as_str().expect("an id");
        let shown = bench.operator.show(rollout).await;
        notices += line(&shown, &id(1))["notices"].as_u64().expect("a count");
        let states = [1, 2].map(|n| line(&shown, &id(n))["state"].as_str().map(str::to_owned));
        if states.iter().any(|it| it.as_deref() != Some("CANCELED")) {
            open.push((rollout, states));
        }
    }
    let [(rollout, states)] = &open[..] else { panic!("{open:?}") };
    assert_eq!(states.each_ref().map(Option::as_deref), [Some("INITIATED"), Some("QUEUED")]);
    for _ in 0..notices {
        board.hear_notice().await;
    }
    assert_eq!(board.ask(&bench.server, "").await.body, IMAGE, "the newest address holds");
    board.report(&bench.server, "2.0").await;
    bench.operator.until(rollout, &id(1), "UPDATED").await;
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_tried_again_leaves_the_newer_rollout() {
    let bench = Bench::start(2).await;
    let (server, operator) = (&bench.server, &bench.operator);
    let mut board = bench.board(1).await;
    let older = bench.make(1..=1, at_once()).await;
    board.fetch(server).await;
    board.say(server, "failed").await;
    operator.until(&older, &board.id, "FAILED").await;
    let newer = bench.make(1..=2, at_once()).await;
    board.hear_notice().await;
    // It comes back while it has ended in the older one, which nobody tells.
    board.connect(server).await;
    assert_eq!(operator.act(&older, json!({ "act": "retryFailed" })).await.status, 200);
    board.fetch(server).await;
    let left = operator.show(&newer).await;
    assert_eq!(line(&left, &board.id)["reason"], "superseded");
    assert_eq!(line(&left, &id(2))["state"], "QUEUED", "the others stay");
    board.report(server, "2.0").await;
    operator.until(&older, &board.id, "UPDATED").await;
    bench.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rollouts_and_their_audit_come_page_by_page_also_those_that_have_ended() {
    let bench = Bench::start(1).await;
    let mut board = bench.board(1).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, bench.make(1..=1, at_once()).await);
        board.hear_notice().await;
    }
    board.report(&bench.server, "2.0").await;
    bench.operator.until(&made[0], &board.id, "UPDATED").await;
    let listed = bench.restart(&[]).await;
    let operator = &listed.operator;
    let page = async |query: &str| {
        let list = operator.call("GET", &format!("/api/rollouts{query}"), "").await.json();
        let list = list.as_array().expect("a list").iter();
        list.map(|it| it["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(page("").await, made);
    assert_eq!(page("?limit=2").await, made[..2]);
    assert_eq!(page(&format!("?limit=2&before={}", made[1])).await, made[2..4]);
    assert_eq!(page(&format!("?before={}", made[3])).await, made[4..]);
    assert_eq!(page("?before=Rnone").await, Vec::<String>::new());
    let audit = async |query: &str| {
        let path = format!("/api/rollouts/{}/audit{query}", made[0]);
        operator.call("GET", &path, "").await.json().as_array().expect("lines").clone()
    };
    let all = audit("").await;
    assert_eq!(all.len(), 4, "made, notice, ended, finished: {all:?}");
    assert_eq!(audit("?from=3").await, all[3..]);
    assert_eq!(audit("?from=4").await, Vec::<Value>::new());
    // What a device did last is known of the newest one.
    let devices = operator.call("GET", "/api/devices", "").await.json();
    let devices = devices.as_array().expect("devices");
    let push = devices.iter().find(|it| it["id"] == board.id).map(|it| &it["push"]["state"]);
    assert_eq!(push, Some(&json!("UPDATED")));
    listed.server.terminate().await;
}
