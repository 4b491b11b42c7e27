//! Programs that are no device: IFTTT and other applications, which write to a controller for a user (CONTRACT §3.5,
//! §4.1), and devices that have to hear of it.

use serde_json::json;

use crate::mqtt::Client;
use crate::{Site, http};

#[tokio::test(flavor = "multi_thread")]
async fn ifttt_turns_a_switch_on_with_its_id_and_secret_in_the_body() {
    let site = Site::start().await;
    let (id, secret) = site.app().await;
    let board = site.board("IFTTT");
    let mut tcp = board.dial("tcp", site.command()).await;
    tcp.sends("<id>,<key>,0").await;
    tcp.receives("<id>,<key>,0").await;
    let mut mqtt = Client(board.dial("mqtt", site.mqtt()).await);
    mqtt.connect("board", 60).await;
    mqtt.subscribe("+", 0).await;

    // The body as the tutorial has it, line by line.
    let body = |secret: &str, value: &str| {
        let (head, tail) = (r#"{\n    "appId":""#, r#"",\n    "appSecret": ""#);
        let points = r#"",\n    "datapoints":[\n    {\n        "dataChnId":"switch",\n        "values":{ "value":""#;
        format!(r#"{head}{id}{tail}{secret}{points}{value}" }}\n    }}\n    ]\n}}"#)
    };
    let mut ifttt = board.dial("ifttt", site.http()).await;
    for value in ["1", "0"] {
        let body = body(&secret, value);
        ifttt
            .sends(&format!(
                r"POST /mcs/v2/devices/<id>/datapoints HTTP/1.1\r\n
                  Host: api.mediatek.com\r\n
                  Content-Type: application/json\r\n
                  Content-Length: {}\r\n
                  \r\n
                  {body}",
                body.len() - body.matches(r"\n").count()
            ))
            .await;
        let (status, answer) = http::answer(&mut ifttt).await;
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!((status, &answer["results"]), (200, &json!("success")));
        tcp.receives_at_once(&format!("<id>,<key>,<time>,switch,{value}")).await;
        mqtt.hears("switch", &format!("<time>,switch,{value}")).await;
    }

    let wrong = body(&"0".repeat(secret.len()), "1");
    let wrong = wrong.replace(r"\n", "");
    let path = format!("/mcs/v2/devices/{}/datapoints", board.names.id);
    let (status, _) =
        site.ask("POST", &path, ("Content-Type", "application/json"), wrong.as_bytes()).await;
    assert_eq!(status, 401);
    assert_eq!(site.latest(&board, "switch").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_names_itself_in_headers_and_commands_a_device() {
    let site = Site::start().await;
    let (id, secret) = site.app().await;
    let board = site.board("Application");
    let mut tcp = board.dial("tcp", site.command()).await;
    tcp.sends("<id>,<key>,").await;
    tcp.receives("<id>,<key>,").await;
    let mut app = board.dial("app", site.http()).await;
    for (path, body, answered) in [
        ("datapoints.csv", "PWM_00,,500,20", "Success."),
        ("commands", "1,PWM_00,500,21", "createdAt"),
    ] {
        app.sends(&format!(
            r"POST /mcs/v2/devices/<id>/{path} HTTP/1.1\r\n
              Host: api.mediatek.com\r\n
              appId: {id}\r\n
              appSecret: {secret}\r\n
              Content-Length: {}\r\n
              \r\n
              {body}",
            body.len()
        ))
        .await;
        let (status, answer) = http::answer(&mut app).await;
        assert!(status == 200 && answer.contains(answered), "{status} {answer}");
        let value = body.rsplit_once("500,").expect("a value").1;
        tcp.receives_at_once(&format!("<id>,<key>,<time>,PWM_00,500,{value}")).await;
    }
}
