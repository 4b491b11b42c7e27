//! `mcsjs` ([JS]), which every Node tutorial uses: MQTT in two versions that publish in two ways, or the Command Server
//! with uploads by REST. It takes what one read brings for one message and the second field for an event's name.

use std::net::SocketAddr;

use crate::mqtt::Client;
use crate::{Site, Socket, Transcript};

/// `emitData`: the event that a program hears, as its name, data and time; without both there is none.
fn event(message: &[u8]) -> Option<(String, String, String)> {
    let message = String::from_utf8(message.to_vec()).expect("text");
    let mut fields = message.split(',');
    let (time, name) = (fields.next()?, fields.next()?);
    let data = message.split(&format!("{time},{name},")).nth(1)?;
    let event = (name.to_owned(), data.to_owned(), time.to_owned());
    (!name.is_empty() && !data.is_empty()).then_some(event)
}

/// The same for the Command Server, where id and key come first.
fn event_by_tcp(board: &Transcript, message: &[u8]) -> Option<(String, String, String)> {
    let message = String::from_utf8(message.to_vec()).expect("text");
    let prefix = format!("{},{},", board.names.id, board.names.key);
    event(message.replacen(&prefix, "", 1).as_bytes())
}

/// mqtt.js 1: MQTT 3.1.1, keep-alive 10 and a clean session.
async fn mqtt(board: &Transcript, site: &Site) -> Client {
    let mut client = Client(board.dial("mqtt", site.mqtt()).await);
    client.connect("client-1480000000000", 10).await;
    client.subscribe("+", 0).await;
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn by_mqtt_every_command_is_an_event() {
    let site = Site::start().await;
    let board = site.board("mcsjs, MQTT");
    let mut mqtt = mqtt(&board, &site).await;
    for (channel, v) in [
        ("LED_Control", "1"),
        ("analogTest", "128"),
        // Whose data the gamepad tutorial hands on to the sketch as it is.
        ("Gamepad", "left|1"),
        ("target", "25.03,121.56,10"),
        ("UART", "a,b"),
    ] {
        site.set(&board, channel, v).await;
        let payload = mqtt.hears(channel, &format!("<time>,{channel},{v}")).await;
        let (name, data, time) = event(&payload).expect("an event");
        assert_eq!((&*name, &*data, time.len()), (channel, v, 13));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_5360ead_publishes_to_the_filter_that_it_subscribes_to() {
    let site = Site::start().await;
    let board = site.board("mcsjs 5360ead");
    let mut mqtt = mqtt(&board, &site).await;
    // myApp.emit('integer', '', 456) on a topic that ends in a wildcard, which MQTT does not allow.
    mqtt.publish("+", ",integer,456").await;
    // It is a subscriber of its own topic, and gets the point as everybody does.
    let payload = mqtt.hears("integer", "<time>,integer,456").await;
    assert_eq!(event(&payload).expect("an event").1, "456");
    mqtt.publish("+", "1480000000000,integer,457").await;
    mqtt.hears("integer", "1480000000000,integer,457").await;
    site.latest_becomes(&board, "integer", "456").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commit_6556628_publishes_the_bare_value() {
    let site = Site::start().await;
    let board = site.board("mcsjs 6556628");
    let mut mqtt = mqtt(&board, &site).await;
    mqtt.publish("integer", "456").await;
    mqtt.hears("integer", "<time>,integer,456").await;
    mqtt.publish("gps", "25.03,121.56,10").await;
    mqtt.hears("gps", "<time>,gps,25.03,121.56,10").await;
    mqtt.publish("status", "ready").await;
    mqtt.hears("status", "<time>,status,ready").await;
    mqtt.publish_surely("integer", "457").await;
    assert_eq!(site.latest(&board, "integer").await, "457");
}

#[tokio::test(flavor = "multi_thread")]
async fn by_mqtt_it_connects_again_under_its_name() {
    let site = Site::start().await;
    let board = site.board("mcsjs, MQTT");
    // It has lost its network and the server does not know: until its keep-alive is over the first connection has its
    // place beside the second, as boards that share a client id have.
    let _lost = mqtt(&board, &site).await;
    let mut second = mqtt(&board, &site).await;
    site.set(&board, "LED_Control", "1").await;
    second.hears("LED_Control", "<time>,LED_Control,1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_firmware_tutorial_finds_the_address_by_mqtt_and_by_tcp() {
    let site = Site::start().await;
    let boards = site.boards(["mcsjs, firmware by MQTT", "mcsjs, firmware by TCP"]);
    let operator = site.operator().await;
    let firmware = site.release(&operator, "2.0", b"image").await;
    let mut mqtt = mqtt(&boards[0], &site).await;
    let mut tcp = tcp(&boards[1], &site).await;
    for board in &boards {
        assert_eq!(site.push(&operator, &firmware, board).await, "INITIATED");
    }
    let packet = mqtt.0.reads(1024).await;
    let from = packet.windows(5).position(|it| it == b"/FOTA").expect("the topic") + 5;
    let by_mqtt = event(&packet[from..]).expect("an event");
    let by_tcp = event_by_tcp(&boards[1], &tcp.reads(65_536).await).expect("an event");
    for ((name, data, _), board) in [by_mqtt, by_tcp].iter().zip(&boards) {
        assert_eq!(name, "FOTA");
        let fields: Vec<_> = data.split(',').collect();
        assert_eq!(fields[..2], ["2.0", firmware["md5"].as_str().expect("a sum")]);
        let path = fields[2].strip_prefix(&format!("http://{}", site.http())).expect("our address");
        let image = site.ask("GET", path, ("Accept-Encoding", "gzip, deflate"), b"").await;
        assert_eq!(image, (200, "image".to_owned()));
        site.push_becomes(&operator, board, "DOWNLOADED").await;
    }
}

/// superagent asks for the connection, net.Socket goes there and says at once who it is.
async fn tcp(board: &Transcript, site: &Site) -> Socket {
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r"GET /mcs/v2/devices/<id>/connections.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          Accept-Encoding: gzip, deflate\r\n
          User-Agent: node-superagent/1.8.5\r\n
          deviceKey: <key>\r\n
          Content-Type: text/csv\r\n
          Connection: close\r\n
          \r\n",
    )
    .await;
    let text = answer(&mut http).await;
    let (ip, port) = text.split_once(',').expect("ip,port");
    let to = SocketAddr::new(ip.parse().expect("an address"), port.parse().expect("a port"));
    let mut tcp = board.dial("tcp", to).await;
    tcp.sends("<id>,<key>,0").await;
    let echo = tcp.receives_at_once("<id>,<key>,0").await;
    assert_eq!(event_by_tcp(board, &echo), None);
    tcp
}

/// `res.ok`, and the whole of a body that is not compressed.
async fn answer(http: &mut Socket) -> String {
    let mut text = String::new();
    while let Some(byte) = http.byte().await {
        text.push(byte.into());
    }
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    body.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn by_tcp_every_command_is_an_event_and_heartbeats_are_none() {
    let site = Site::start().await;
    let board = site.board("mcsjs, TCP");
    let mut tcp = tcp(&board, &site).await;
    for (channel, v) in
        [("LED_Control", "0"), ("analogTest", "128"), ("Gamepad", "up|0"), ("PWM_00", "500,20")]
    {
        site.set(&board, channel, v).await;
        let message = tcp.receives_at_once(&format!("<id>,<key>,<time>,{channel},{v}")).await;
        let (name, data, _) = event_by_tcp(&board, &message).expect("an event");
        assert_eq!((&*name, &*data), (channel, v));
        // Every 50 seconds.
        tcp.sends("<id>,<key>,0").await;
        tcp.receives_at_once("<id>,<key>,0").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_tcp_it_uploads_with_rest_and_hears_of_its_end() {
    let site = Site::start().await;
    let board = site.board("mcsjs, TCP");
    let mut first = tcp(&board, &site).await;
    // The picture tutorial: the base64 of a file, here of a PNG's first bytes.
    for (point, channel, stored) in [
        ("status,,1232312", "status", "1232312"),
        ("integer,1480000000000,7", "integer", "7"),
        ("Image,,iVBORw0KGgo=", "Image", "iVBORw0KGgo="),
    ] {
        let mut http = board.dial("http", site.http()).await;
        http.sends(&format!(
            r"POST /mcs/v2/devices/<id>/datapoints.csv HTTP/1.1\r\n
              Host: api.mediatek.com\r\n
              Accept-Encoding: gzip, deflate\r\n
              User-Agent: node-superagent/1.8.5\r\n
              Content-Type: text/csv\r\n
              deviceKey: <key>\r\n
              Content-Length: {}\r\n
              Connection: close\r\n
              \r\n
              {point}",
            point.len()
        ))
        .await;
        assert_eq!(answer(&mut http).await, "Success.");
        assert_eq!(site.latest(&board, channel).await, stored);
    }
    // 'mcs:connected', false: the program starts again.
    let mut second = tcp(&board, &site).await;
    first.is_closed().await;
    site.set(&board, "LED_Control", "1").await;
    second.receives_at_once("<id>,<key>,<time>,LED_Control,1").await;
}
