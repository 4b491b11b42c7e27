//! What people do with accounts by `/api`: everybody with the own one, administrators with the others.

use serde_json::{Value, json};

use crate::client::Reply;
use crate::people::{Person, add_person};
use crate::wire::{Hello, Raw, Version};
use crate::{ID, Site, program};

impl Site {
    async fn ask(&self, person: &Person, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.api(&person.token, method, path).body(body).send().await
    }

    async fn status(&self, person: &Person, method: &str, path: &str, body: Value) -> u16 {
        self.ask(person, method, path, &body).await.status
    }

    /// Everybody, as an administrator sees them.
    async fn people(&self, boss: &Person) -> Value {
        self.ask(boss, "GET", "/api/users", &Value::Null).await.json()
    }
}

/// An answer that refuses: status and code.
fn refusal(reply: &Reply) -> (u16, String) {
    (reply.status, reply.json()["code"].as_str().expect("a code").to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_it_and_ends_the_other_sessions() {
    let site = Site::start().await;
    let mia = add_person(&site, "mia", "viewer", &[]).await;
    let elsewhere = crate::people::sign_in(&site, "mia").await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current": current, "new": new });
        site.ask(&mia, "POST", "/api/account/password", &body).await
    };
    assert_eq!(refusal(&change("wrong", "longer secret").await), (403, "wrong-password".into()));
    assert_eq!(refusal(&change("secret", "").await), (400, "password".into()));
    assert_eq!(refusal(&change("secret", &"x".repeat(1025)).await), (400, "password".into()));
    assert_eq!(site.log_in("mia", "secret").await.status, 200, "nothing has changed");

    assert_eq!(change("secret", "longer secret").await.status, 204);
    assert_eq!(site.status(&mia, "GET", "/api/session", Value::Null).await, 200);
    assert_eq!(site.status(&elsewhere, "GET", "/api/session", Value::Null).await, 401);
    assert_eq!(site.log_in("mia", "secret").await.status, 401);
    assert_eq!(site.log_in("mia", "longer secret").await.status, 200);
    // The session that stays has its ticket still.
    let login = Hello::new(Version::V5, "console").login(mia.name, &mia.ticket);
    Raw::connect(site.server.addrs().mqtt, &login).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_the_own_password_is_slowed_down_like_any_other() {
    let site = Site::start().await;
    let mia = add_person(&site, "mia", "viewer", &[]).await;
    let mut last = 0;
    for n in 0..9 {
        let body = json!({ "current": n.to_string(), "new": "x" });
        last = site.status(&mia, "POST", "/api/account/password", body).await;
    }
    assert_eq!(last, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_adds_changes_and_removes_people() {
    let site = Site::start().await;
    let boss = add_person(&site, "boss", "admin", &[]).await;
    let new = |name: &str| json!({ "name": name, "role": "member", "password": "secret" });
    assert_eq!(site.status(&boss, "POST", "/api/users", new("mia")).await, 201);
    let again = site.ask(&boss, "POST", "/api/users", &new("mia")).await;
    assert_eq!(refusal(&again), (409, "taken".into()));
    assert_eq!(again.json()["message"], "There is a user mia already.");
    for name in ["", "a b", "mia/x", &"x".repeat(65)] {
        let reply = site.ask(&boss, "POST", "/api/users", &new(name)).await;
        assert_eq!(refusal(&reply), (400, "name".into()), "{name:?}");
    }
    let mut empty = new("ann");
    empty["password"] = json!("");
    assert_eq!(refusal(&site.ask(&boss, "POST", "/api/users", &empty).await).1, "password");
    let god = json!({ "name": "ann", "role": "god", "password": "secret" });
    assert_eq!(site.status(&boss, "POST", "/api/users", god).await, 400);
    let names = |people: Value| {
        let people = people.as_array().expect("a list").clone();
        people.iter().map(|it| it["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(site.people(&boss).await), ["boss", "mia"]);

    let mia = crate::people::sign_in(&site, "mia").await;
    let role = json!({ "role": "viewer" });
    assert_eq!(site.status(&boss, "PUT", "/api/users/mia/role", role.clone()).await, 204);
    let now = site.ask(&mia, "GET", "/api/session", &Value::Null).await.json();
    assert_eq!(now["role"], "viewer");
    let reset = json!({ "password": "another" });
    assert_eq!(site.status(&boss, "PUT", "/api/users/mia/password", reset).await, 204);
    assert_eq!(site.status(&mia, "GET", "/api/session", Value::Null).await, 401);
    assert_eq!(site.log_in("mia", "another").await.status, 200);
    assert_eq!(site.status(&boss, "DELETE", "/api/users/mia", Value::Null).await, 204);
    assert_eq!(site.log_in("mia", "another").await.status, 401);
    assert_eq!(names(site.people(&boss).await), ["boss"]);
    for (method, path, body) in [
        ("PUT", "/api/users/mia/role", role),
        ("PUT", "/api/users/mia/password", json!({ "password": "x" })),
        ("DELETE", "/api/users/mia", Value::Null),
    ] {
        let reply = site.ask(&boss, method, path, &body).await;
        assert_eq!(refusal(&reply), (404, "not-found".into()), "{method} {path}");
        assert_eq!(reply.json()["message"], "There is no user mia.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_granted_holds_at_once_and_is_taken_back() {
    let site = Site::start().await;
    let boss = add_person(&site, "boss", "admin", &[]).await;
    let mia = add_person(&site, "mia", "member", &[]).await;
    let product = site.product.as_str();
    let devices = async || {
        let list = site.ask(&mia, "GET", "/api/devices", &Value::Null).await.json();
        list.as_array().map(|it| it.iter().map(|it| it["right"].clone()).collect::<Vec<_>>())
    };
    let see = || json!({ "right": "see" });
    let control = || json!({ "right": "control" });
    let on_device = format!("/api/users/mia/grants/devices/{ID}");
    let on_prototype = format!("/api/users/mia/grants/prototypes/{product}");
    assert_eq!(devices().await, Some(vec![]));
    assert_eq!(site.status(&boss, "PUT", &on_device, see()).await, 204);
    assert_eq!(devices().await, Some(vec![json!("see")]));
    assert_eq!(site.status(&boss, "PUT", &on_device, control()).await, 204);
    assert_eq!(site.status(&boss, "PUT", &on_prototype, see()).await, 204);
    assert_eq!(devices().await, Some(vec![json!("control")]));
    let granted = &site.people(&boss).await[1];
    assert_eq!(
        granted["grants"],
        json!([
            { "on": { "prototype": product }, "right": "see" },
            { "on": { "device": ID }, "right": "control" },
        ])
    );
    assert_eq!(site.status(&boss, "DELETE", &on_device, Value::Null).await, 204);
    assert_eq!(devices().await, Some(vec![json!("see")]));
    assert_eq!(site.status(&boss, "DELETE", &on_prototype, Value::Null).await, 204);
    assert_eq!(devices().await, Some(vec![]));
    for (method, path) in [
        ("DELETE", on_device.as_str()),
        ("PUT", "/api/users/mia/grants/devices/Dnone"),
        ("PUT", "/api/users/mia/grants/devices/+"),
        ("PUT", "/api/users/mia/grants/prototypes/Pnone"),
        ("PUT", &format!("/api/users/nobody/grants/devices/{ID}")),
    ] {
        let reply = site.ask(&boss, method, path, &see()).await;
        assert_eq!(refusal(&reply), (404, "not-found".into()), "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_administers_people_and_nobody_takes_the_last_administrator_away() {
    let site = Site::start().await;
    let boss = add_person(&site, "boss", "admin", &[]).await;
    let on_device = format!("/api/users/olga/grants/devices/{ID}");
    let calls = [
        ("GET", "/api/users", Value::Null),
        ("POST", "/api/users", json!({ "name": "x", "role": "admin", "password": "x" })),
        ("PUT", "/api/users/boss/role", json!({ "role": "member" })),
        ("PUT", "/api/users/olga/role", json!({ "role": "admin" })),
        ("PUT", "/api/users/boss/password", json!({ "password": "x" })),
        ("DELETE", "/api/users/boss", Value::Null),
        ("PUT", &on_device, json!({ "right": "control" })),
        ("DELETE", &on_device, Value::Null),
    ];
    for (name, role) in [("olga", "operator"), ("vera", "viewer"), ("nora", "member")] {
        let person = add_person(&site, name, role, &[]).await;
        for (method, path, body) in &calls {
            let reply = site.ask(&person, method, path, body).await;
            assert_eq!(refusal(&reply), (403, "not-allowed".into()), "{name}: {method} {path}");
        }
    }
    for (method, path, body) in [&calls[2], &calls[4], &calls[5]] {
        let reply = site.ask(&boss, method, path, body).await;
        assert_eq!(refusal(&reply), (409, "own-account".into()), "{method} {path}");
    }
    assert_eq!(site.people(&boss).await.as_array().map(Vec::len), Some(4));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    let site = Site::start().await;
    let ann = add_person(&site, "ann", "admin", &[]).await;
    let ben = add_person(&site, "ben", "admin", &[]).await;
    let (of_ann, of_ben) = ("/api/users/ann/role", "/api/users/ben/role");
    let (down, up) = (json!({ "role": "viewer" }), json!({ "role": "admin" }));
    let mut met = 0;
    for _ in 0..20 {
        let (first, second) = tokio::join!(
            site.ask(&ann, "PUT", of_ben, &down),
            site.ask(&ben, "PUT", of_ann, &down)
        );
        let winners = [&first, &second].map(|it| it.status == 204);
        assert!(winners[0] != winners[1], "{} and {}", first.status, second.status);
        // The other was told so, or was no administrator any more when it asked.
        let lost = if winners[0] { &second } else { &first };
        let why = refusal(lost);
        met += usize::from(why == (409, "last-administrator".into()));
        assert!(why.0 == 409 || why == (403, "not-allowed".into()), "{why:?}");
        let (winner, former) = if winners[0] { (&ann, of_ben) } else { (&ben, of_ann) };
        assert_eq!(site.ask(winner, "PUT", former, &up).await.status, 204);
    }
    println!("{met} of 20 met in the store");
    // Nor does the shell take the only one away.
    assert_eq!(site.ask(&ann, "PUT", of_ben, &down).await.status, 204);
    let mut shell = program(&site.folder, &["user", "remove", "ann"]);
    let output = tokio::task::spawn_blocking(move || shell.output()).await;
    let output = output.expect("a thread").expect("to run");
    assert!(!output.status.success(), "the only administrator was removed");
    assert!(String::from_utf8_lossy(&output.stderr).contains("nobody else is an administrator"));
}
