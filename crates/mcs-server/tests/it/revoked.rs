//! What becomes of who is connected when rights, passwords and keys change.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::people::{Person, add_person, sign_in, with_password};
use crate::wire::{Hello, Message, Raw, Version};
use crate::{ID, KEY, Site, admin, soon, sql};

/// A console of the person, subscribed to the device.
async fn console(site: &Site, person: &Person) -> Raw {
    // The broker makes up an id: the same one twice would end the first.
    let login = Hello::new(Version::V5, "").login(person.name, &person.ticket);
    let mut console = Raw::connect(site.server.addrs().mqtt, &login).await;
    console.subscribe(&format!("console/v1/points/{ID}/+"), 0).await;
    console
}

/// The broker closes within a second or two, and not for any other reason.
async fn ends(client: &mut Raw, why: &str) {
    let end = tokio::time::timeout(Duration::from_secs(20), client.closed()).await;
    assert!(end.is_ok(), "{why}: the connection lives on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_what_somebody_may_do_ends_the_mqtt_connections_and_holds_at_once_for_rest() {
    let site = Site::start().await;
    let data = &site.folder;
    let product = &site.product;
    let mia = add_person(&site, "mia", "member", &[["--device", ID, "operator"]]).await;
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let mut bystander = console(&site, &olga).await;
    let secret = format!("/api/devices/{ID}/credentials");
    let status = async || site.api(&mia.token, "GET", &secret).send().await.status;
    assert_eq!(status().await, 200);

    let less = ["user", "grant", "mia", "--device", ID, "--role", "viewer"];
    let none = ["user", "revoke", "mia", "--device", ID];
    let by_prototype = ["user", "grant", "mia", "--prototype", product, "--role", "operator"];
    let by_role = ["user", "role", "mia", "viewer"];
    let back = ["user", "role", "mia", "member"];
    for (change, expected) in
        [(&less[..], 403), (&none, 404), (&by_prototype, 200), (&by_role, 200), (&back, 200)]
    {
        let before = status().await;
        let mut connection = if before == 404 { None } else { Some(console(&site, &mia).await) };
        admin(data, change).await;
        assert_eq!(status().await, expected, "{change:?}");
        if let Some(connection) = &mut connection {
            ends(connection, &format!("{change:?}")).await;
        }
    }
    // Nobody else is disturbed.
    bystander.ping().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_joins_a_granted_prototype_makes_its_people_look_again() {
    let site = Site::start().await;
    let data = &site.folder;
    let product = &site.product;
    let pia = add_person(&site, "pia", "member", &[["--prototype", product, "viewer"]]).await;
    let mia = add_person(&site, "mia", "member", &[["--device", ID, "viewer"]]).await;
    let mut connection = console(&site, &pia).await;
    let mut other = console(&site, &mia).await;
    admin(data, &["device", "add", product, "--name", "New", "--id", "Dnew", "--key", "k"]).await;
    ends(&mut connection, "a new device").await;
    let seen = site.api(&pia.token, "GET", "/api/devices").send().await.json();
    assert_eq!(seen.as_array().map(Vec::len), Some(2));
    other.ping().await;
    let mut connection = console(&site, &pia).await;
    connection.subscribe("console/v1/points/Dnew/+", 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_password_signs_the_user_out_everywhere() {
    let site = Site::start().await;
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let vera = add_person(&site, "vera", "viewer", &[]).await;
    let elsewhere = sign_in(&site, "olga").await;
    let mut first = console(&site, &olga).await;
    let mut second = console(&site, &elsewhere).await;
    with_password(&site, &["user", "passwd", "olga", "--password-stdin"], "another\n").await;
    for token in [&olga.token, &elsewhere.token] {
        assert_eq!(site.api(token, "GET", "/api/session").send().await.status, 401);
    }
    ends(&mut first, "another password").await;
    ends(&mut second, "another password").await;
    assert_eq!(site.log_in("olga", "secret").await.status, 401);
    assert_eq!(site.log_in("olga", "another").await.status, 200);
    assert_eq!(site.api(&vera.token, "GET", "/api/session").send().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_is_removed_is_out() {
    let site = Site::start().await;
    let mia = add_person(&site, "mia", "member", &[["--device", ID, "viewer"]]).await;
    let mut connection = console(&site, &mia).await;
    admin(&site.folder, &["user", "remove", "mia"]).await;
    assert_eq!(site.api(&mia.token, "GET", "/api/devices").send().await.status, 401);
    ends(&mut connection, "removed").await;
    let login = Hello::new(Version::V5, "console").login(mia.name, &mia.ticket);
    let (_, welcome) = Raw::try_connect(site.server.addrs().mqtt, &login).await;
    assert_ne!(welcome.code, 0);
    // Who gets the name later gets nothing of what the former one had.
    let mia = add_person(&site, "mia", "member", &[]).await;
    assert_eq!(site.api(&mia.token, "GET", "/api/devices").send().await.json(), json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_for_who_is_away_and_may_not_have_it_any_more() {
    let site = Site::start().await;
    let metrics = async || Request::new(site.http(), "GET", "/metrics").send().await;
    let kept = async |count: u32| {
        let line = format!("mcs_mqtt_kept_sessions {count}");
        soon(&line, async { while !metrics().await.text().lines().any(|it| it == line) {} }).await;
    };
    let away = async |name, grants: &[[&str; 3]]| {
        let person = add_person(&site, name, "member", grants).await;
        let login = Hello::new(Version::V5, "program").login(name, &person.ticket).lasting();
        let mut program = Raw::connect(site.server.addrs().mqtt, &login).await;
        program.subscribe(&format!("console/v1/points/{ID}/+"), 1).await;
        program.disconnect().await;
    };
    let grant = [["--device", ID, "viewer"]];
    away("mia", &grant).await;
    away("ben", &grant).await;
    kept(2).await;
    admin(&site.folder, &["user", "revoke", "mia", "--device", ID]).await;
    kept(1).await;
    admin(&site.folder, &["user", "grant", "ben", "--device", ID, "--role", "operator"]).await;
    away("ann", &grant).await;
    kept(2).await;
    admin(&site.folder, &["user", "remove", "ben"]).await;
    kept(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_everywhere_ends_every_session_and_signing_out_one() {
    let site = Site::start().await;
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let elsewhere = sign_in(&site, "olga").await;
    let (mut first, mut second) = (console(&site, &olga).await, console(&site, &elsewhere).await);
    assert_eq!(site.api(&elsewhere.token, "POST", "/api/logout").send().await.status, 204);
    ends(&mut second, "signed out").await;
    first.ping().await;
    let elsewhere = sign_in(&site, "olga").await;
    let mut second = console(&site, &elsewhere).await;
    let everywhere = "/api/logout?everywhere=true";
    assert_eq!(site.api(&olga.token, "POST", everywhere).send().await.status, 204);
    ends(&mut first, "signed out").await;
    ends(&mut second, "signed out everywhere").await;
    assert_eq!(site.api(&elsewhere.token, "GET", "/api/session").send().await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_sees_the_own_sessions_and_ends_one_of_them() {
    let site = Site::start().await;
    let mia = add_person(&site, "mia", "viewer", &[]).await;
    let elsewhere = sign_in(&site, "mia").await;
    let boss = add_person(&site, "boss", "admin", &[]).await;
    let sessions = "/api/account/sessions";
    let mut watcher = console(&site, &elsewhere).await;

    let listed = site.api(&mia.token, "GET", sessions).send().await;
    let (text, list) = (listed.text(), listed.json());
    for secret in [&mia.token, &mia.ticket, &elsewhere.token, &elsewhere.ticket] {
        assert!(!text.contains(secret.as_str()), "a secret is told: {text}");
    }
    let list = list.as_array().expect("a list");
    let told = |name: &str| list.iter().map(|it| it[name].clone()).collect::<Vec<_>>();
    assert_eq!(told("here"), [true, false]);
    assert_eq!(told("connected"), [false, true]);
    assert_eq!(told("address"), ["127.0.0.1", "127.0.0.1"]);
    for it in list {
        assert!(it["opened"].as_u64() <= it["seen"].as_u64(), "{it}");
    }

    // Nobody ends or learns of somebody else's.
    let other = list[1]["id"].as_str().expect("an id");
    let end = format!("{sessions}/{other}");
    assert_eq!(site.api(&boss.token, "DELETE", &end).send().await.status, 404);
    let of_boss = site.api(&boss.token, "GET", sessions).send().await.json();
    assert_eq!(of_boss.as_array().map(Vec::len), Some(1));
    watcher.ping().await;

    assert_eq!(site.api(&mia.token, "DELETE", &end).send().await.status, 204);
    ends(&mut watcher, "signed out from elsewhere").await;
    assert_eq!(site.api(&elsewhere.token, "GET", "/api/session").send().await.status, 401);
    assert_eq!(site.api(&mia.token, "DELETE", &end).send().await.status, 404);
    let left = site.api(&mia.token, "GET", sessions).send().await.json();
    assert_eq!(left.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_says_what_it_was_opened_with_and_that_it_is_used() {
    let site = Site::start().await;
    add_person(&site, "mia", "viewer", &[]).await;
    let login = || {
        let body = r#"{"name":"mia","password":"secret"}"#;
        Request::new(site.http(), "POST", "/api/login").body(body)
    };
    let long = "x".repeat(500);
    let reply = login().header("User-Agent", &long).send().await.json();
    let token = reply["token"].as_str().expect("a token");
    sql(&site.folder, "UPDATE sessions SET seen = 1, opened = 1").await;
    let list = site.api(token, "GET", "/api/account/sessions").send().await.json();
    assert_eq!(list[0]["program"], "x".repeat(200));
    assert!(list[0]["seen"].as_u64() > Some(1), "this call uses it: {list}");
    assert_eq!(list[1]["seen"], 1);
    assert_eq!(list[1]["program"], "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_is_told_nothing_of_sessions() {
    let site = Site::start().await;
    let token = site.token("admin").await;
    for (method, path) in [("GET", "/api/account/sessions"), ("DELETE", "/api/account/sessions/x")]
    {
        let reply = site.api(&token, method, path).send().await;
        assert_eq!((reply.status, &reply.json()["code"]), (403, &"not-allowed".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_key_ends_what_used_the_former_one_on_every_transport() {
    let site = Site::start().await;
    let addrs = *site.server.addrs();
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let mut watcher = console(&site, &olga).await;
    let filter = format!("mcs/{ID}/{KEY}/+");
    let mut board = Raw::connect(addrs.mqtt, &Hello::new(Version::V311, "board")).await;
    board.subscribe(&filter, 1).await;
    board.publish(&Message::new(&format!("mcs/{ID}/{KEY}/count"), ",,1", 1).retained()).await;
    let mut socket = TcpStream::connect(addrs.command).await.expect("a connection");
    socket.write_all(format!("{ID},{KEY},0").as_bytes()).await.expect("to send");
    let mut echo = [0; 64];
    assert!(soon("an echo", socket.read(&mut echo)).await.expect("bytes") > 0);

    let rekeyed = admin(&site.folder, &["device", "rekey", ID]).await;
    let key = rekeyed["deviceKey"].as_str().expect("a key");
    assert_ne!(key, KEY);
    soon("the end", async {
        // Whatever was on its way comes first.
        while socket.read(&mut echo).await.is_ok_and(|n| n > 0) {}
    })
    .await;
    ends(&mut board, "another key").await;
    let mut board = Raw::connect(addrs.mqtt, &Hello::new(Version::V5, "board")).await;
    let code = board.subscribe_or_close(&filter, 0).await;
    assert!(code.is_none_or(|code| code >= 0x80));
    assert_eq!(site.device("POST", "/datapoints.csv").body("count,,2").send().await.status, 401);
    // With the new key everything is as it was, and the console has noticed nothing.
    let upload = site.device_with_key("POST", "/datapoints.csv", key);
    assert_eq!(upload.body("count,1432538716989,3").send().await.text(), "Success.");
    let mut board = Raw::connect(addrs.mqtt, &Hello::new(Version::V5, "board")).await;
    board.subscribe(&format!("mcs/{ID}/{key}/+"), 1).await;
    loop {
        let message = watcher.message().await;
        if message.payload == b"1432538716989,count,3" {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_removed_leaves_nothing_behind() {
    let site = Site::start().await;
    let data = &site.folder;
    let mia = add_person(&site, "mia", "member", &[["--device", ID, "operator"]]).await;
    let olga = add_person(&site, "olga", "operator", &[]).await;
    let upload = async || {
        let upload = site.device("POST", "/datapoints.csv").body("count,1432538716989,3");
        upload.send().await.status
    };
    assert_eq!(upload().await, 200);
    let mut board =
        Raw::connect(site.server.addrs().mqtt, &Hello::new(Version::V311, "board")).await;
    board.subscribe(&format!("mcs/{ID}/{KEY}/+"), 1).await;
    let product = site.product.as_str();
    let refused = crate::program(data, &["prototype", "remove", product]).output().expect("to run");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("has 1 devices: remove them first"));

    assert_eq!(admin(data, &["device", "remove", ID]).await, json!({ "deviceId": ID }));
    ends(&mut board, "removed").await;
    assert_eq!(upload().await, 401);
    // The same device anew: no history, no grant.
    let add = ["device", "add", product, "--name", "Bench", "--id", ID, "--key", KEY];
    admin(data, &add).await;
    assert_eq!(site.api(&mia.token, "GET", "/api/devices").send().await.json(), json!([]));
    let history = format!("/api/devices/{ID}/channels/count/points");
    let history = site.api(&olga.token, "GET", &history).send().await.json();
    assert_eq!(history["points"], json!([]));
    assert_eq!(upload().await, 200);

    admin(data, &["device", "rename", ID, "--name", " Bench 2 "]).await;
    assert_eq!(site.listed(&olga.token).await["name"], "Bench 2");
    let exported = admin(data, &["prototype", "export", product]).await;
    let file = data.join("exported.json");
    std::fs::write(&file, exported.to_string()).expect("to write");
    admin(data, &["prototype", "import", file.to_str().expect("UTF-8")]).await;
    let list = admin(data, &["prototype", "list"]).await;
    let rows = list.as_array().expect("a list");
    let of = |devices: u64| rows.iter().find(|it| it["devices"] == devices).expect("a prototype");
    assert_eq!(of(0)["channels"], of(1)["channels"]);
    admin(data, &["device", "remove", ID]).await;
    admin(data, &["prototype", "remove", product]).await;
    assert_eq!(admin(data, &["prototype", "list"]).await.as_array().map(Vec::len), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_of_one_host_do_not_sign_each_others_people_out() {
    let (one, two) = (Site::start().await, Site::start().await);
    let mut cookies = Vec::new();
    for site in [&one, &two] {
        add_person(site, "olga", "operator", &[]).await;
        let reply = site.log_in("olga", "secret").await;
        let cookie = reply.header("Set-Cookie").expect("a cookie");
        cookies.push(cookie.split(';').next().expect("a value").to_owned());
    }
    // A browser keeps both, as it goes by the host, and sends both to both.
    let names: Vec<_> = cookies.iter().filter_map(|it| it.split('=').next()).collect();
    assert_ne!(names[0], names[1]);
    let jar = cookies.join("; ");
    for site in [&one, &two] {
        let session = Request::new(site.http(), "GET", "/api/session").header("Cookie", &jar);
        assert_eq!(session.send().await.status, 200);
    }
}
