use proptest::prelude::*;

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
        signed: None,
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

#[test]
fn a_refusal_has_every_documented_member_and_each_pages_words() {
    let json = Failure::not_permitted().to_json();
    for member in [
        "apiVersion",
        "code",
        "message",
        "errors",
        "results",
        "descriptions",
        "statusCode",
        "options",
    ] {
        assert!(json.get(member).is_some(), "{member}");
    }
    assert_eq!(json["results"]["code"], 1002);
    assert_eq!(json["errors"][0], json!({ "code": 401, "message": "401 Unauthorized" }));
    assert_eq!(Failure::firmware_not_permitted().to_json()["results"], "you dont have permission!");
    assert_eq!(Failure::channel_not_found().to_json()["results"], "channel not found");
    assert_eq!(Failure::new(418, "tea").to_json()["errors"][0]["message"], "tea");
}

#[test]
fn the_application_of_an_upload_stands_beside_its_points() {
    let found = |text: &str| app_of_body(text.as_bytes()).map(|it| (it.id, it.secret));
    let app = || Some(("a".to_owned(), "s".to_owned()));
    assert_eq!(found(r#"{"appId":"a","appSecret":"s","datapoints":[{"x":1}]}"#), app());
    assert_eq!(found(r#"{"datapoints":[],"appSecret":"s","appId":"a"}"#), app());
    for text in [
        "",
        "[]",
        r#"{"appId":"a"}"#,
        r#"{"appSecret":"s"}"#,
        r#"{"appId":1,"appSecret":"s"}"#,
        r#"{"appId":"a","appSecret":"s","appSecret":"t"}"#,
        r#"{"appId":"a","appSecret":"s"} x"#,
    ] {
        assert_eq!(found(text), None, "{text}");
    }
    let app = AppCredentials { id: "a".to_owned(), secret: "hidden".to_owned() };
    assert!(!format!("{app:?}").contains("hidden"));
}

#[test]
fn a_command_for_a_channel_may_carry_a_time_and_keeps_the_commas_of_its_value() {
    let read = |text: &str| match Command::parse(text) {
        Ok(Command::Channel(point)) => {
            let time = point.timestamp.map(Timestamp::as_millis);
            format!("{} {time:?} {:?}", point.channel, point.value)
        }
        Ok(Command::Custom(words)) => format!("custom {words}"),
        Err(error) => error.to_string(),
    };
    for (text, expected) in [
        ("1,switch,1", r#"switch None Csv("1")"#),
        ("1,pwm,500,20", r#"pwm None Csv("500,20")"#),
        ("1,gps,26.34,12,59\r\n", r#"gps None Csv("26.34,12,59")"#),
        ("1,switch,,1", r#"switch None Csv("1")"#),
        ("1,switch,1432538716989,1", r#"switch Some(1432538716989) Csv("1")"#),
        (" 1 , switch , 1\0", r#"switch None Csv(" 1")"#),
        ("0,reboot, now", "custom reboot, now"),
        ("1", "the body is neither 0,content nor 1,dataChnId,value"),
        ("1,FOTA,2.0,x,y", "dataChnId: FOTA is the name of the firmware notice"),
    ] {
        assert_eq!(read(text), expected, "{text}");
    }
}

#[test]
fn a_list_of_devices_starts_at_page_one_and_is_bounded() {
    let read = |pairs: &[(&str, &str)]| {
        let page = DevicePage::parse(pairs.iter().copied());
        page.map(|it| (it.limit, it.page, it.skip())).map_err(|it| it.to_string())
    };
    assert_eq!(read(&[]), Ok((100, 1, 0)));
    assert_eq!(read(&[("limit", "10"), ("page", " 3 ")]), Ok((10, 3, 20)));
    assert_eq!(read(&[("limit", ""), ("order", "x")]), Ok((100, 1, 0)));
    assert_eq!(read(&[("limit", "5000")]), Ok((100, 1, 0)));
    let last = usize::MAX.to_string();
    assert_eq!(read(&[("page", &last)]), Ok((100, usize::MAX, usize::MAX)));
    for (name, text) in [("limit", "abc"), ("limit", "0"), ("page", "-1")] {
        let told = read(&[(name, text)]).unwrap_err();
        assert!(told.contains(name) && told.contains("a number from 1"), "{told}");
    }
}

#[test]
fn a_registration_takes_the_words_and_numbers_of_old_programs() {
    let read = |json: Value| Registration::parse(json.to_string().as_bytes());
    let made =
        read(json!({ "prodId": "PydFXsArwtru", "name": " Lamp ", "isTest": 0, "serial": 12 }));
    let made = made.unwrap();
    assert_eq!((made.name.as_str(), made.test, made.serial.as_str()), ("Lamp", false, "12"));
    let with = |member: &str, value: Value| {
        let mut body = json!({ "prodId": "P", "name": "A" });
        body[member] = value;
        read(body).map(|it| it.test)
    };
    assert_eq!(with("isTest", json!("true")), Ok(true));
    assert_eq!(with("isTest", json!(null)), Ok(true));
    for (member, value) in [
        ("isTest", json!("maybe")),
        ("name", json!("")),
        ("name", json!("a\nb")),
        ("name", json!("x".repeat(201))),
        ("prodId", json!("a b")),
        ("serial", json!("x".repeat(50))),
        ("description", json!([])),
        ("deviceImageURL", json!("x".repeat(2001))),
    ] {
        assert!(with(member, value).is_err(), "{member}");
    }
    assert_eq!(Registration::parse(b"[]"), Err(BodyError::Json));
}

proptest! {
    #[test]
    fn no_body_panics(body in proptest::collection::vec(any::<u8>(), 0..200), text in "[01],[a-z0-9,]{0,40}") {
        let _ = app_of_body(&body);
        let _ = Registration::parse(&body);
        let _ = Description::parse(&body);
        let _ = version_of_report(&body);
        let _ = Command::parse(&String::from_utf8_lossy(&body));
        let _ = Command::parse(&text);
    }

    #[test]
    fn a_custom_command_is_sent_as_it_came(words in "[!-~][ -~]{0,100}[!-~]") {
        prop_assert_eq!(Command::parse(&format!("0,{words}")), Ok(Command::Custom(words)));
    }
}
