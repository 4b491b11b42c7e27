use futures_util::future::join_all;
use serde_json::json;

use crate::client::Request;
use crate::{ID, Site, add_user};

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_gives_a_cookie_and_a_token_that_open_the_session() {
    let site = Site::start().await;
    add_user(&site.folder, "operator").await;
    let reply = site.log_in("operator", "secret").await;
    assert_eq!(reply.status, 200);
    let cookie = reply.header("Set-Cookie").expect("a cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let info = reply.json();
    assert_eq!((&info["name"], &info["role"]), (&json!("operator"), &json!("operator")));

    let cookie = cookie.split(';').next().expect("a value");
    let ask = || Request::new(site.http(), "GET", "/api/session").header("Cookie", cookie);
    let session = ask().send().await;
    assert_eq!(session.status, 200);
    assert_eq!(session.json()["mqttTicket"], info["mqttTicket"]);
    assert_eq!(session.json()["token"], json!(null));

    // A cross-site form carries the cookie, but not the header.
    let leave = || Request::new(site.http(), "POST", "/api/logout").header("Cookie", cookie);
    let reply = leave().send().await;
    assert_eq!((reply.status, &reply.json()["code"]), (403, &json!("wrong-origin")));
    assert_eq!(leave().header("X-Requested-With", "mcs-console").send().await.status, 204);
    let reply = ask().send().await;
    assert_eq!((reply.status, &reply.json()["code"]), (401, &json!("signed-out")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_user_are_told_the_same_and_slowed_down() {
    let site = Site::start().await;
    add_user(&site.folder, "admin").await;
    let wrong = site.log_in("admin", "Secret").await;
    let unknown = site.log_in("nobody", "secret").await;
    assert_eq!((wrong.status, unknown.status), (401, 401));
    assert_eq!(wrong.body, unknown.body);
    let mut last = unknown;
    for _ in 0..8 {
        last = site.log_in("admin", "Secret").await;
    }
    assert_eq!((last.status, &last.json()["code"]), (429, &json!("too-many-attempts")));
    assert!(last.header("Retry-After").is_some());
    assert_eq!(site.log_in("admin", "secret").await.status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_many_passwords_at_once_is_slowed_down_like_one_after_the_other() {
    let site = Site::start().await;
    let guess = async |n: u32| site.log_in("admin", &n.to_string()).await;
    let guesses = join_all((0..40).map(guess)).await;
    let with = |status| guesses.iter().filter(|it| it.status == status).count();
    assert_eq!((with(401), with(429)), (8, 32));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_devices_needs_a_session_and_tells_what_a_console_shows() {
    let site = Site::start().await;
    let reply = Request::new(site.http(), "GET", "/api/devices").send().await;
    assert_eq!(reply.status, 401);
    site.device("POST", "/datapoints.csv").body("count,1432538716989,3").send().await;
    let token = site.sign_in("viewer").await;
    let device = site.listed(&token).await;
    assert_eq!(device["name"], "Bench");
    assert_eq!(device["prototype"]["name"], "Demo board");
    assert_eq!(device["presence"]["transports"], json!([]));
    assert_eq!(
        device["lastPoints"],
        json!([{ "channel": "count", "timestamp": 1_432_538_716_989_u64, "value": { "integer": 3 } }])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_comes_oldest_first_and_says_when_it_is_cut() {
    let site = Site::start().await;
    let body = "count,1432538716001,1\ncount,1432538716002,2\ncount,1432538716003,3";
    site.device("POST", "/datapoints.csv").body(body).send().await;
    let token = site.sign_in("viewer").await;
    let path = format!("/api/devices/{ID}/channels/count/points?limit=2");
    let history = site.api(&token, "GET", &path).send().await.json();
    assert_eq!(
        history,
        json!({ "points": [
            { "at": 1_432_538_716_002_u64, "value": { "integer": 2 } },
            { "at": 1_432_538_716_003_u64, "value": { "integer": 3 } },
        ], "truncated": true })
    );
    let path = format!("/api/devices/{ID}/channels/nope/points");
    let reply = site.api(&token, "GET", &path).send().await;
    assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not-found")));
}
