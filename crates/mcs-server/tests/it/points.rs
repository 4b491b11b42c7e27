use serde_json::json;

use crate::client::Request;
use crate::{ID, Site};

const T: u64 = 1_432_538_716_989;

#[tokio::test(flavor = "multi_thread")]
async fn a_csv_upload_is_stored_and_retrieved_as_csv_and_json() {
    let site = Site::start().await;
    let body = format!("temperature,{T},26.34\npwm_in,{},500,20", T + 1);
    let reply = site.device("POST", "/datapoints.csv").body(body).send().await;
    assert_eq!((reply.status, reply.text()), (200, "Success."));

    let reply = site.device("GET", "/datachannels/temperature/datapoints.csv").send().await;
    assert_eq!((reply.status, reply.text()), (200, "temperature,1432538716989,26.34"));

    let reply = site.device("GET", "/datachannels/pwm_in/datapoints").send().await;
    let channel = &reply.json()["dataChannels"][0];
    assert_eq!(channel["dataChnId"], "pwm_in");
    assert_eq!(channel["dataPoints"][0]["recordedAt"], T + 1);
    assert_eq!(reply.json()["deviceId"], ID);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_json_upload_takes_numbers_as_strings_and_as_numbers() {
    let site = Site::start().await;
    let body = json!({ "datapoints": [
        { "dataChnId": "temperature", "timestamp": T, "values": { "value": "26.34" } },
        { "dataChnId": "count", "values": { "value": 7 } },
    ] });
    let reply = site.device("POST", "/datapoints").body(body.to_string()).send().await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.json()["results"], "success");
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert!(reply.text().starts_with("count,") && reply.text().ends_with(",7"), "{}", reply.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_good_points_of_a_request_are_kept_and_the_bad_ones_named() {
    let site = Site::start().await;
    let body = "temperature,,21.5\nnope,,1\ncount,,many\ntemperature,,1000";
    let reply = site.device("POST", "/datapoints.csv").body(body).send().await;
    assert_eq!(reply.status, 200);
    let lines: Vec<_> = reply.text().lines().collect();
    assert_eq!(lines[0], "Partial success.");
    assert_eq!(lines[1], "There is no such data channel nope for this device.");
    assert!(lines[2].contains("data channel count is not an integer"), "{}", lines[2]);
    assert!(lines[3].contains("data channel temperature exceeds the bound"), "{}", lines[3]);

    let reply = site.device("POST", "/datapoints.csv").body("nope,,1").send().await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().starts_with("400,None of data points uploaded success."));
    let reply = site.device("POST", "/datapoints").body("{\"datapoints\":").send().await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["message"], "None of data points uploaded success.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_does_not_hide_what_comes_later() {
    let site = Site::start().await;
    let body = "count,9999999999999,1\ncount,,2";
    let reply = site.device("POST", "/datapoints.csv").body(body).send().await;
    let refused = "Partial success.\ndata channel count: the timestamp 9999999999999 is more than a day ahead";
    assert_eq!((reply.status, reply.text()), (200, refused));
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert!(reply.text().ends_with(",2"), "{}", reply.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn retrieving_answers_one_point_unless_more_are_asked_for() {
    let site = Site::start().await;
    let body: Vec<_> = (0..5).map(|n| format!("count,{},{n}", T + n)).collect();
    site.device("POST", "/datapoints.csv").body(body.join("\n")).send().await;
    for (query, expected) in [
        ("", &[4][..]),
        ("?start=0&end=9999999999999", &[4]),
        ("?limit=3", &[4, 3, 2]),
        ("?limit=2&order=asc", &[3, 4]),
        ("?limit=2&offset=1", &[3, 2]),
        ("?limit=9&start=1432538716990&end=1432538716991", &[2, 1]),
    ] {
        let path = format!("/datachannels/count/datapoints.csv{query}");
        let reply = site.device("GET", &path).send().await;
        let values: Vec<u64> = reply
            .text()
            .lines()
            .map(|line| line.rsplit(',').next().and_then(|it| it.parse().ok()).expect("a number"))
            .collect();
        assert_eq!(values, expected, "{query}");
    }
    let reply = site.device("GET", "/datachannels/nope/datapoints.csv").send().await;
    assert_eq!((reply.status, reply.text()), (404, "404,channel not found"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_an_unknown_device_and_no_key_are_told_the_same() {
    let site = Site::start().await;
    let wrong = site.device_with_key("GET", "/connections", "0000000000000000").send().await;
    let path = "/mcs/v2/devices/Dunknown/connections";
    let unknown = Request::new(site.http(), "GET", path).header("deviceKey", crate::KEY);
    let unknown = unknown.send().await;
    let path = format!("/mcs/v2/devices/{ID}/connections");
    let none = Request::new(site.http(), "GET", &path).send().await;
    assert_eq!(wrong.status, 401);
    for other in [unknown, none] {
        assert_eq!((other.status, &other.body), (401, &wrong.body));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn get_connection_answers_the_command_server() {
    let site = Site::with(|config| {
        config.command_public = Some("203.0.113.7:443".parse().expect("an address"));
    })
    .await;
    let reply = site.device("GET", "/connections.csv").send().await;
    assert_eq!((reply.status, reply.text()), (200, "203.0.113.7,443"));
    let reply = site.device("GET", "/connections").send().await;
    assert_eq!(reply.json()["ip"], "203.0.113.7");
    assert_eq!(reply.json()["port"], 443);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_can_ask_what_it_is() {
    let site = Site::start().await;
    let reply = site.device("GET", "").send().await.json();
    let device = &reply["results"][0];
    assert_eq!(device["deviceName"], "Bench");
    assert_eq!(device["product"]["prodId"], site.product);
    assert_eq!(device["dataChannels"][0]["channelType"]["dataChnTypeId"], 7);
}
