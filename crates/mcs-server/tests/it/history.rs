//! How much history is kept, how it is told, and what happens when none can be.

use serde_json::{Value, json};

use crate::client::Request;
use crate::mqtt::{Client, topic};
use crate::process::Process;
use crate::{Folder, ID, KEY, Site, populate, soon};

const T: u64 = 1_432_538_700_000;

async fn upload(site: &Site, points: impl Iterator<Item = (u64, i64)>) {
    let lines: Vec<_> = points.map(|(at, n)| format!("count,{at},{n}")).collect();
    for lines in lines.chunks(5) {
        let upload = site.device("POST", "/datapoints.csv").body(lines.join("\n")).send().await;
        assert_eq!(upload.text(), "Success.");
    }
}

fn series(query: &str) -> String {
    format!("/api/devices/{ID}/channels/count/series{query}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_gets_points_while_they_are_few_and_buckets_when_they_are_many() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    upload(&site, (0..20).map(|n| (T + n * 1000, 5 - n as i64))).await;
    let ask = async |query: &str| {
        let reply = site.api(&token, "GET", &series(query)).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    };
    let all = ask("").await;
    assert_eq!(all["start"], T);
    assert_eq!(all["data"]["points"]["at"].as_array().map(Vec::len), Some(20));
    assert_eq!(all["data"]["points"]["text"], json!([]));

    let window = format!("?start={T}&end={}&buckets=2", T + 19_999);
    let buckets = &ask(&window).await["data"]["buckets"];
    assert_eq!(buckets["step"], 10_000);
    assert_eq!(buckets["at"], json!([T, T + 10_000]));
    assert_eq!(buckets["count"], json!([10, 10]));
    let number = json!({ "min": [-4.0, -14.0], "max": [5.0, -5.0],
                         "first": [5.0, -5.0], "last": [-4.0, -14.0] });
    assert_eq!(buckets["number"], number);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_that_makes_no_sense_is_refused() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    let huge = "?buckets=99999999999";
    for (query, status) in
        [("?start=2&end=1", 400), ("?start=-1", 400), (huge, 400), ("?buckets=0", 200)]
    {
        let reply = site.api(&token, "GET", &series(query)).send().await;
        assert_eq!(reply.status, status, "{query}: {}", reply.text());
        assert!(status == 200 || reply.json()["code"] == "malformed", "{query}");
    }
    let other = format!("/api/devices/{ID}/channels/nope/series");
    assert_eq!(site.api(&token, "GET", &other).send().await.status, 404);
    assert_eq!(site.api("none", "GET", &series("")).send().await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_so_many_points_of_a_channel_are_kept() {
    let folder = Folder::new();
    populate(&folder).await;
    let file = folder.join("server.toml");
    // The rest is asked for as often as the server answers.
    let settings =
        "max-device-requests = 0\nkeep-points = 9\n[[keep]]\nchannel = \"count\"\npoints = 3";
    std::fs::write(&file, settings).expect("to write");
    let request = |server: &Process, method: &str, rest: &str| {
        let path = format!("/mcs/v2/devices/{ID}{rest}");
        Request::new(server.http(), method, &path).header("deviceKey", KEY)
    };
    let server = Process::start(&folder, &[]).await;
    for channel in ["count", "temperature"] {
        for n in 0..4 {
            let lines = (0..5).map(|m| format!("{channel},{},{}", T + n * 5 + m, n * 5 + m));
            let body = lines.collect::<Vec<_>>().join("\n");
            let upload = request(&server, "POST", "/datapoints.csv").body(body).send().await;
            assert_eq!(upload.text(), "Success.");
        }
    }
    server.terminate().await;

    let file = file.to_str().expect("UTF-8");
    let server = Process::start(&folder, &["--config", file]).await;
    for (channel, kept) in [("count", 3), ("temperature", 9)] {
        let path = format!("/datachannels/{channel}/datapoints.csv?limit=100&order=asc");
        let left = soon("the rest to go", async {
            loop {
                let reply = request(&server, "GET", &path).send().await;
                assert_eq!(reply.status, 200);
                if reply.text().lines().count() <= kept {
                    return reply.text().to_owned();
                }
            }
        });
        let expected = (20 - kept as u64..20).map(|n| format!("{channel},{},{n}", T + n));
        assert_eq!(left.await, expected.collect::<Vec<_>>().join("\n"));
    }
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_is_told_that_nothing_can_be_stored_and_that_it_can_again() {
    let site = Site::start().await;
    let health = async || {
        let reply = Request::new(site.http(), "GET", "/healthz").send().await;
        (reply.status, reply.text().to_owned())
    };
    assert_eq!(health().await, (200, "ok".to_owned()));
    site.fill().await;
    let upload = site.device("POST", "/datapoints").body(
        json!({ "datapoints": [{ "dataChnId": "count", "values": { "value": 7 } }] }).to_string(),
    );
    let upload = upload.send().await;
    assert_eq!((upload.status, upload.header("Retry-After")), (503, Some("10")));
    let told: Value = upload.json();
    assert_eq!(told["code"], 503);
    assert_eq!(health().await.0, 503);
    site.make_space().await;
    soon("to be well", async {
        while health().await.0 != 200 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chart_by_arrival_shows_when_late_points_came() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    upload(&site, (0..3).map(|n| (T + n * 1000, n as i64))).await;
    let ask = async |query: &str| {
        let reply = site.api(&token, "GET", &series(query)).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()["data"]["points"]["at"].as_array().cloned().unwrap_or_default()
    };
    assert_eq!(ask(&format!("?start={T}&end={}", T + 9000)).await.len(), 3);
    assert_eq!(ask(&format!("?start={T}&end={}&time=arrival", T + 9000)).await.len(), 0);
    let came = ask(&format!("?start={}&time=arrival", T + 9000)).await;
    assert_eq!(came.len(), 3);
    assert!(came.iter().all(|it| it.as_u64() > Some(T + 100_000_000_000)), "{came:?}");
    let refused = site.api(&token, "GET", &series("?time=never")).send().await;
    assert_eq!(refused.status, 400, "{}", refused.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_goes_while_nobody_looks_was_away_for_who_looks_later() {
    let site = Site::start().await;
    let mut device = Client::device(&site, "sensor").await;
    device.subscribe(&topic("+")).await;
    device.leave().await;
    let token = site.sign_in("viewer").await;
    let told = soon("the absence to be kept", async {
        loop {
            let told = site.api(&token, "GET", &series("?start=0")).send().await.json();
            if told["absences"].is_array() {
                return told["absences"].clone();
            }
        }
    })
    .await;
    assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
    assert!(told[0]["since"].as_u64() > Some(T) && told[0]["until"].is_null(), "{told}");
    let mut device = Client::device(&site, "sensor").await;
    device.subscribe(&topic("+")).await;
    soon("its end to be kept", async {
        loop {
            let told = site.api(&token, "GET", &series("?start=0")).send().await.json();
            if told["absences"][0]["until"].as_u64() >= told["absences"][0]["since"].as_u64() {
                return;
            }
        }
    })
    .await;
}
