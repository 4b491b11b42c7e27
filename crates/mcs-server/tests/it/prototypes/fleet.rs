//! How devices come and go by the console's calls.

use super::*;
use crate::programs::Board;

impl Site {
    async fn make(&self, token: &str, devices: Value) -> Reply {
        let body = json!({ "prototype": self.product, "devices": devices });
        self.api(token, "POST", "/api/devices").body(body.to_string()).send().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_devices_are_made_at_once_and_work_at_once() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let made = site.make(&token, json!([{ "name": " North " }, { "name": "South" }])).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("Cache-Control"), Some("no-store"));
    let made = made.json();
    let names: Vec<_> = made.as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["North", "South"]);
    let (id, key) = (made[1]["id"].as_str().unwrap(), made[1]["key"].as_str().unwrap());
    assert_eq!((id.len(), key.len()), (8, 16));
    let path = format!("/mcs/v2/devices/{id}/datapoints.csv");
    let upload = Request::new(site.http(), "POST", &path).header("deviceKey", key).body("count,,1");
    assert_eq!(upload.send().await.text(), "Success.");

    // All or none.
    let many: Vec<_> = (0..501).map(|n| json!({ "name": n.to_string() })).collect();
    for (devices, status) in [
        (json!([]), 400),
        (json!(many), 400),
        (json!([{ "name": "A" }, { "name": "" }]), 422),
        (json!([{ "name": "A" }, { "name": "B", "id": ID }]), 409),
        (json!([{ "name": "A", "id": "Dtwice" }, { "name": "B", "id": "Dtwice" }]), 409),
        (json!([{ "name": "A", "key": "not/a/key" }]), 400),
    ] {
        assert_eq!(site.make(&token, devices).await.status, status);
    }
    let listed = site.api(&token, "GET", "/api/devices").send().await.json();
    assert_eq!(listed.as_array().unwrap().len(), 3);
    let body = json!({ "prototype": "Pnone", "devices": [{ "name": "A" }] }).to_string();
    let reply = site.api(&token, "POST", "/api/devices").body(body).send().await;
    assert_eq!(reply.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_controls_a_device_names_describes_and_tags_it() {
    let site = Site::start().await;
    let mia = add_person(&site, "mia", "member", &[["--device", ID, "operator"]]).await;
    let vera = add_person(&site, "vera", "viewer", &[]).await;
    let edit = async |token: &str, body: Value| {
        let path = format!("/api/devices/{ID}");
        site.api(token, "PUT", &path).body(body.to_string()).send().await
    };
    let body = json!({ "name": " Shed ", "description": "behind\nthe house",
        "tags": ["glass", " glass ", "", "north"] });
    let reply = edit(&mia.token, body.clone()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let device = site.listed(&vera.token).await;
    assert_eq!(device["name"], "Shed");
    assert_eq!(device["description"], "behind\nthe house");
    assert_eq!(device["tags"], json!(["glass", "north"]));
    // CONTRACT §4.5.
    let device = site.device("GET", "").send().await.json()["results"][0]["tags"].clone();
    let tag = |name| json!({ "tagId": name, "name": name });
    assert_eq!(device, json!([tag("glass"), tag("north")]));
    assert_eq!(edit(&vera.token, body).await.status, 403);
    let tags: Vec<_> = (0..21).map(|n| n.to_string()).collect();
    for wrong in [
        json!({ "name": "" }),
        json!({ "name": "a\nb" }),
        json!({ "name": "a", "description": "x".repeat(2001) }),
        json!({ "name": "a", "tags": tags }),
        json!({ "name": "a", "tags": ["x".repeat(101)] }),
    ] {
        assert_eq!(edit(&mia.token, wrong).await.status, 422);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_console_hears_of_a_device_that_got_nothing_but_a_tag() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let mut console = Client::operator(&site, "console", "admin", &token).await;
    console.subscribe("console/v1/devices/+").await;
    let name = site.listed(&token).await["name"].clone();
    let edit = json!({ "name": name, "description": "", "tags": ["glass"] });
    let path = format!("/api/devices/{ID}");
    let reply = site.api(&token, "PUT", &path).body(edit.to_string()).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let (topic, payload) = console.message().await;
    assert!(topic.ends_with(ID) && payload.contains("registry"), "{topic} {payload}");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_or_no_device_ends_its_connections() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let mut board = Board::connect(&site).await;
    let mut client = Client::device(&site, "board").await;
    client.subscribe(&topic("+")).await;
    let path = format!("/api/devices/{ID}/key");
    let key = site.api(&token, "POST", &path).send().await;
    assert_eq!((key.status, key.header("Cache-Control")), (200, Some("no-store")));
    let key = key.json()["key"].as_str().unwrap().to_owned();
    assert_ne!(key, KEY);
    assert_eq!(board.line().await, "");
    client.is_closed().await;
    assert_eq!(site.device("GET", "").send().await.status, 401);
    let upload = site.device_with_key("POST", "/datapoints.csv", &key).body("count,1,1");
    assert_eq!(upload.send().await.status, 200);

    // Its history is there again for a device of the same name.
    let path = format!("/api/devices/{ID}");
    assert_eq!(site.api(&token, "DELETE", &path).send().await.status, 204);
    assert_eq!(site.device_with_key("GET", "", &key).send().await.status, 401);
    assert_eq!(site.api(&token, "DELETE", &path).send().await.status, 404);
    let wrong = format!("{path}?history=burn");
    assert_eq!(site.api(&token, "DELETE", &wrong).send().await.status, 400);
    let made = site.make(&token, json!([{ "name": "Bench", "id": ID, "key": KEY }])).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(site.listed(&token).await["lastPoints"][0]["channel"], "count");
}
