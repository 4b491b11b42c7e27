//! Every form of a publish, as subscribers see it and as it is stored (CONTRACT §1.3, §2.2 to §2.4, §9.3 rules 1 to 6).

use serde_json::json;

use crate::wire::{Ack, Hello, Message, Raw, VERSIONS, Version};
use crate::{Site, admin};

const OWN: &str = "Dforms01";
const OWN_KEY: &str = "keyOfEveryForm01";

/// Where a row is published: `…/` and this. `-` is the device's topic as it should be written.
type Suffix = &'static str;

/// What comes of a row.
enum Seen {
    /// Canonical points, in this order. `NOW` stands for the time of receipt.
    Points(&'static [&'static str]),
    /// The same, and this many that are left out.
    Partly(&'static [&'static str]),
    /// Nothing; an MQTT 5 client is told why: this stands in the sentence.
    Nothing(&'static str),
}
use Seen::{Nothing, Partly, Points};

/// Topic, payload and what comes of it. `@` stands for a timestamp of 13 digits.
const FORMS: &[(Suffix, &str, Seen)] = &[
    // §2.3: normal, without a timestamp, with neither; rule 3: 0 is none.
    ("n", "@,n,26", Points(&["@,n,26"])),
    ("n", ",n,26", Points(&["NOW,n,26"])),
    ("n", "0,n,26", Points(&["NOW,n,26"])),
    ("n", ",,26", Points(&["NOW,n,26"])),
    ("n", "0,,26", Points(&["NOW,n,26"])),
    ("n", "@,,26", Points(&["@,n,26"])),
    // §2.4: the C library's NUL, print lines of scripts and sketches, the bare value.
    ("n", ",n,26\0", Points(&["NOW,n,26"])),
    ("n", ",n,26\0\0\0", Points(&["NOW,n,26"])),
    ("n", "@,n,26\r\n", Points(&["@,n,26"])),
    ("n", "@,n,26\n", Points(&["@,n,26"])),
    ("n", "456", Points(&["NOW,n,456"])),
    ("n", "456\r\n", Points(&["NOW,n,456"])),
    // Rule 4: spaces around fields do not count and are never sent.
    ("n", " @ , n , 26 ", Points(&["@,n,26"])),
    ("n", ", n, 26", Points(&["NOW,n,26"])),
    ("n", " 456 ", Points(&["NOW,n,456"])),
    // Boards that print every number as a float.
    ("n", ",n,26.00", Points(&["NOW,n,26"])),
    // §1.3: every type.
    ("sw", ",sw,1", Points(&["NOW,sw,1"])),
    ("f", ",f,26.34", Points(&["NOW,f,26.34"])),
    ("cat", "@,cat,high", Points(&["@,cat,high"])),
    ("h", ",h,1AF", Points(&["NOW,h,1AF"])),
    ("h", ",h,1af", Points(&["NOW,h,1af"])),
    ("io", ",io,0", Points(&["NOW,io,0"])),
    ("an", ",an,128", Points(&["NOW,an,128"])),
    ("pad", ",pad,left|1", Points(&["NOW,pad,left|1"])),
    ("g", "@,g,26.34,12,59", Points(&["@,g,26.34,12,59"])),
    ("g", ",g, 26.34, 12, 59", Points(&["NOW,g,26.34,12,59"])),
    ("pwm", "@,pwm,500,20", Points(&["@,pwm,500,20"])),
    ("img", ",img,iVBORw0KGgo=", Points(&["NOW,img,iVBORw0KGgo="])),
    // Rule 1: a bare value of several parts is no `timestamp,channel,value`.
    ("g", "1,2,3", Points(&["NOW,g,1,2,3"])),
    ("g", "26.34,121.5,59", Points(&["NOW,g,26.34,121.5,59"])),
    ("pwm", "500,20", Points(&["NOW,pwm,500,20"])),
    // Strings keep what is in them: commas, spaces, JSON, the words of others.
    ("s", ",s,hello, world", Points(&["NOW,s,hello, world"])),
    ("s", "@,s, two  spaces ", Points(&["@,s, two  spaces "])),
    ("s", "hello,,world", Points(&["NOW,s,hello,,world"])),
    ("s", "a,b,c", Points(&["NOW,s,a,b,c"])),
    ("s", "{\"my\":\"own\"}", Points(&["NOW,s,{\"my\":\"own\"}"])),
    ("s", ",s,你好，世界", Points(&["NOW,s,你好，世界"])),
    ("s", "你好，世界，再见", Points(&["NOW,s,你好，世界，再见"])),
    // §2.2, §9.3 rule 2: the device's topic, one point a line.
    ("-", "@,n,1\n@,s,up", Points(&["@,n,1", "@,s,up"])),
    ("-", ",n,1\r\n\r\n,s,up\r\n\0", Points(&["NOW,n,1", "NOW,s,up"])),
    ("-", "\n\n,n,1\n   \n0,n,2\n\n", Points(&["NOW,n,1", "NOW,n,2"])),
    ("-", ",g,1,2,3\n,pwm,500,20", Points(&["NOW,g,1,2,3", "NOW,pwm,500,20"])),
    // mcsjs publishes to the filter; others put a slash too many.
    ("+", ",n,1", Points(&["NOW,n,1"])),
    ("+", "@,n,1\n,s,up", Points(&["@,n,1", "NOW,s,up"])),
    ("", ",n,1", Points(&["NOW,n,1"])),
    ("n/", "26", Points(&["NOW,n,26"])),
    ("/n", ",n,26", Points(&["NOW,n,26"])),
    // §2.4: the JSON of REST in any legal shape.
    ("n", r#"{"datapoints":[{"dataChnId":"n","values":{"value":102}}]}"#, Points(&["NOW,n,102"])),
    ("n", r#"{"datapoints":[{"dataChnId":"n","values":{"value":"102"}}]}"#, Points(&["NOW,n,102"])),
    (
        "n",
        r#"{"datapoints":[{"dataChnId":"n","timestamp":@,"values":{"value":1}}]}"#,
        Points(&["@,n,1"]),
    ),
    (
        "n",
        r#"{"datapoints":[{"dataChnId":"n","timestamp":"@","values":{"value":1}}]}"#,
        Points(&["@,n,1"]),
    ),
    ("n", r#"{"datapoints":[{"values":{"value":1},"timestamp":0}]}"#, Points(&["NOW,n,1"])),
    (
        "n",
        "\r\n{ \"datapoints\" : [\n\t{ \"dataChnId\" : \"s\", \"values\" : { \"value\" : \"up\" } } ] }\n",
        Points(&["NOW,s,up"]),
    ),
    (
        "g",
        r#"{"datapoints":[{"dataChnId":"g","values":{"latitude":1.5,"longitude":"2","altitude":3}}]}"#,
        Points(&["NOW,g,1.5,2,3"]),
    ),
    (
        "pwm",
        r#"{"datapoints":[{"dataChnId":"pwm","values":{"value":500,"period":"20"}}]}"#,
        Points(&["NOW,pwm,500,20"]),
    ),
    (
        "-",
        r#"{"datapoints":[{"dataChnId":"n","values":{"value":1}},{"dataChnId":"sw","values":{"value":true}}]}"#,
        Points(&["NOW,n,1", "NOW,sw,1"]),
    ),
    ("+", r#"{"datapoints":[{"dataChnId":"n","values":{"value":1}}]}"#, Points(&["NOW,n,1"])),
    (
        "n",
        r#"{"appId":"x","datapoints":[{"dataChnId":"n","values":{"value":1},"more":[]}]}"#,
        Points(&["NOW,n,1"]),
    ),
    // Rule 5: the good ones are taken, the others left out.
    ("-", "@,n,1\n,nope,1\n,an,999\nnoon,n,2\n,,3\n@,s,up", Partly(&["@,n,1", "@,s,up"])),
    (
        "-",
        r#"{"datapoints":[{"dataChnId":"n","values":{"value":1}},{"dataChnId":"n"},7,{"values":{"value":1}}]}"#,
        Partly(&["NOW,n,1"]),
    ),
    (
        "n",
        r#"{"datapoints":[{"dataChnId":"nope","values":{"value":1}},{"values":{"value":2}}]}"#,
        Partly(&["NOW,n,2"]),
    ),
    // Rule 5: what is not valid, and why.
    ("n", "", Nothing("there is no data point")),
    ("n", "\0", Nothing("there is no data point")),
    ("n", " \r\n", Nothing("there is no data point")),
    ("-", "", Nothing("there is no data point")),
    ("-", "26", Nothing("it has not the form timestamp,dataChnId,value")),
    ("+", "26", Nothing("it has not the form timestamp,dataChnId,value")),
    ("-", ",,26", Nothing("dataChnId: it is empty")),
    ("n", "abc", Nothing("data channel n is not an integer: \"abc\"")),
    ("n", ",n,", Nothing("data channel n is not an integer")),
    ("n", "@,n", Nothing("data channel n is not an integer")),
    ("n", "@,other,1", Nothing("data channel n is not an integer")),
    ("an", ",an,256", Nothing("data channel an exceeds the bound: 256 is not within 0 to 255")),
    ("sw", ",sw,2", Nothing("data channel sw is not 0 or 1")),
    ("cat", ",cat,middle", Nothing("data channel cat is no key of the category")),
    ("h", ",h,XYZ", Nothing("data channel h is not hexadecimal digits")),
    ("g", ",g,1,2", Nothing("data channel g has no altitude")),
    ("g", ",g,91,0,0", Nothing("exceeds the bound of latitude in GPS")),
    ("pwm", ",pwm,1001,0", Nothing("exceeds the bound of value in PWM")),
    ("pad", ",pad,jump|1", Nothing("names no button of the gamepad")),
    (
        "img",
        ",img,R0lGOD==",
        Nothing("data channel img is not the base64 of a PNG or JPEG picture"),
    ),
    ("nope", "1", Nothing("There is no such data channel nope for this device.")),
    ("n", "noon,n,1", Nothing("timestamp: it is not whole milliseconds: \"noon\"")),
    // Rule 3: seconds only where they are configured.
    ("n", "1432538716,n,1", Nothing("timestamp: it counts seconds, not milliseconds")),
    ("n", "99999999999999,n,1", Nothing("timestamp: it has more than 13 digits")),
    ("n", "9999999999999,n,1", Nothing("is more than a day ahead")),
    // §9.1 row 25: whoever pastes from that page is told what is wrong with it.
    ("n", "，n，1", Nothing("its commas are full-width (U+FF0C)")),
    ("-", "@，n，1", Nothing("its commas are full-width (U+FF0C)")),
    ("n", r#"{"datapoints":[}"#, Nothing("it is not JSON")),
    ("-", r#"{"points":[]}"#, Nothing("it has no list datapoints")),
    ("n", r#"{"datapoints":[]}"#, Nothing("there is no data point")),
    ("-", r#"{"datapoints":[{"values":{"value":1}}]}"#, Nothing("dataChnId: it is missing")),
    // The author's own characters come back escaped.
    ("n", "a\u{1b}[31mb", Nothing(r#"is not an integer: "a\u{1b}[31mb""#)),
];

/// A device with a channel of every type.
async fn site() -> Site {
    let channel = |(id, kind, controls, format): (&str, u8, bool, serde_json::Value)| {
        json!({
            "dataChnId": id, "name": id, "description": "", "isHidden": false, "isControllable": controls,
            "channelType": { "dataChnTypeId": kind, "name": "" }, "format": format,
            "unitType": { "id": null, "name": null },
        })
    };
    let options = json!({ "options": [{ "name": "Low", "value": "low" }, { "name": "High", "value": "high" }] });
    let buttons = json!({ "up": "up", "down": "down", "left": "left", "right": "right" });
    let channels: Vec<_> = [
        ("sw", 3, false, json!({})),
        ("n", 1, false, json!({})),
        ("f", 2, false, json!({})),
        ("s", 5, false, json!({})),
        ("cat", 10, false, options),
        ("h", 4, false, json!({})),
        ("g", 6, false, json!({})),
        ("io", 11, false, json!({})),
        ("pwm", 12, false, json!({})),
        ("an", 13, true, json!({ "lowerbound": "0", "upperbound": "255" })),
        ("pad", 14, true, buttons),
        ("img", 15, false, json!({})),
    ]
    .map(channel)
    .into();
    let prototype = json!({
        "prototype": { "prodName": "Forms", "version": "1.0" },
        "dataChannels": channels,
    });
    let site = Site::start().await;
    let folder = &site.folder;
    let file = folder.join("forms.json");
    std::fs::write(&file, prototype.to_string()).expect("written");
    let imported = admin(folder, &["prototype", "import", file.to_str().expect("UTF-8")]).await;
    let product = imported["prodId"].as_str().expect("an id");
    let add = ["device", "add", product, "--id", OWN, "--key", OWN_KEY, "--name", "Forms"];
    admin(folder, &add).await;
    site
}

fn topic(suffix: &str) -> String {
    if suffix == "-" {
        format!("mcs/{OWN}/{OWN_KEY}")
    } else {
        format!("mcs/{OWN}/{OWN_KEY}/{suffix}")
    }
}

/// Whether a canonical payload is as expected; 13 digits at its start may be the time of receipt.
fn is_seen(payload: &[u8], expected: &str) -> bool {
    let payload = std::str::from_utf8(payload).expect("text");
    match expected.strip_prefix("NOW") {
        None => payload == expected,
        Some(rest) => {
            let (time, found) = payload.split_at_checked(13).unwrap_or_default();
            found == rest
                && time.bytes().all(|digit| digit.is_ascii_digit())
                && time > "1700000000000"
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_a_publish_is_seen_once_in_its_canonical_form_and_stored() {
    let site = site().await;
    let mqtt = site.server.addrs().mqtt;
    let mut time = 1_432_538_716_989_u64;
    for version in VERSIONS {
        let mut watcher = Raw::connect(mqtt, &Hello::new(version, "watcher")).await;
        watcher.subscribe(&topic("#"), 2).await;
        let mut board = Raw::connect(mqtt, &Hello::new(version, "board")).await;
        for (suffix, payload, seen) in FORMS {
            for qos in [0, 1, 2] {
                time += 1;
                let stamped = |text: &str| text.replace('@', &time.to_string());
                let message = Message::new(&topic(suffix), &stamped(payload), qos);
                let case = format!("{version:?}, QoS {qos}: {payload:?} on …/{suffix}");
                let ack = board.publish_or_close(&message).await.expect("an open connection");
                let (points, reason) = match seen {
                    Points(points) | Partly(points) => (*points, None),
                    Nothing(why) => (&[][..], Some(*why)),
                };
                match reason.filter(|_| version == Version::V5 && qos > 0) {
                    None => assert_eq!(ack, Ack::default(), "{case}"),
                    Some(why) => {
                        assert_eq!(ack.code, 0x99, "{case}");
                        let told = ack.reason.expect("a reason string");
                        assert!(told.contains(why), "{case}: {told}");
                    }
                }
                let mut last = None;
                for expected in points {
                    let expected = stamped(expected);
                    let got = watcher.message().await;
                    assert!(is_seen(&got.payload, &expected), "{case}: {got:?}, not {expected}");
                    let channel = expected.split(',').nth(1).expect("a channel");
                    assert_eq!(
                        (got.topic, got.qos, got.retain),
                        (topic(channel), qos, false),
                        "{case}"
                    );
                    last = Some((channel.to_owned(), got.payload));
                }
                // Nothing more came of it.
                let mark = Message::new(&topic("io"), &format!("{time},io,1"), 0);
                board.publish(&mark).await;
                assert_eq!(watcher.message().await, mark, "{case}");
                // And it is stored: REST puts the channel first.
                let Some((channel, payload)) = last.filter(|_| qos > 0) else { continue };
                let path = format!(
                    "/mcs/v2/devices/{OWN}/datachannels/{channel}/datapoints.csv?limit=1000"
                );
                let request = crate::client::Request::new(site.http(), "GET", &path);
                let reply = request.header("deviceKey", OWN_KEY).send().await;
                let payload = String::from_utf8(payload).expect("text");
                let fields: Vec<_> = payload.splitn(3, ',').collect();
                let stored = format!("{channel},{},{}", fields[0], fields[2]);
                let found = reply.text().lines().filter(|line| *line == stored).count();
                assert!(found >= 1, "{case}: {stored} is not stored");
            }
        }
    }
}
