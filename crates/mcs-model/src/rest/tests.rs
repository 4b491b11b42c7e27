use super::*;
use crate::api::{FirmwareInfo, HistoryPoint};
use crate::upload::{Rules, from_csv, from_json};
use crate::{Bounds, DataPoint, Timestamp, Value as Reading, ValueError};

fn history() -> [HistoryPoint; 2] {
    [(1_524_119_075_906, 35), (1_524_119_070_000, 34)].map(|(at, number)| HistoryPoint {
        at: Timestamp::from_millis(at),
        value: Reading::Integer(number),
    })
}

fn firmware() -> FirmwareInfo {
    FirmwareInfo {
        id: "FAdJBknrDsOM".parse().unwrap(),
        prototype: "PydFXsArwtru".parse().unwrap(),
        name: "blink".to_owned(),
        version: "v1".to_owned(),
        note: "first".to_owned(),
        size: 3,
        md5: "900150983cd24fb0d6963f7d28e17f72".to_owned(),
        sha256: String::new(),
        url: "http://10.0.0.1:8080/fw/t".to_owned(),
        uploaded: Timestamp::from_millis(0),
        compatible: None,
    }
}

#[test]
fn an_upload_answers_success_partial_success_or_failure() {
    let bounds = Bounds { lower: -180.0, upper: 180.0 };
    let part = "longitude in GPS";
    let error = ValueError::Bounds { part, bounds, got: 200.0 };
    let sentence = refused(&"gps".parse().unwrap(), &error);
    assert!(sentence.starts_with(
        "The uploaded data point for data channel gps exceeds the bound of longitude in GPS"
    ));

    let all = UploadOutcome { accepted: 2, ..UploadOutcome::default() };
    assert_eq!((all.status(), all.to_csv().as_str()), (200, "Success."));
    assert_eq!(all.to_json()["results"], "success");

    let some = UploadOutcome {
        accepted: 1,
        descriptions: vec![sentence.clone()],
        ..UploadOutcome::default()
    };
    assert_eq!((some.status(), some.to_csv()), (200, format!("Partial success.\n{sentence}")));
    assert_eq!(some.to_json()["results"], "Partial success.");
    assert_eq!(some.to_json()["descriptions"][0], sentence);

    let away = UploadOutcome {
        undelivered: vec!["switch".parse().unwrap()],
        ..UploadOutcome { accepted: 1, ..UploadOutcome::default() }
    };
    assert_eq!((away.status(), away.to_csv().as_str()), (200, "Success."));
    assert_eq!(away.to_json()["results"], "success");
    assert_eq!(away.to_json()["undelivered"][0], "switch");
    assert_eq!(all.to_json().get("undelivered"), None);

    let unknown = no_such_channel(&"displays_boolean".parse().unwrap());
    let none =
        UploadOutcome { accepted: 0, descriptions: vec![unknown], ..UploadOutcome::default() };
    assert_eq!(none.status(), 400);
    assert_eq!(
        none.to_csv(),
        "400,None of data points uploaded success.\n\
         There is no such data channel displays_boolean for this device."
    );
    assert_eq!(none.to_json()["code"], 400);
    assert_eq!(none.to_json()["message"], "None of data points uploaded success.");
}

#[test]
fn what_a_device_uploads_is_read_by_the_server() {
    let point = |channel: &str, value| DataPoint {
        channel: channel.parse().unwrap(),
        timestamp: Timestamp::from_millis(1_432_538_716_989),
        value,
    };
    let points = [point("a", Reading::Integer(26)), point("s", Reading::String("x,y".into()))];
    let csv = upload_csv(&points);
    assert_eq!(csv, "a,1432538716989,26\ns,1432538716989,x,y");
    for read in [
        from_csv(csv.as_bytes(), Rules::default()),
        from_json(upload_json(&points).to_string().as_bytes(), Rules::default()),
    ] {
        let read: Vec<_> = read.into_iter().map(Result::unwrap).collect();
        assert_eq!(read.len(), 2);
        for (read, point) in read.iter().zip(&points) {
            assert_eq!((&read.channel, read.timestamp), (&point.channel, Some(point.timestamp)));
        }
    }
}

#[test]
fn a_retrieve_query_without_parameters_wants_the_newest_point() {
    assert_eq!(RetrieveQuery::parse([]), Ok(RetrieveQuery::default()));
    let query = RetrieveQuery::parse([("start", "5"), ("end_time", "9"), ("x", "y")]).unwrap();
    assert_eq!(
        (query.start, query.end),
        (Some(Timestamp::from_millis(5)), Some(Timestamp::from_millis(9)))
    );
    assert_eq!(query.limit, 1);
    let query =
        RetrieveQuery::parse([("limit", "5000"), ("order", "ASC"), ("offset", "2")]).unwrap();
    assert_eq!((query.limit, query.offset, query.order), (1000, 2, Order::OldestFirst));
    for (name, text, why) in [
        ("start", "noon", "the parameter start is not a time in milliseconds"),
        ("limit", "0", "the parameter limit is not at least 1"),
        ("offset", "-1", "the parameter offset is not a whole number"),
        ("order", "up", "the parameter order is not asc or desc"),
    ] {
        assert_eq!(RetrieveQuery::parse([(name, text)]).unwrap_err().to_string(), why);
    }
}

#[test]
fn retrieved_points_have_the_documented_form() {
    let (device, channel) = ("Dsre1qRQ".parse().unwrap(), "temp".parse().unwrap());
    let json = retrieved_json(&device, &channel, &history(), false);
    assert_eq!(json["code"], 200);
    assert_eq!(
        json["dataChannels"],
        json!([{"dataChnId": "temp", "isOverflow": false, "dataPoints": [
            {"recordedAt": 1_524_119_075_906_u64, "values": {"value": "35"}},
            {"recordedAt": 1_524_119_070_000_u64, "values": {"value": "34"}},
        ]}])
    );
    let csv = retrieved_csv(&channel, &history());
    assert_eq!(csv, "temp,1524119075906,35\ntemp,1524119070000,34");
}

#[test]
fn the_command_address_is_written_and_read() {
    let address = CommandAddress { ip: "10.0.0.1".to_owned(), port: 443 };
    assert_eq!(address.to_csv(), "10.0.0.1,443");
    assert_eq!(address.to_json()["ip"], "10.0.0.1");
    assert_eq!(address.to_json()["port"], 443);
    assert_eq!(format!("{}\r\n", address.to_csv()).parse(), Ok(address));
    for bad in ["", "10.0.0.1", "10.0.0.1,99999", ",443"] {
        assert!(bad.parse::<CommandAddress>().is_err(), "{bad}");
    }
}

#[test]
fn firmware_answers_have_the_documented_spelling() {
    let list = available_firmwares(&[firmware()], false);
    assert_eq!(list["results"][0]["fwid"], "FAdJBknrDsOM");
    assert_eq!(list["results"][0]["fwId"], "FAdJBknrDsOM");
    assert!(list["results"][0].get("URL").is_none());
    let list = available_firmwares(&[firmware()], true);
    assert_eq!(list["results"][0]["URL"], "http://10.0.0.1:8080/fw/t");
    assert_eq!(version_accepted(&firmware().id)["fwId"], "FAdJBknrDsOM");
    assert_eq!(firmware_url("http://a/b")["url"], "http://a/b");
}

#[test]
fn a_version_report_may_hold_a_number() {
    let report = |text: &str| version_of_report(text.as_bytes());
    assert_eq!(report(r#"{"version":" v1 "}"#), Ok("v1".to_owned()));
    assert_eq!(report(r#"{"version":2.5}"#), Ok("2.5".to_owned()));
    assert_eq!(report(&version_report("2.0").to_string()), Ok("2.0".to_owned()));
    assert_eq!(report(r#"{"version":""}"#), Err(ReportError::Version));
    assert_eq!(report("[]"), Err(ReportError::Version));
    assert_eq!(report("v1"), Err(ReportError::Json));
}

#[test]
fn a_failure_repeats_its_status() {
    let failure = Failure::channel_not_found();
    assert_eq!(failure.to_csv(), "404,channel not found");
    assert_eq!(failure.to_json()["statusCode"], 404);
    assert_eq!(Failure::not_permitted().to_json()["message"], "You don't have permission!");
    assert_eq!(success(json!("x"))["results"], "x");
}
