use serde_json::json;

use crate::client::Request;
use crate::{ID, Site, admin, soon};

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

/// CONTRACT §4.3: at most 5 data points a request. What MCS does with a sixth is not stated: here
/// the first five are taken, and the rest is refused with one sentence.
#[tokio::test(flavor = "multi_thread")]
async fn the_sixth_point_of_a_request_is_refused_and_the_first_five_are_kept() {
    let site = Site::start().await;
    let lines: Vec<_> = (0..7).map(|n| format!("count,{},{n}", T + n)).collect();
    let reply = site.device("POST", "/datapoints.csv").body(lines.join("\n")).send().await;
    let told = "Partial success.\nline 6: there are more than 5 data points";
    assert_eq!((reply.status, reply.text()), (200, told));
    let points: Vec<_> = (0..6)
        .map(|n| json!({ "dataChnId": "count", "timestamp": T + n, "values": { "value": n } }))
        .collect();
    let body = json!({ "datapoints": points }).to_string();
    let reply = site.device("POST", "/datapoints").body(body).send().await.json();
    assert_eq!(reply["results"], "Partial success.");
    assert_eq!(reply["descriptions"], json!(["line 6: there are more than 5 data points"]));
    let reply = site.device("GET", "/datachannels/count/datapoints.csv?limit=99").send().await;
    assert_eq!(reply.text().lines().count(), 10);
}

/// CONTRACT §9.3 rule 3, and the limit of §4.3, by setting.
#[tokio::test(flavor = "multi_thread")]
async fn more_points_and_seconds_are_taken_where_the_settings_say_so() {
    let strict = Site::start().await;
    let reply = strict.device("POST", "/datapoints.csv").body("count,946684800,1").send().await;
    assert_eq!(reply.status, 400);
    assert!(reply.text().contains("it counts seconds, not milliseconds"), "{}", reply.text());
    let site = Site::with(|config| {
        config.timestamp_seconds = true;
        config.max_upload_points = 1000;
    })
    .await;
    let lines: Vec<_> = (0..1000).map(|n| format!("count,{},{n}", 946_684_800 + n)).collect();
    let reply = site.device("POST", "/datapoints.csv").body(lines.join("\n")).send().await;
    assert_eq!((reply.status, reply.text()), (200, "Success."));
    let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
    assert_eq!(reply.text(), "count,946685799000,999");
}

/// CONTRACT §9.3 rule 3: an empty timestamp and `0` are the time of receipt.
#[tokio::test(flavor = "multi_thread")]
async fn a_point_without_a_time_gets_the_time_of_its_receipt() {
    let site = Site::start().await;
    for body in ["count,,1", "count,0,1", "count, 0 , 1"] {
        site.device("POST", "/datapoints.csv").body(body).send().await;
        let reply = site.device("GET", "/datachannels/count/datapoints.csv").send().await;
        let fields: Vec<_> = reply.text().split(',').collect();
        assert_eq!((fields[1].len(), fields[2]), (13, "1"), "{body}");
    }
    let bodies = [json!(null), json!(""), json!("0"), json!(0)].map(|time| {
        json!({ "datapoints": [{ "dataChnId": "count", "timestamp": time, "values": { "value": 2 } }] })
    });
    for body in bodies {
        let reply = site.device("POST", "/datapoints").body(body.to_string()).send().await;
        assert_eq!(reply.json()["results"], "success", "{body}");
    }
}

/// CONTRACT §4.4 and §9.1 rows 7 to 9: names old and new, bounds of `limit`, `isOverflow`.
#[tokio::test(flavor = "multi_thread")]
async fn retrieving_knows_old_names_and_says_when_more_matched_than_it_answers() {
    let site = Site::with(|config| config.max_upload_points = 1001).await;
    let lines: Vec<_> = (0..1001).map(|n| format!("count,{},{n}", T + n)).collect();
    site.device("POST", "/datapoints.csv").body(lines.join("\n")).send().await;
    let ask = async |query: String| {
        let path = format!("/datachannels/count/datapoints{query}");
        site.device("GET", &path).send().await
    };
    for (query, count, first, overflow) in [
        (String::new(), 1, 1000, false),
        ("?limit=1000".to_owned(), 1000, 1000, true),
        ("?limit=5000".to_owned(), 1000, 1000, true),
        ("?limit=1000&offset=1".to_owned(), 1000, 999, false),
        ("?limit=1000&order=ASC".to_owned(), 1000, 1, true),
        ("?offset=2000".to_owned(), 0, 0, false),
        (format!("?start_time={}&end_time={}&limit=9", T + 2, T + 4), 3, 4, false),
        (format!("?start={}&end={}", T + 2, T + 4), 1, 4, false),
        ("?start=&end=&limit=2&unknown=1".to_owned(), 2, 1000, false),
    ] {
        let reply = ask(query.clone()).await.json();
        let channel = &reply["dataChannels"][0];
        let points = channel["dataPoints"].as_array().expect("a list");
        assert_eq!((points.len(), &channel["isOverflow"]), (count, &json!(overflow)), "{query}");
        if let Some(point) = points.first() {
            assert_eq!(point["recordedAt"], json!(T + first), "{query}");
        }
    }
    for query in ["?limit=0", "?limit=-1", "?limit=many", "?start=noon", "?offset=x", "?order=up"] {
        let reply = ask(query.to_owned()).await;
        assert_eq!((reply.status, &reply.json()["code"]), (400, &json!(400)), "{query}");
    }
    let reply = site.device("GET", "/datachannels/nope/datapoints").send().await;
    assert_eq!((reply.status, &reply.json()["message"]), (404, &json!("channel not found")));
}

/// A picture travels as base64 (CONTRACT §1.2); a body that is all commas, brackets or lines costs
/// no more than its length.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_stored_and_large_nonsense_is_refused_quickly() {
    let site = Site::start().await;
    let file = json!({ "prototype": { "prodName": "Camera", "version": "1", "description": "" },
        "dataChannels": [{ "dataChnId": "img", "name": "Picture", "description": "",
            "channelType": { "dataChnTypeId": 15, "name": "Image" }, "format": {},
            "isControllable": false }] });
    let name = site.folder.join("camera.json");
    std::fs::write(&name, file.to_string()).expect("to write");
    let import = ["prototype", "import", name.to_str().expect("UTF-8")];
    let product = admin(&site.folder, &import).await["prodId"].as_str().expect("an id").to_owned();
    let add = ["device", "add", &product, "--name", "Eye", "--id", "Deye0001", "--key", "eye"];
    admin(&site.folder, &add).await;
    let picture = format!("iVBORw0KGgo{}", "A".repeat(700_001));
    let send = async |suffix: &str, body: Vec<u8>| {
        let path = format!("/mcs/v2/devices/Deye0001/datapoints{suffix}");
        Request::new(site.http(), "POST", &path).header("deviceKey", "eye").body(body).send().await
    };
    let reply = send(".csv", format!("img,{T},{picture}").into_bytes()).await;
    assert_eq!((reply.status, reply.text()), (200, "Success."));
    let path = "/mcs/v2/devices/Deye0001/datachannels/img/datapoints.csv";
    let reply = Request::new(site.http(), "GET", path).header("deviceKey", "eye").send().await;
    assert_eq!(reply.text(), format!("img,{T},{picture}"));
    for piece in ["\n", ",", "[", "{\"a\":", "img,,\n", "\0", "\u{ff0c}"] {
        let body = piece.repeat((8 << 20) / piece.len()).into_bytes();
        for suffix in ["", ".csv"] {
            let reply = soon("a refusal", send(suffix, body.clone())).await;
            assert_eq!(reply.status, 400, "{piece:?}");
        }
    }
}
