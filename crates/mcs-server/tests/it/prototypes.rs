//! Prototypes as administrators edit them, while devices are connected (CONTRACT §1, §4.6).

mod fleet;

use rumqttc::SubscribeReasonCode;
use serde_json::{Value, json};

use crate::client::{Reply, Request};
use crate::mqtt::{Client, topic};
use crate::people::add_person;
use crate::{ID, KEY, Site};

impl Site {
    async fn prototypes(&self, token: &str, method: &str, rest: &str, body: &Value) -> Reply {
        let request = self.api(token, method, &format!("/api/prototypes{rest}"));
        match body {
            Value::Null => request.send().await,
            body => request.body(body.to_string()).send().await,
        }
    }

    /// The prototype of the device, as it stands.
    async fn prototype(&self, token: &str) -> Value {
        let path = format!("/{}", self.product);
        let reply = self.prototypes(token, "GET", &path, &Value::Null).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    /// Edits the prototype of the device from what it is now.
    async fn edit(&self, token: &str, hide: Value, change: impl FnOnce(&mut Value)) -> Reply {
        let mut info = self.prototype(token).await;
        change(&mut info["prototype"]);
        let edit =
            json!({ "revision": info["revision"], "draft": info["prototype"], "hide": hide });
        self.prototypes(token, "PUT", &format!("/{}", self.product), &edit).await
    }
}

fn channel(id: &str, kind: Value) -> Value {
    json!({ "id": id, "name": "Lamp", "description": "", "direction": "controller", "kind": kind })
}

fn channels(prototype: &mut Value) -> &mut Vec<Value> {
    prototype["channels"].as_array_mut().expect("a list")
}

fn position(prototype: &mut Value, id: &str) -> usize {
    channels(prototype).iter().position(|it| it["id"] == id).expect("the channel")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prototype_is_made_listed_cloned_and_removed() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let draft =
        json!({ "name": "Lamp", "version": "2", "channels": [channel("lamp", json!("switch"))] });
    let made = site.prototypes(&token, "POST", "", &draft).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let id = made["prototype"]["id"].as_str().expect("an id").to_owned();
    assert_eq!((id.len(), &made["revision"], &made["editedBy"]), (12, &json!(1), &json!("admin")));

    let list = site.prototypes(&token, "GET", "", &Value::Null).await.json();
    let of = |id: &str| list.as_array().unwrap().iter().find(|it| it["id"] == id).unwrap().clone();
    assert_eq!((&of(&id)["channels"], &of(&id)["devices"]), (&json!(1), &json!(0)));
    assert_eq!(of(&site.product)["devices"], 1);

    let name = json!({ "name": "Lamp with a dimmer" });
    let cloned = site.prototypes(&token, "POST", &format!("/{id}/clone"), &name).await.json();
    assert_eq!(cloned["prototype"]["name"], "Lamp with a dimmer");
    assert_eq!(cloned["prototype"]["channels"], made["prototype"]["channels"]);
    assert_ne!(cloned["prototype"]["id"], made["prototype"]["id"]);

    let path = format!("/{id}");
    let gone = site.prototypes(&token, "DELETE", &path, &Value::Null).await;
    assert_eq!((gone.status, gone.text()), (204, ""));
    assert_eq!(site.prototypes(&token, "GET", &path, &Value::Null).await.status, 404);
    let path = format!("/{}", site.product);
    let kept = site.prototypes(&token, "DELETE", &path, &Value::Null).await;
    assert_eq!((kept.status, &kept.json()["code"]), (409, &json!("in-use")));
    assert!(kept.text().contains("1 devices"), "{}", kept.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_change_anything_and_members_see_what_they_were_granted() {
    let site = Site::start().await;
    let admin = site.sign_in("admin").await;
    let other = site.prototypes(&admin, "POST", "", &json!({ "name": "Other" })).await.json();
    let other = format!("/{}", other["prototype"]["id"].as_str().unwrap());
    let own = format!("/{}", site.product);
    let edit = json!({ "revision": 1, "draft": { "name": "Mine" } });
    let devices = json!({ "prototype": site.product, "devices": [{ "name": "A" }] });
    let people = [
        add_person(&site, "oscar", "operator", &[]).await,
        add_person(&site, "vera", "viewer", &[]).await,
        add_person(&site, "mia", "member", &[["--device", ID, "operator"]]).await,
    ];
    for person in people {
        let token = &person.token;
        for (method, path, body) in [
            ("POST", "", json!({ "name": "Mine" })),
            ("PUT", own.as_str(), edit.clone()),
            ("DELETE", &own, Value::Null),
            ("POST", &format!("{own}/clone"), json!({ "name": "Mine" })),
            ("POST", "/import", json!({})),
        ] {
            let reply = site.prototypes(token, method, path, &body).await;
            assert_eq!(reply.status, 403, "{} {method} {path}: {}", person.name, reply.text());
        }
        let path = format!("/api/devices/{ID}");
        for (method, path, body) in [
            ("POST", "/api/devices", devices.to_string()),
            ("DELETE", &path, String::new()),
            ("POST", &format!("{path}/key"), String::new()),
        ] {
            let reply = site.api(token, method, path).body(body).send().await;
            assert_eq!(reply.status, 403, "{} {method} {path}: {}", person.name, reply.text());
        }
        assert_eq!(site.prototypes(token, "GET", &own, &Value::Null).await.status, 200);
        let export = site.prototypes(token, "GET", &format!("{own}/export"), &Value::Null).await;
        assert_eq!(export.status, 200);
        let all = person.name != "mia";
        let reply = site.prototypes(token, "GET", &other, &Value::Null).await;
        assert_eq!(reply.status, if all { 200 } else { 404 });
        let list = site.prototypes(token, "GET", "", &Value::Null).await.json();
        assert_eq!(list.as_array().unwrap().len(), if all { 2 } else { 1 });
    }
    let path = format!("/api/prototypes{own}");
    assert_eq!(Request::new(site.http(), "GET", &path).send().await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_edits_what_somebody_else_has_edited_is_told_and_shown_what_it_is_now() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let ada = add_person(&site, "ada", "admin", &[]).await;
    let before = site.prototype(&token).await;
    let first = site.edit(&ada.token, json!([]), |it| it["name"] = json!("First")).await;
    assert_eq!((first.status, &first.json()["revision"]), (200, &json!(2)), "{}", first.text());
    let mut draft = before["prototype"].clone();
    draft["name"] = json!("Second");
    let edit = json!({ "revision": before["revision"], "draft": draft });
    let path = format!("/{}", site.product);
    let second = site.prototypes(&token, "PUT", &path, &edit).await;
    let refusal = second.json();
    assert_eq!((second.status, &refusal["code"]), (409, &json!("edited-meanwhile")));
    assert_eq!(refusal["message"], format!("ada has edited {} meanwhile.", site.product));
    assert_eq!(refusal["current"]["prototype"]["name"], "First");
    assert_eq!(site.prototype(&token).await, refusal["current"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_hidden_by_name_only_and_there_again_with_the_same_id_and_type() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    site.device("POST", "/datapoints.csv").body("count,1432538716989,7").send().await;
    let history = async || {
        let path = format!("/api/devices/{ID}/channels/count/points");
        let reply = site.api(&token, "GET", &path).send().await;
        if reply.status == 404 { None } else { Some(reply.json()["points"].clone()) }
    };
    let seven = json!([{ "at": 1_432_538_716_989_u64, "value": { "integer": 7 } }]);
    assert_eq!(history().await, Some(seven.clone()));

    // Another type, without saying so.
    let at = position(&mut site.prototype(&token).await["prototype"], "count");
    let as_text = |it: &mut Value| it["channels"][at]["kind"] = json!("string");
    let refused = site.edit(&token, json!([]), as_text).await;
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("hides-history")));
    assert_eq!(refused.json()["hides"], json!([{ "channel": "count", "devices": 1 }]));
    assert_eq!(history().await, Some(seven.clone()));
    // What nobody has written to goes without a word.
    let quiet = site.edit(&token, json!([]), |it| {
        let at = position(it, "pwm_in");
        channels(it).remove(at);
    });
    assert_eq!(quiet.await.status, 200);

    let at = position(&mut site.prototype(&token).await["prototype"], "count");
    let as_text = |it: &mut Value| it["channels"][at]["kind"] = json!("string");
    let done = site.edit(&token, json!(["count"]), as_text).await;
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(history().await, Some(json!([])));
    assert!(!site.listed(&token).await["lastPoints"].to_string().contains("count"));
    site.device("POST", "/datapoints.csv").body("count,1432538716990,many").send().await;
    let many = json!([{ "at": 1_432_538_716_990_u64, "value": { "string": "many" } }]);
    assert_eq!(history().await, Some(many.clone()));

    // Back to the first type, then gone, then here again.
    let integer = json!({ "integer": { "unit": "", "bounds": null } });
    let as_number = |it: &mut Value| it["channels"][at]["kind"] = integer.clone();
    assert_eq!(site.edit(&token, json!(["count"]), as_number).await.status, 200);
    assert_eq!(history().await, Some(seven.clone()));
    let gone = site.edit(&token, json!(["count"]), |it| drop(channels(it).remove(at)));
    assert_eq!(gone.await.status, 200);
    assert_eq!(history().await, None);
    let again = site.edit(&token, json!([]), |it| {
        channels(it).push(channel("count", json!("string")));
    });
    assert_eq!(again.await.status, 200);
    assert_eq!(history().await, Some(many));

    // Who removes a device with its history removes the hidden part, too.
    let path = format!("/api/devices/{ID}?history=remove");
    assert_eq!(site.api(&token, "DELETE", &path).send().await.status, 204);
    let body = json!({ "prototype": site.product,
        "devices": [{ "name": "Bench", "id": ID, "key": KEY }] });
    let made = site.api(&token, "POST", "/api/devices").body(body.to_string()).send().await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(site.edit(&token, json!(["count"]), as_integer_last).await.status, 200);
    assert_eq!(history().await, Some(json!([])));
}

fn as_integer_last(prototype: &mut Value) {
    let at = position(prototype, "count");
    channels(prototype)[at]["kind"] = json!({ "integer": { "unit": "", "bounds": null } });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_channel_is_of_use_at_once_to_devices_that_stay_connected() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let mut board = Client::device(&site, "board").await;
    board.subscribe(&topic("+")).await;
    let mut console = Client::operator(&site, "console", "admin", &token).await;
    for filter in ["console/v1/prototypes", "console/v1/devices/+"] {
        let granted = console.subscribe(filter).await;
        assert!(matches!(granted, SubscribeReasonCode::Success(_)));
    }
    // Its own subscription makes the device present, which may be told first.
    site.listed_when(&token, |it| it["presence"]["transports"][0] == "mqtt").await;
    let added = site.edit(&token, json!([]), |it| {
        channels(it).insert(
            0,
            channel("dimmer", json!({ "analog": { "bounds": { "lower": 0.0, "upper": 9.0 } } })),
        );
    });
    assert_eq!(added.await.status, 200);
    let (mut prototypes, mut device) = (false, false);
    while !(prototypes && device) {
        let (topic, payload) = console.message().await;
        prototypes |= topic == "console/v1/prototypes" && payload == "{}";
        device |= payload.contains("registry");
    }
    board.publish(&topic("dimmer"), ",dimmer,5").await;
    assert!(board.message().await.1.ends_with(",dimmer,5"));
    let device = site.listed(&token).await;
    assert_eq!(device["prototype"]["channels"][0]["id"], "dimmer");
    assert!(device["lastPoints"].to_string().contains("dimmer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_mcs_comes_out_as_it_went_in() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let file = json!({
        "prototype": { "prodName": "pwm_demo", "description": "", "version": "0120", "chipId": 3,
            "displayConfigs": [{ "format": {}, "displayType": 1, "displayOrder": 1,
                "streamTypeId": 7, "dataChnIds": ["switch"], "showHistory": false, "configs": {} }] },
        "dataChannels": [
            { "dataChnId": "switch", "name": "Switch", "description": "", "streamId": 28220,
              "channelType": { "dataChnTypeId": 7, "name": "Switch" }, "format": {},
              "isHidden": false, "isControllable": true, "unitType": { "id": 5, "name": null } },
            { "dataChnId": "cam", "channelType": { "dataChnTypeId": 18, "name": "Hologram" } },
        ],
        "triggerActions": [{ "name": "hot" }],
    });
    let imported = site.prototypes(&token, "POST", "/import", &file).await;
    assert_eq!(imported.status, 201, "{}", imported.text());
    let imported = imported.json();
    assert_eq!(imported["skipped"], json!([{ "channel": "cam", "kind": "18 (Hologram)" }]));
    let id = imported["info"]["prototype"]["id"].as_str().unwrap();
    let path = format!("/{id}/export");
    let reply = site.prototypes(&token, "GET", &path, &Value::Null).await;
    let named = format!("attachment; filename=\"{id}.json\"");
    assert_eq!(reply.header("Content-Disposition"), Some(named.as_str()));
    let out = reply.json();
    assert_eq!(out["prototype"]["chipId"], 3);
    assert_eq!(out["dataChannels"], json!([file["dataChannels"][0]]));
    assert_eq!(out["triggerActions"], file["triggerActions"]);
    for (body, why) in [
        ("[", "not JSON"),
        ("{}", "prototype is missing"),
        ("\u{feff}{\"prototype\":{\"prodName\":\"x\"}}", "dataChannels is missing"),
    ] {
        let request = site.api(&token, "POST", "/api/prototypes/import").body(body);
        let reply = request.send().await;
        assert_eq!(reply.status, 400);
        assert!(reply.text().contains(why), "{}", reply.text());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_kept_is_refused_field_by_field() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let lamp = || channel("lamp", json!("switch"));
    for (draft, status, what) in [
        (json!({ "name": "" }), 422, "the name is empty"),
        (json!({ "name": "x".repeat(201) }), 422, "the name has more than 200 characters"),
        (
            json!({ "name": "x", "channels": [lamp(), lamp()] }),
            422,
            "channel number 2: the id is there twice",
        ),
        (
            json!({ "name": "x", "channels": [channel("a/b", json!("switch"))] }),
            400,
            "it may not hold",
        ),
        (
            json!({ "name": "x", "channels": [channel("FOTA", json!("switch"))] }),
            400,
            "firmware notice",
        ),
        (
            json!({ "name": "x", "channels": [channel("a", json!("hologram"))] }),
            400,
            "unknown variant",
        ),
        (json!({ "version": "1" }), 400, "missing field `name`"),
        (json!({ "name": "x".repeat(2 << 20) }), 413, "larger than"),
    ] {
        let reply = site.prototypes(&token, "POST", "", &draft).await;
        assert_eq!(reply.status, status, "{}", reply.text());
        assert!(reply.text().contains(what), "{}", reply.text());
    }
    let many: Vec<_> = (0..257).map(|n| channel(&n.to_string(), json!("switch"))).collect();
    let draft = json!({ "name": "x", "channels": many });
    assert_eq!(site.prototypes(&token, "POST", "", &draft).await.status, 422);
    assert_eq!(site.edit(&token, json!([]), |it| it["name"] = json!(" ")).await.status, 422);
}
