//! How devices come and go by `/mcs/v2`, and how they are commanded (CONTRACT §4.5).

use serde_json::{Value, json};

use crate::client::{Reply, Request};
use crate::mqtt::{Client, topic};
use crate::programs::Board;
use crate::{ID, KEY, Site, admin};

impl Site {
    async fn register(&self, token: &str, body: Value) -> Reply {
        self.v2(token, "POST", "/devices").body(body.to_string()).send().await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_registers_a_device_that_works_at_once() {
    let site = Site::start().await;
    let token = site.token("admin").await;
    let body = json!({ "prodId": site.product, "name": "My 2nd device", "isTest": "false",
        "description": "in the shed", "serial": "mtk-01234", "deviceImageURL": "/device/a.jpg" });
    let made = site.register(&token, body).await;
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.json();
    assert_eq!((&made["code"], &made["chipName"]), (&json!(200), &json!("")));
    let (id, key) = (made["deviceId"].as_str().unwrap(), made["deviceKey"].as_str().unwrap());
    assert_eq!((id.len(), key.len()), (8, 16));
    let path = format!("/mcs/v2/devices/{id}/datapoints.csv");
    let upload = Request::new(site.http(), "POST", &path).header("deviceKey", key).body("count,,1");
    assert_eq!(upload.send().await.text(), "Success.");
    let path = format!("/devices/{id}");
    let device = site.v2(&token, "GET", &path).send().await.json()["results"][0].clone();
    assert_eq!(device["description"], "in the shed");
    assert_eq!(device["deviceImageURL"], "/device/a.jpg");
    assert_eq!((&device["isTest"], &device["privilege"]), (&json!(false), &json!("Owner")));

    for (body, status, what) in [
        (json!({ "name": "A", "isTest": true }), 400, "prodId is missing or wrong"),
        (json!({ "prodId": site.product }), 400, "name is missing or wrong"),
        (
            json!({ "prodId": site.product, "name": "A", "isTest": [] }),
            400,
            "isTest is missing or wrong",
        ),
        (
            json!({ "prodId": site.product, "name": "A", "serial": "a/b" }),
            400,
            "serial is missing or wrong",
        ),
        (json!({ "prodId": "Pnone", "name": "A" }), 404, "product not found"),
        (json!([]), 400, "the body is no JSON object"),
    ] {
        let reply = site.register(&token, body).await;
        assert_eq!((reply.status, &reply.json()["message"]), (status, &json!(what)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_register_and_deregister() {
    let site = Site::start().await;
    let token = site.token("operator").await;
    let body = json!({ "prodId": site.product, "name": "A", "isTest": true });
    assert_eq!(site.register(&token, body).await.status, 403);
    assert_eq!(site.v2(&token, "DELETE", &format!("/devices/{ID}")).send().await.status, 403);
    assert_eq!(site.device("DELETE", "").send().await.status, 401);
    assert_eq!(site.device("GET", "").send().await.status, 200);
}

/// CONTRACT §9.1 row 21: `DELETE` or `POST`, `removeData` or `remove_data`.
#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_deregistered_is_gone_with_its_connections() {
    let site = Site::start().await;
    let token = site.token("admin").await;
    let mut board = Board::connect(&site).await;
    let mut client = Client::device(&site, "board").await;
    client.subscribe(&topic("+")).await;
    site.device("POST", "/datapoints.csv").body("count,,1").send().await;
    assert!(client.message().await.1.ends_with(",count,1"));
    let path = format!("/devices/{ID}?remove_data=true");
    let reply = site.v2(&token, "POST", &path).send().await;
    assert_eq!((reply.status, &reply.json()["deviceId"]), (200, &json!(ID)), "{}", reply.text());
    assert!(reply.json()["deregisteredAt"].is_u64());
    assert_eq!(board.line().await, "");
    client.is_closed().await;
    assert_eq!(site.device("GET", "/connections").send().await.status, 401);
    let reply = site.v2(&token, "DELETE", &format!("/devices/{ID}")).send().await;
    assert_eq!((reply.status, &reply.json()["message"]), (404, &json!("device not found")));

    // It comes again under its name, and finds nothing.
    let add = ["device", "add", &site.product, "--name", "Bench", "--id", ID, "--key", KEY];
    admin(&site.folder, &add).await;
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert_eq!((reply.status, reply.text()), (200, ""));
    site.device("POST", "/datapoints.csv").body("count,1432538716989,2").send().await;
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert_eq!(reply.text(), "count,1432538716989,2");
    // Without the parameter its points stay.
    site.v2(&token, "DELETE", &format!("/devices/{ID}")).send().await;
    admin(&site.folder, &add).await;
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert_eq!(reply.text(), "count,1432538716989,2");
}

/// CONTRACT §4.5: once per device, `Wrong activate Code.`
#[tokio::test(flavor = "multi_thread")]
async fn an_activation_code_works_once_and_the_newest_only() {
    let site = Site::start().await;
    let make = async || {
        let made = admin(&site.folder, &["device", "code", ID]).await;
        made["activationCode"].as_str().expect("a code").to_owned()
    };
    let activate = async |code: &str| {
        let path = format!("/mcs/v2/devices/activate/{code}");
        Request::new(site.http(), "GET", &path).send().await
    };
    let (older, code) = (make().await, make().await);
    assert_eq!(code.len(), 12);
    for wrong in [&older, "", "a2f3cf9224fd"] {
        let reply = activate(wrong).await;
        if !wrong.is_empty() {
            assert_eq!(
                (reply.status, &reply.json()["message"]),
                (400, &json!("Wrong activate Code."))
            );
        }
    }
    let made = activate(&code).await;
    assert_eq!(made.status, 200);
    assert_eq!((&made.json()["deviceId"], &made.json()["deviceKey"]), (&json!(ID), &json!(KEY)));
    assert_eq!(activate(&code).await.status, 400);
    let device = site.device("GET", "").send().await.json();
    assert!(device["results"][0]["activatedAt"].is_u64());
}

/// CONTRACT §4.5: several ids with commas between them, and the members of the documents.
#[tokio::test(flavor = "multi_thread")]
async fn several_devices_are_retrieved_at_once_with_every_documented_member() {
    let site = Site::start().await;
    let add = ["device", "add", &site.product, "--name", "Other", "--id", "Dother01", "--key", "k"];
    admin(&site.folder, &add).await;
    let token = site.token("operator").await;
    let path = format!("/devices/{ID},Dother01,{ID}");
    let devices = site.v2(&token, "GET", &path).send().await.json();
    let devices = devices["results"].as_array().expect("a list");
    assert_eq!(devices.len(), 2);
    assert_eq!(
        (&devices[0]["deviceId"], &devices[1]["deviceId"]),
        (&json!(ID), &json!("Dother01"))
    );
    for member in [
        "deviceId",
        "deviceKey",
        "deviceName",
        "name",
        "deviceDescription",
        "description",
        "product",
        "dataChannels",
        "fw",
        "trustIpRange",
        "lastIp",
        "deviceImageURL",
        "isHeartbeating",
        "isVerified",
        "isActive",
        "isTest",
        "activatedAt",
        "deactivatedAt",
        "tags",
        "deviceNtCritGrps",
        "privilege",
    ] {
        assert!(devices[0].get(member).is_some(), "{member}");
    }
    for member in
        ["prodId", "prodVersion", "version", "name", "description", "displayConfigs", "chip"]
    {
        assert!(devices[0]["product"].get(member).is_some(), "{member}");
    }
    for member in [
        "dataChnId",
        "isAvailable",
        "name",
        "channelType",
        "isHidden",
        "isControllable",
        "description",
        "unitType",
        "format",
        "comps",
    ] {
        assert!(devices[0]["dataChannels"][0].get(member).is_some(), "{member}");
    }
    // A device proves one id, and cannot ask for another with it.
    let both = format!("/mcs/v2/devices/{ID},Dother01");
    let reply = Request::new(site.http(), "GET", &both).header("deviceKey", KEY).send().await;
    assert_eq!(reply.status, 401);
    let many: Vec<_> = (0..101).map(|n| format!("D{n}")).collect();
    let many = many.join(",");
    assert_eq!(site.v2(&token, "GET", &format!("/devices/{many}")).send().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_devices_comes_page_by_page() {
    let site = Site::start().await;
    for n in 0..3 {
        let id = format!("Dpage{n:03}");
        let add = ["device", "add", &site.product, "--name", "Page", "--id", &id, "--key", "k"];
        admin(&site.folder, &add).await;
    }
    let token = site.token("viewer").await;
    for (query, ids) in [
        ("?limit=3&page=1", &["Dpage000", "Dpage001", "Dpage002"][..]),
        ("?limit=3&page=2", &[ID]),
        ("?limit=3&page=9", &[]),
        ("?limit=&other=x", &["Dpage000", "Dpage001", "Dpage002", ID]),
    ] {
        let list = site.v2(&token, "GET", &format!("/devices{query}")).send().await;
        assert!(!list.text().contains("deviceKey"));
        let list = list.json();
        let found = list["results"].as_array().expect("a list").iter();
        let found: Vec<_> = found.map(|it| it["deviceId"].as_str().expect("an id")).collect();
        assert_eq!((found, &list["total"]), (ids.to_vec(), &json!(4)), "{query}");
    }
    let wrong = site.v2(&token, "GET", "/devices?limit=abc").send().await;
    assert_eq!((wrong.status, &wrong.json()["code"]), (400, &json!(400)));
    assert!(wrong.text().contains("limit"), "{}", wrong.text());
}

/// CONTRACT §4.5: the text body `commandType,content`.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_text_and_says_when_nobody_was_there() {
    let site = Site::start().await;
    let token = site.token("operator").await;
    let command = async |body: &str| {
        let path = format!("/devices/{ID}/commands");
        site.v2(&token, "POST", &path).body(body).send().await
    };
    let away = command("1,switch_control,1").await;
    assert_eq!(away.status, 200, "{}", away.text());
    assert_eq!(away.json()["results"]["undelivered"], json!(true));
    assert_eq!(command("0,reboot").await.json()["results"]["undelivered"], json!(true));
    let last = site.device("GET", "/datachannels/switch_control/datapoints.csv").send().await;
    assert!(last.text().ends_with(",1"), "{}", last.text());

    let mut board = Board::connect(&site).await;
    let there = command("1,switch_control,0").await.json();
    assert!(there["results"]["createdAt"].is_u64());
    assert_eq!(there["results"].get("undelivered"), None);
    assert!(board.line().await.ends_with(",switch_control,0"));
    command("1,switch_control,1432538716989,1\r\n").await;
    assert_eq!(board.line().await, format!("{ID},{KEY},1432538716989,switch_control,1"));
    command("0,reboot now").await;
    assert!(board.line().await.ends_with(",reboot now"));
    for (body, why) in [
        ("", "the body is neither 0,content nor 1,dataChnId,value"),
        ("2,x", "the body is neither 0,content nor 1,dataChnId,value"),
        ("0,", "the content is not one line of 1 to 150 bytes"),
        ("0,a\nb", "the content is not one line of 1 to 150 bytes"),
        ("1,switch_control", "the content is not one line of 1 to 150 bytes"),
        ("1,a/b,1", "dataChnId: it may not hold , / + # or $"),
        ("1,nope,1", "There is no such data channel nope for this device."),
        ("1,temperature,42", "The data channel temperature is no controller."),
    ] {
        let reply = command(body).await;
        assert_eq!((reply.status, &reply.json()["message"]), (400, &json!(why)), "{body:?}");
    }
    let viewer = site.token("viewer").await;
    let path = format!("/devices/{ID}/commands");
    assert_eq!(site.v2(&viewer, "POST", &path).body("1,switch_control,1").send().await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn custom_words_reach_a_device_on_mqtt_that_listens_to_all_of_its_channels() {
    let site = Site::start().await;
    let token = site.token("operator").await;
    let mut board = Client::device(&site, "board").await;
    board.subscribe(&topic("+")).await;
    let path = format!("/devices/{ID}/commands");
    let reply = site.v2(&token, "POST", &path).body("0,reboot").send().await.json();
    assert_eq!(reply["results"].get("undelivered"), None);
    let (_, payload) = board.message().await;
    assert!(payload.ends_with(",reboot") && payload.find(',') == Some(13), "{payload}");
}

#[tokio::test(flavor = "multi_thread")]
async fn prototypes_are_read_and_exported_by_who_may_see_them() {
    let site = Site::start().await;
    let token = site.token("viewer").await;
    let path = format!("/products/{}", site.product);
    let product = site.v2(&token, "GET", &path).send().await.json();
    assert_eq!(product["results"][0]["prodId"], site.product);
    assert!(product["results"][0]["dataChannels"][0]["dataChnId"].is_string());
    let file = site.v2(&token, "GET", &format!("{path}/export")).send().await;
    let name = site.folder.join("export.json");
    std::fs::write(&name, &file.body).expect("to write");
    let import = ["prototype", "import", name.to_str().expect("UTF-8")];
    assert!(admin(&site.folder, &import).await["prodId"].is_string());
    assert_eq!(site.v2(&token, "GET", "/products/Pnone").send().await.status, 404);
    assert_eq!(site.device("GET", "/../../products/x").send().await.status, 404);
}

/// CONTRACT §4.6, §4.8: what this server has not is told, and told as an error.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_here_is_answered_and_named() {
    let site = Site::start().await;
    for (method, path, what) in [
        ("GET", format!("/devices/{ID}/criterions"), "triggers"),
        ("PUT", format!("/devices/{ID}/product/criterions/1"), "triggers"),
        ("POST", "/mobiles".to_owned(), "mobile push"),
        ("DELETE", "/mobiles/M0".to_owned(), "mobile push"),
        ("POST", format!("/devices/{ID}/mobiles/M0"), "mobile push"),
        ("DELETE", format!("/devices/{ID}/mobiles/M0"), "mobile push"),
        ("POST", "/images?type=device".to_owned(), "picture upload"),
        ("DELETE", "/products/P0/datachannels/x".to_owned(), "prototype editing"),
    ] {
        let reply = Request::new(site.http(), method, &format!("/mcs/v2{path}")).send().await;
        let message = format!("This server has no {what}.");
        assert_eq!((reply.status, &reply.json()["message"]), (501, &json!(message)), "{path}");
        assert_eq!(reply.json()["statusCode"], 501);
    }
}
