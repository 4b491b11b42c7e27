//! Who vouches for a firmware.

use mcs_digest::Checksums;
use minisign::KeyPair;
use serde_json::{Value, json};

use crate::client::{Reply, Request};
use crate::mqtt::{Client, topic};
use crate::{ID, Site};

const IMAGE: &[u8] = b"an image that somebody vouches for";

fn key() -> KeyPair {
    KeyPair::generate_unencrypted_keypair().expect("randomness")
}

async fn site(keys: &[&KeyPair], require: bool) -> Site {
    let keys = keys.iter().map(|it| it.pk.to_base64().parse().expect("a key")).collect();
    Site::with(|config| {
        config.firmware_keys = keys;
        config.require_signed_firmware = require;
    })
    .await
}

/// A manifest of the image, as its text.
fn manifest(site: &Site, version: &str, seq: u64, change: &[(&str, Value)]) -> String {
    let sums = Checksums::of(IMAGE);
    let mut manifest = json!({
        "name": "App", "model": site.product, "version": version, "seq": seq,
        "size": sums.size, "md5": sums.md5.to_string(), "sha256": sums.sha256.to_string(),
        "created": 1_763_000_000_000_u64,
    });
    for (name, value) in change {
        manifest[name] = value.clone();
    }
    manifest.to_string()
}

fn sign(key: &KeyPair, text: &str) -> String {
    let made = minisign::sign(None, &key.sk, text.as_bytes(), Some("a release"), None);
    made.expect("a signature").into_string()
}

fn escape(text: &str) -> String {
    text.bytes().map(|it| format!("%{it:02X}")).collect()
}

impl Site {
    async fn offer(&self, token: &str, version: &str, manifest: &str, signature: &str) -> Reply {
        self.offer_file(token, version, manifest, signature, IMAGE).await
    }

    async fn offer_file(
        &self,
        token: &str,
        version: &str,
        manifest: &str,
        signature: &str,
        image: &[u8],
    ) -> Reply {
        let (manifest, signature) = (escape(manifest), escape(signature));
        let path = format!(
            "/api/prototypes/{}/firmwares?name=App&version={version}&manifest={manifest}&signature={signature}",
            self.product
        );
        self.api(token, "POST", &path).body(image).send().await
    }
}

fn refusal(reply: &Reply) -> (u16, String, String) {
    let text = |name: &str| reply.json()[name].as_str().unwrap_or_default().to_owned();
    (reply.status, text("code"), text("message"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_firmware_is_kept_with_who_vouches_for_it() {
    let key = key();
    let site = site(&[&key], true).await;
    let token = site.sign_in("operator").await;
    let policy = site.api(&token, "GET", "/api/firmware-policy").send().await.json();
    assert_eq!(policy["keys"], json!([key.pk.to_base64()]));
    assert_eq!(policy["requireSigned"], true);

    let text = manifest(&site, "2.0", 7, &[("min_version", json!("1.0"))]);
    let reply = site.offer(&token, "2.0", &text, &sign(&key, &text)).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let signed = &reply.json()["signed"];
    assert_eq!((&signed["seq"], &signed["trusted"]), (&json!(7), &json!(true)));
    assert_eq!((&signed["model"], &signed["minVersion"]), (&json!(site.product), &json!("1.0")));
    let comment = key.pk.to_box().expect("a key").to_string();
    let id = signed["key"].as_str().expect("an id");
    assert!(comment.lines().next().is_some_and(|it| it.ends_with(id)), "{comment} {id}");

    let mut board = Client::device(&site, "board").await;
    board.subscribe(&topic("+")).await;
    let body = json!({ "firmware": reply.json()["id"], "devices": [ID] }).to_string();
    let made = site.api(&token, "POST", "/api/rollouts").body(body).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(board.message().await.1.contains(",FOTA,2.0,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_check_of_a_manifest_refuses_under_its_own_name() {
    let (key, stranger) = (key(), key());
    let site = site(&[&key], true).await;
    let token = site.sign_in("operator").await;
    let newest = manifest(&site, "2.0", 7, &[]);
    assert_eq!(site.offer(&token, "2.0", &newest, &sign(&key, &newest)).await.status, 201);

    let next = |change: &[(&str, Value)]| manifest(&site, "2.1", 8, change);
    for (text, by, code, names) in [
        (next(&[]), &stranger, "key-not-trusted", "key"),
        (manifest(&site, "2.1", 7, &[]), &key, "seq-replayed", "seq is 7, and 7 was taken"),
        (manifest(&site, "2.1", 3, &[]), &key, "seq-replayed", "seq is 3, and 7 was taken"),
        (next(&[("model", json!("7688"))]), &key, "model-mismatch", "model 7688"),
        (next(&[("version", json!("2.2"))]), &key, "version-mismatch", "version 2.2"),
        (next(&[("min_version", json!("3.0"))]), &key, "min-version", "min_version 3.0"),
        (next(&[("name", json!("Other"))]), &key, "name-mismatch", "Other"),
        (next(&[("size", json!(5))]), &key, "size-mismatch", "bytes"),
        (next(&[("md5", json!("0".repeat(32)))]), &key, "hash-mismatch", "MD5"),
        (next(&[("sha256", json!("0".repeat(64)))]), &key, "hash-mismatch", "SHA-256"),
        (next(&[("seq", json!(u64::MAX))]), &key, "manifest", "seq"),
    ] {
        let reply = site.offer(&token, "2.1", &text, &sign(by, &text)).await;
        let (status, found, message) = refusal(&reply);
        assert_eq!((status, found.as_str()), (422, code), "{message}");
        assert!(message.contains(names), "{message}");
    }
    let text = next(&[]);
    let changed = text.replace("\"seq\":8", "\"seq\":9");
    let reply = site.offer(&token, "2.1", &changed, &sign(&key, &text)).await;
    assert_eq!(refusal(&reply).1, "signature-mismatch");
    let page = "<!doctype html><title>404</title>";
    assert_eq!(refusal(&site.offer(&token, "2.1", &text, page).await).1, "signature-mismatch");
    let mut flipped = IMAGE.to_vec();
    flipped[9] ^= 1;
    let signature = sign(&key, &text);
    let reply = site.offer_file(&token, "2.1", &text, &signature, &flipped).await;
    assert_eq!(refusal(&reply).1, "hash-mismatch");
    let reply = site.offer_file(&token, "2.1", &text, &signature, &IMAGE[..9]).await;
    assert_eq!(refusal(&reply).1, "size-mismatch");
    // Nothing of all that was kept.
    assert_eq!(site.offer(&token, "2.1", &text, &signature).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_signed_firmware_is_sent_only_with_a_reason_and_a_removed_seq_stays_taken() {
    let key = key();
    let site = site(&[&key], true).await;
    let token = site.sign_in("operator").await;
    let mut ids = Vec::new();
    for (version, seq) in [("2.0", 7), ("2.1", 8)] {
        let text = manifest(&site, version, seq, &[]);
        let reply = site.offer(&token, version, &text, &sign(&key, &text)).await;
        ids.push(reply.json()["id"].as_str().expect("an id").to_owned());
    }
    let roll_out = async |id: &str, overrides: Value| {
        let body = json!({ "firmware": id, "devices": [ID], "overrides": overrides }).to_string();
        site.api(&token, "POST", "/api/rollouts").body(body).send().await.json()
    };
    // The device never said what it runs, so that it is no downgrade.
    let refused = roll_out(&ids[0], json!([])).await;
    let device = &refused["devices"][0];
    assert_eq!((&device["state"], &device["objections"]), (&json!("REJECTED"), &json!(["older"])));
    let reason = json!([{ "objection": "older", "reason": "2.1 breaks the pump" }]);
    let made = roll_out(&ids[0], reason).await;
    assert_eq!(made["devices"][0]["state"], "QUEUED");
    assert_eq!(made["overrides"][0]["reason"], "2.1 breaks the pump");
    let newest = roll_out(&ids[1], json!([])).await;
    assert_eq!(newest["devices"][0]["state"], "QUEUED");

    let path = format!("/api/rollouts/{}/act", newest["id"].as_str().expect("an id"));
    let cancel = site.api(&token, "POST", &path).body(r#"{"act":"cancel"}"#).send().await;
    assert_eq!(cancel.status, 200, "{}", cancel.text());
    let path = format!("/api/firmwares/{}", ids[1]);
    assert_eq!(site.api(&token, "DELETE", &path).send().await.status, 204);
    let text = manifest(&site, "2.1", 8, &[]);
    let again = site.offer(&token, "2.1", &text, &sign(&key, &text)).await;
    assert_eq!(refusal(&again).1, "seq-replayed");
    let still = roll_out(&ids[0], json!([])).await;
    assert_eq!(still["devices"][0]["objections"], json!(["older"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn unsigned_firmware_needs_an_override_where_keys_are_known_and_is_refused_where_they_rule() {
    let key = key();
    let site = site(&[&key], false).await;
    let token = site.sign_in("operator").await;
    let path = format!("/api/prototypes/{}/firmwares?name=App&version=2.0", site.product);
    let firmware = site.api(&token, "POST", &path).body(IMAGE).send().await.json();
    assert_eq!(firmware["signed"], Value::Null);
    let rollout = |overrides: Value| {
        let body = json!({ "firmware": firmware["id"], "devices": [ID], "overrides": overrides });
        site.api(&token, "POST", "/api/rollouts/preview").body(body.to_string())
    };
    let preview = rollout(json!([])).send().await.json();
    assert!(preview.to_string().contains("unverified"), "{preview}");

    // The same folder under a server that refuses.
    let Site { server, folder, product } = site;
    server.shutdown().await;
    let mut config = crate::config(&folder);
    config.firmware_keys = vec![key.pk.to_base64().parse().expect("a key")];
    config.require_signed_firmware = true;
    let server = mcs_server::start(config).await.expect("a server");
    let site = Site { server, folder, product };
    let token = site.log_in("operator", "secret").await.json()["token"]
        .as_str()
        .expect("a token")
        .to_owned();
    let path = format!("/api/prototypes/{}/firmwares?name=App&version=2.1", site.product);
    let reply = site.api(&token, "POST", &path).body(IMAGE).send().await;
    assert_eq!((reply.status, refusal(&reply).1.as_str()), (422, "unsigned"));
    let overrides = json!([{ "objection": "unverified", "reason": "a test" }]);
    let body = json!({ "firmware": firmware["id"], "devices": [ID], "overrides": overrides });
    let make = site.api(&token, "POST", "/api/rollouts").body(body.to_string());
    assert_eq!(refusal(&make.send().await).1, "unsigned", "whatever the operator says");
    let list = site.device("GET", "/firmwares/available").send().await.json();
    assert_eq!(list["results"], json!([]), "nor does a device get it by asking");
    let file = firmware["url"].as_str().and_then(|it| it.rsplit('/').next()).expect("a token");
    let fetch = Request::new(site.http(), "GET", &format!("/fw/{file}"));
    assert_eq!(fetch.send().await.status, 200, "operators still verify it");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_prototype_may_ask_for_signatures_and_another_not() {
    let key = key();
    let Site { server, folder, product } = site(&[&key], false).await;
    server.shutdown().await;
    let mut config = crate::config(&folder);
    config.firmware_keys = vec![key.pk.to_base64().parse().expect("a key")];
    config.require_signed_firmware_for = [product.parse().expect("an id")].into();
    let server = mcs_server::start(config).await.expect("a server");
    let site = Site { server, folder, product };
    let token = site.sign_in("admin").await;
    let policy = site.api(&token, "GET", "/api/firmware-policy").send().await.json();
    assert_eq!(policy["requireSigned"], false);
    assert_eq!(policy["requireSignedFor"], json!([site.product]));
    let clone = format!("/api/prototypes/{}/clone", site.product);
    let name = json!({ "name": "Bench" }).to_string();
    let other = site.api(&token, "POST", &clone).body(name).send().await.json();
    let other = other["prototype"]["id"].as_str().expect("an id").to_owned();
    let upload = async |prototype: &str| {
        let path = format!("/api/prototypes/{prototype}/firmwares?name=App&version=2.0");
        site.api(&token, "POST", &path).body(IMAGE).send().await
    };
    let refused = upload(&site.product).await;
    assert_eq!((refused.status, refusal(&refused).1.as_str()), (422, "unsigned"));
    let taken = upload(&other).await;
    assert_eq!(taken.status, 201, "{}", taken.text());
    let text = manifest(&site, "2.0", 1, &[]);
    let signed = site.offer(&token, "2.0", &text, &sign(&key, &text)).await;
    assert_eq!(signed.status, 201, "{}", signed.text());
}
