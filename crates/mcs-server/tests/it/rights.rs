//! Who may do what: every role and grant, every call and topic, on a device of one's own, its sibling and a
//! foreign one.

use mcs_model::api::Right::{self, Control, See};
use serde_json::{Value, json};

use crate::people::{MEMBERS, Person, add_person, sign_in};
use crate::wire::{Hello, Message, Raw, Version};
use crate::{ID, KEY, Site, admin};

/// A device of the same prototype, and one of another.
const SIBLING: (&str, &str) = ("Dsibling", "siblingKey000001");
const FOREIGN: (&str, &str) = ("Dforeign", "foreignKey000001");

struct World {
    site: Site,
    /// Of the foreign device.
    other: String,
}

impl World {
    async fn start() -> Self {
        let site = Site::start().await;
        let data = &site.folder;
        let other = admin(data, &["prototype", "import", crate::PROTOTYPE]).await;
        let other = other["prodId"].as_str().expect("an id").to_owned();
        for ((id, key), product) in [(SIBLING, &site.product), (FOREIGN, &other)] {
            admin(data, &["device", "add", product, "--name", id, "--id", id, "--key", key]).await;
        }
        Self { site, other }
    }

    /// Whether a subscription is granted.
    async fn hears(&self, person: &Person, filter: &str) -> bool {
        let login = Hello::new(Version::V5, "console").login(person.name, &person.ticket);
        let mut client = Raw::connect(self.site.server.addrs().mqtt, &login).await;
        client.subscribe_or_close(filter, 0).await.is_some_and(|code| code < 0x80)
    }

    /// Whether a message is taken.
    async fn says(&self, person: &Person, topic: &str) -> bool {
        let login = Hello::new(Version::V5, "console").login(person.name, &person.ticket);
        let mut client = Raw::connect(self.site.server.addrs().mqtt, &login).await;
        let ack = client.publish_or_close(&Message::new(topic, ",,7", 1)).await;
        ack.is_some_and(|ack| ack.code < 0x80)
    }

    /// Whether a will is taken.
    async fn wills(&self, person: &Person, topic: &str) -> bool {
        let hello = Hello::new(Version::V5, "console").login(person.name, &person.ticket);
        let hello = hello.will(topic, ",,7");
        let (client, welcome) = Raw::try_connect(self.site.server.addrs().mqtt, &hello).await;
        if welcome.code == 0 {
            // Said goodbye to, the will is not published.
            client.disconnect().await;
        }
        welcome.code == 0
    }

    async fn status(&self, person: &Person, path: &str) -> u16 {
        self.site.api(&person.token, "GET", path).send().await.status
    }
}

/// What the tables below say of a person's right, against what a call says.
fn status(right: Option<Right>, wanted: Right) -> u16 {
    match right {
        Some(right) if right >= wanted => 200,
        Some(_) => 403,
        None => 404,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_and_grant_opens_what_it_should_and_nothing_else() {
    let world = World::start().await;
    let site = &world.site;
    let uploader = add_person(site, "uploader", "admin", &[]).await;
    let mut firmwares = Vec::new();
    for product in [&site.product, &world.other] {
        let path = format!("/api/prototypes/{product}/firmwares?name=A&version=1");
        let reply = site.api(&uploader.token, "POST", &path).body("image").send().await.json();
        firmwares.push(reply["id"].as_str().expect("an id").to_owned());
    }
    let product = site.product.as_str();
    // Role, grants, and the rights on own, sibling and foreign device and on the firmware of the two prototypes.
    type Row<'a> =
        (&'static str, &'a str, Vec<[&'a str; 3]>, [Option<Right>; 3], [Option<Right>; 2]);
    let (all, see, none) = (Some(Control), Some(See), None);
    let rows: [Row<'_>; 8] = [
        ("boss", "admin", vec![], [all; 3], [all; 2]),
        ("olga", "operator", vec![], [all; 3], [all; 2]),
        ("vera", "viewer", vec![], [see; 3], [see; 2]),
        ("vito", "viewer", vec![["--device", ID, "operator"]], [all, see, see], [see; 2]),
        ("nora", "member", vec![], [none; 3], [none; 2]),
        ("mia", "member", vec![["--device", ID, "viewer"]], [see, none, none], [see, none]),
        ("max", "member", vec![["--device", ID, "operator"]], [all, none, none], [see, none]),
        (
            "pia",
            "member",
            vec![["--prototype", product, "operator"]],
            [all, all, none],
            [all, none],
        ),
    ];
    for (name, role, grants, rights, firmware) in rows {
        let person = add_person(site, name, role, &grants).await;
        let sees_all = role != "member";
        let listed = site.api(&person.token, "GET", "/api/devices").send().await;
        let text = listed.text().to_owned();
        assert!(
            ![KEY, SIBLING.1, FOREIGN.1].iter().any(|key| text.contains(key)),
            "{name}: {text}"
        );
        for ((id, key), right) in [(ID, KEY), SIBLING, FOREIGN].into_iter().zip(rights) {
            let why = format!("{name} ({role}, {grants:?}) and {id}");
            let sees = right.is_some();
            let controls = right == Some(Control);
            let list = listed.json();
            let entry = list.as_array().expect("a list").iter().find(|it| it["id"] == id);
            let said = entry.map(|it| it["right"].clone());
            assert_eq!(said, right.map(|it| json!(it)), "{why}");
            let history = format!("/api/devices/{id}/channels/count/points");
            assert_eq!(world.status(&person, &history).await, status(right, See), "{why}");
            let series = format!("/api/devices/{id}/channels/count/series?start=0&end=9&buckets=9");
            let answered = world.status(&person, &series).await;
            assert_eq!(answered == 404, !sees, "{why}: {answered}");
            let secret = format!("/api/devices/{id}/credentials");
            assert_eq!(world.status(&person, &secret).await, status(right, Control), "{why}");

            for filter in [
                format!("console/v1/devices/{id}"),
                format!("console/v1/points/{id}/+"),
                format!("console/v1/points/{id}/count"),
                format!("mcs/{id}/{key}/+"),
                format!("$share/group/console/v1/points/{id}/+"),
            ] {
                assert_eq!(world.hears(&person, &filter).await, sees, "{why}: {filter}");
            }
            for topic in
                [format!("console/v1/commands/{id}/target"), format!("mcs/{id}/{key}/count")]
            {
                assert_eq!(world.says(&person, &topic).await, controls, "{why}: {topic}");
                assert_eq!(world.wills(&person, &topic).await, controls, "{why}: {topic}");
            }
            for topic in [
                format!("console/v1/points/{id}/count"),
                format!("console/v1/devices/{id}"),
                format!("console/v1/commands/{id}/FOTA"),
                format!("mcs/{id}/{key}/FOTA"),
                format!("mcs/{id}/wrongKey/count"),
            ] {
                assert!(!world.says(&person, &topic).await, "{why}: {topic}");
            }
        }
        for filter in ["console/v1/devices/+", "console/v1/points/+/+", "console/v1/points/+/count"]
        {
            assert_eq!(world.hears(&person, filter).await, sees_all, "{name}: {filter}");
        }
        for filter in [
            "#",
            "mcs/#",
            "console/#",
            "+/v1/points/+/+",
            "console/v1/points/#",
            "console/v1/commands/+/+",
        ] {
            assert_eq!(world.hears(&person, filter).await, role == "admin", "{name}: {filter}");
        }
        for ((product, id), right) in
            [&site.product, &world.other].into_iter().zip(&firmwares).zip(firmware)
        {
            let why = format!("{name} ({role}, {grants:?}) and the firmware of {product}");
            let path = format!("/api/prototypes/{product}/firmwares");
            assert_eq!(world.status(&person, &path).await, status(right, See), "{why}");
            let upload = format!("{path}?name=A&version={name}");
            let reply = site.api(&person.token, "POST", &upload).body("image").send().await;
            let expected = if right == Some(Control) { 201 } else { status(right, Control) };
            assert_eq!(reply.status, expected, "{why}");
            for ((device, _), right) in [(ID, KEY), SIBLING, FOREIGN].into_iter().zip(rights) {
                let why = format!("{why}, pushed to {device}");
                let body = json!({ "firmware": id, "devices": [device] }).to_string();
                let reply = site.api(&person.token, "POST", "/api/rollouts/preview").body(body);
                let of_another = (device == FOREIGN.0) != (*product == world.other);
                let expected = match (firmware_seen(&firmware, &firmwares, id), right) {
                    (false, _) | (true, None) => 404,
                    (true, Some(See)) => 403,
                    (true, Some(Control)) if of_another => 422,
                    (true, Some(Control)) => 200,
                };
                assert_eq!(reply.send().await.status, expected, "{why}");
            }
        }
    }
}

fn firmware_seen(rights: &[Option<Right>; 2], all: &[String], id: &str) -> bool {
    rights.iter().zip(all).any(|(right, it)| it == id && right.is_some())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_without_a_login_has_no_part_in_what_is_between_server_and_console() {
    let world = World::start().await;
    let broker = world.site.server.addrs().mqtt;
    for filter in [
        format!("console/v1/points/{ID}/+"),
        format!("console/v1/devices/{ID}"),
        "console/v1/devices/+".to_owned(),
        "console/#".to_owned(),
    ] {
        let mut board = Raw::connect(broker, &Hello::new(Version::V5, "board")).await;
        let code = board.subscribe_or_close(&filter, 0).await;
        assert!(code.is_none_or(|code| code >= 0x80), "{filter}");
    }
    for topic in ["points", "commands"].map(|it| format!("console/v1/{it}/{ID}/count")) {
        let mut board = Raw::connect(broker, &Hello::new(Version::V5, "board")).await;
        let ack = board.publish_or_close(&Message::new(&topic, ",,7", 1)).await;
        assert!(ack.is_none_or(|ack| ack.code >= 0x80), "{topic}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_hears_every_point_without_a_key_and_its_commands_reach_the_device() {
    let site = Site::start().await;
    let broker = site.server.addrs().mqtt;
    let vera = add_person(&site, "vera", "viewer", &[]).await;
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let login = Hello::new(Version::V5, "seer").login(vera.name, &vera.ticket);
    let mut seer = Raw::connect(broker, &login).await;
    seer.subscribe("console/v1/points/+/+", 0).await;
    let login = Hello::new(Version::V5, "driver").login(olga.name, &olga.ticket);
    let mut driver = Raw::connect(broker, &login).await;
    driver.subscribe_no_local(&format!("console/v1/points/{ID}/+")).await;
    let mut board = Raw::connect(broker, &Hello::new(Version::V311, "board")).await;
    board.subscribe(&format!("mcs/{ID}/{KEY}/+"), 1).await;

    // From a device by MQTT and by REST: whoever wrote it, both hear it.
    let own = format!("mcs/{ID}/{KEY}/count");
    board.publish(&Message::new(&own, "1432538716989, count ,1", 1).retained()).await;
    site.device("POST", "/datapoints.csv").body("count,1432538716990,2").send().await;
    let point = |payload: &str| Message::new(&format!("console/v1/points/{ID}/count"), payload, 0);
    for (console, qos) in [(&mut seer, 0), (&mut driver, 1)] {
        for payload in ["1432538716989,count,1", "1432538716990,count,2"] {
            assert_eq!(console.message().await, Message { qos, ..point(payload) });
        }
    }
    // From a console: the device and the others hear it, the console itself does not.
    let command = format!("console/v1/commands/{ID}/target");
    driver.publish(&Message::new(&command, "1432538716991,target,3", 1)).await;
    let seen = Message::new(&format!("console/v1/points/{ID}/target"), "1432538716991,target,3", 0);
    assert_eq!(seer.message().await, seen);
    for _ in 0..2 {
        board.message().await;
    }
    let told = Message::new(&format!("mcs/{ID}/{KEY}/target"), "1432538716991,target,3", 1);
    assert_eq!(board.message().await, told);
    site.device("POST", "/datapoints.csv").body("count,1432538716992,4").send().await;
    let next = Message { qos: 1, ..point("1432538716992,count,4") };
    assert_eq!(driver.message().await, next);

    // Retained for devices, not for consoles: those ask the server.
    let login = Hello::new(Version::V5, "late").login(vera.name, &vera.ticket);
    let mut late = Raw::connect(broker, &login).await;
    late.subscribe("console/v1/points/+/+", 0).await;
    site.device("POST", "/datapoints.csv").body("count,1432538716993,5").send().await;
    assert_eq!(late.message().await, point("1432538716993,count,5"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_grants_and_tells_what_is_granted() {
    let site = Site::start().await;
    let data = &site.folder;
    let product = &site.product;
    add_person(&site, "mia", "member", &[]).await;
    let grant = ["user", "grant", "mia", "--device", ID, "--role", "viewer"];
    let granted = json!({ "deviceId": ID, "role": "viewer" });
    assert_eq!(admin(data, &grant).await, json!({ "user": "mia", "grant": granted }));
    admin(data, &["user", "grant", "mia", "--prototype", product, "--role", "operator"]).await;
    // A grant takes the place of the one on the same thing.
    admin(data, &["user", "grant", "mia", "--device", ID, "--role", "operator"]).await;
    let people = admin(data, &["user", "list"]).await;
    let expected: Value = json!([{ "user": "mia", "role": "member", "grants": [
        { "prodId": product, "role": "operator" },
        { "deviceId": ID, "role": "operator" },
    ] }]);
    assert_eq!(people, expected);
    admin(data, &["user", "revoke", "mia", "--prototype", product]).await;
    admin(data, &["user", "revoke", "mia", "--device", ID]).await;
    assert_eq!(admin(data, &["user", "list"]).await[0]["grants"], json!([]));
    for (arguments, why) in MEMBERS {
        let output = crate::program(data, arguments).output().expect("to run");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(why), "{arguments:?}: {told}");
    }
    let again = sign_in(&site, "mia").await;
    assert_eq!(site.api(&again.token, "GET", "/api/devices").send().await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_to_a_display_is_refused_by_mqtt_as_it_is_by_rest() {
    let site = Site::start().await;
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let login = Hello::new(Version::V5, "console").login(olga.name, &olga.ticket);
    let mut console = Raw::connect(site.server.addrs().mqtt, &login).await;
    let mut command = async |channel: &str| {
        let topic = format!("console/v1/commands/{ID}/{channel}");
        console.publish_or_close(&Message::new(&topic, ",,7", 1)).await.expect("an answer")
    };
    let told = command("count").await;
    let why = "The data channel count is no controller.";
    assert_eq!((told.code, told.reason.as_deref()), (0x99, Some(why)));
    assert!(command("target").await.code < 0x80);
    let last = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert_eq!(last.text(), "", "nothing was stored");
}
