//! Programs of other people, found in public repositories ([WILD]): LinkIt 7688 and 7697 and Raspberry Pi by MQTT
//! with the bodies of REST, and by REST with whatever their HTTP library makes of it.

use crate::mqtt::Client;
use crate::{Site, Transcript, http};

async fn client(board: &Transcript, site: &Site, client_id: &str, keep_alive: u16) -> Client {
    let mut client = Client(board.dial("mqtt", site.mqtt()).await);
    client.connect(client_id, keep_alive).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn a_7697_publishes_the_json_of_rest_with_numbers() {
    let site = Site::start().await;
    let board = site.board("LinkIt 7697, PubSubClient");
    // PubSubClient: keep-alive 15, and packets of 128 bytes at most.
    let mut mqtt = client(&board, &site, "linkit-7697", 15).await;
    let json = r#"{"datapoints": [{"values": {"value":102}, "dataChnId":"Moisture"}]}"#;
    mqtt.publish("Moisture", json).await;
    mqtt.pings().await;
    site.latest_becomes(&board, "Moisture", "102").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_7688_publishes_json_surely_and_under_the_topic_of_another_channel() {
    let site = Site::start().await;
    let board = site.board("LinkIt 7688, paho");
    let mut console = client(&board, &site, "console", 60).await;
    console.subscribe("+", 0).await;
    let mut mqtt = client(&board, &site, "paho/34D3F77F0CEFCE5DE7", 60).await;
    // One topic for both channels: the payload says which it is, as strings, as its bridge gives them.
    for (channel, value) in [("Humidity", "48.2"), ("Temperature", "23.5")] {
        let json = format!(
            r#"{{"datapoints": [{{"dataChnId": "{channel}", "values": {{"value": "{value}"}}}}]}}"#
        );
        mqtt.publish_surely("Temperature", &json).await;
        assert_eq!(site.latest(&board, channel).await, value);
        console.hears(channel, &format!("<time>,{channel},{value}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tracker_publishes_its_place_as_json() {
    let site = Site::start().await;
    let board = site.board("LinkIt 7688, GPS");
    let mut mqtt = client(&board, &site, "7688", 60).await;
    mqtt.publish_surely(
        "gps",
        r#"{"datapoints":[{"dataChnId":"gps","values":{"latitude":25.03,"longitude":121.56,"altitude":0}}]}"#,
    )
    .await;
    assert_eq!(site.latest(&board, "gps").await, "25.03,121.56,0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_7697_publishes_lines_to_the_devices_own_topic() {
    let site = Site::start().await;
    let board = site.board("LinkIt 7697, DHT22");
    let mut mqtt = client(&board, &site, "linklt7697_acs106119", 15).await;
    // sprintf(str, ",tmp,%f", …)
    mqtt.publish("", ",Temperature,23.500000").await;
    mqtt.publish("", ",Humidity,48.200001").await;
    mqtt.publish_surely("", r"1480000000000,Moisture,7\n,integer,8").await;
    site.latest_becomes(&board, "Temperature", "23.5").await;
    site.latest_becomes(&board, "Humidity", "48.200001").await;
    assert_eq!(site.latest(&board, "Moisture").await, "7");
    assert_eq!(site.latest(&board, "integer").await, "8");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raspberry_pi_listens_below_the_device_with_a_hash() {
    let site = Site::start().await;
    let board = site.board("Raspberry Pi, paho");
    let mut mqtt = client(&board, &site, "", 60).await;
    mqtt.subscribe("#", 0).await;
    site.set(&board, "switch", "1").await;
    // message[1] and message[2] of the payload, and data.indexOf("switch,1") === 14.
    let payload = mqtt.hears("switch", "<time>,switch,1").await;
    let text = String::from_utf8(payload).expect("text");
    assert_eq!(text.split(',').skip(1).collect::<Vec<_>>(), ["switch", "1"]);
    assert_eq!(text.find("switch,1"), Some(14));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raspberry_pi_uploads_json_with_httplib() {
    let site = Site::start().await;
    let board = site.board("Raspberry Pi, httplib");
    let json = r#"{"datapoints": [{"dataChnId": "Humidity", "values": {"value": "48.2"}}, {"dataChnId": "Temperature", "values": {"value": 23.5}}]}"#;
    let mut http = board.dial("http", site.http()).await;
    // Head and body are two writes, and the connection is kept for the next.
    for _ in 0..2 {
        http.sends(&format!(
            r"POST /mcs/v2/devices/<id>/datapoints HTTP/1.1\r\n
              Host: api.mediatek.com\r\n
              Accept-Encoding: identity\r\n
              Content-Length: {}\r\n
              Content-type: application/json\r\n
              deviceKey: <key>\r\n
              \r\n",
            json.len()
        ))
        .await;
        http.sends(json).await;
        let (status, body) = http::answer(&mut http).await;
        let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        assert_eq!((status, &body["results"]), (200, &"success".into()));
    }
    assert_eq!(site.latest(&board, "Humidity").await, "48.2");
    assert_eq!(site.latest(&board, "Temperature").await, "23.5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_posts_csv_without_any_content_type_and_asks_for_the_gamepad() {
    let site = Site::start().await;
    let board = site.board("Raspberry Pi, requests");
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r"POST /mcs/v2/devices/<id>/datapoints.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          User-Agent: python-requests/2.9.1\r\n
          Accept-Encoding: gzip, deflate\r\n
          Accept: */*\r\n
          Connection: keep-alive\r\n
          deviceKey: <key>\r\n
          Content-Length: 15\r\n
          \r\n
          analogTest,,128",
    )
    .await;
    assert_eq!(http::answer(&mut http).await, (200, "Success.".to_owned()));
    site.set(&board, "Gamepad", "up|1").await;
    http.sends(
        r"GET /mcs/v2/devices/<id>/datachannels/Gamepad/datapoints.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          User-Agent: python-requests/2.9.1\r\n
          Accept-Encoding: gzip, deflate\r\n
          Accept: */*\r\n
          Connection: keep-alive\r\n
          deviceKey: <key>\r\n
          \r\n",
    )
    .await;
    let (_, content) = http::answer(&mut http).await;
    // data = r.content.split(',')[2:]; then the first and the last character of data[0].
    let data = content.split(',').nth(2).expect("a value");
    assert_eq!((data.chars().next(), data.chars().last()), (Some('u'), Some('1')));
}
