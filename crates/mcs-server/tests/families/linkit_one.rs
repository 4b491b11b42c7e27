//! LinkIt ONE and its relatives, programs from the old documents: they know a command by its place in the text,
//! 40 characters from the start (CONTRACT §0.2 fact 4), and print line by line.

use std::net::SocketAddr;

use crate::{Site, Socket, Transcript};

/// `getconnectInfo`: each `print` is a write of its own. Of the answer it keeps 20 characters.
async fn connection(board: &Transcript, site: &Site) -> SocketAddr {
    let mut http = board.dial("http", site.http()).await;
    for part in [
        "GET /mcs/v2/devices/",
        "<id>",
        r"/connections.csv HTTP/1.1\r\n",
        r"Host: \x20",
        r"api.mediatek.com\r\n",
        r"deviceKey:\x20",
        r"<key>\r\n",
        r"Connection: close\r\n",
        r"\r\n",
    ] {
        http.sends(part).await;
    }
    let body = to_the_end(&mut http).await;
    assert!(body.len() <= 20, "connection_info[21] holds {body}");
    let (ip, port) = body.split_once(',').expect("ip,port");
    assert!(port.len() <= 5, "port[4] holds {port}");
    SocketAddr::new(ip.parse().expect("an address"), port.parse().expect("a port"))
}

/// HttpClient skips the head, after which the sketch reads until the server closes.
async fn to_the_end(http: &mut Socket) -> String {
    let mut text = String::new();
    while let Some(byte) = http.byte().await {
        text.push(byte.into());
    }
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(head.contains("\r\nContent-Length: "), "{head}");
    body.to_owned()
}

/// `uploadstatus`: the line end of the last `println` goes beyond the announced length.
async fn upload(board: &Transcript, site: &Site, point: &str) -> String {
    let mut http = board.dial("http", site.http()).await;
    http.sends(&format!(
        r"POST /mcs/v2/devices/<id>/datapoints.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          deviceKey: <key>\r\n
          Content-Length: {}\r\n
          Content-Type: text/csv\r\n
          Connection: close\r\n
          \r\n",
        point.replace(r"\n", "\n").len()
    ))
    .await;
    http.sends(&format!(r"{point}\r\n")).await;
    to_the_end(&mut http).await
}

/// `heartBeat`: a line and an empty line, in four writes.
async fn heartbeat(tcp: &mut Socket) {
    for part in ["<id>,<key>,0", r"\r\n", r"\r\n"] {
        tcp.sends(part).await;
    }
}

async fn connect(board: &Transcript, site: &Site) -> Socket {
    let mut tcp = board.dial("tcp", connection(board, site).await).await;
    heartbeat(&mut tcp).await;
    tcp.receives_at_once("<id>,<key>,0").await;
    tcp
}

/// `loop()` of the switch sketch, on what is available in one pass: after each character it looks whether what stands
/// behind the 40th is a command. Answers what it does to the lamp.
fn switched(pass: &[u8]) -> Vec<bool> {
    let mut done = Vec::new();
    let mut text = String::new();
    for byte in pass {
        text.push(char::from(*byte));
        match text.get(40..) {
            Some("LED_Control,1") => done.push(true),
            Some("LED_Control,0") => done.push(false),
            _ => continue,
        }
        text.clear();
    }
    done
}

/// `loop()` of the analog sketch: the number behind id, key, time and the channel's name.
fn analog(pass: &[u8]) -> Option<i64> {
    let text = String::from_utf8(pass.to_vec()).expect("text");
    text.get(40 + "analogTest".len() + 1..)?.parse().ok()
}

/// The gamepad sketch behind LinkIt 7688 gets the values alone, one after the other.
fn pressed(pass: &str) -> Vec<&'static str> {
    let known = ["left|1", "left|0", "up|1", "up|0", "right|1", "right|0", "down|1", "down|0"];
    let mut done = Vec::new();
    let mut text = String::new();
    for c in pass.chars() {
        text.push(c);
        if let Some(button) = known.iter().find(|it| **it == text) {
            done.push(*button);
            text.clear();
        }
    }
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn the_switch_sketch_finds_its_command_at_the_40th_character() {
    let site = Site::start().await;
    let board = site.board("LinkIt ONE, switch");
    let mut tcp = connect(&board, &site).await;
    for (value, lamp) in [("1", true), ("0", false)] {
        site.set(&board, "LED_Control", value).await;
        let pass = tcp.receives_at_once(&format!("<id>,<key>,<time>,LED_Control,{value}")).await;
        assert_eq!(switched(&pass), [lamp]);
        // Every 3 seconds it says how the lamp is; the answer is read to the end of the connection.
        let point = format!("LED_Display,,{value}");
        assert_eq!(upload(&board, &site, &point).await, "Success.");
        assert_eq!(site.latest(&board, "LED_Display").await, value);
    }
    // An echo and a command are two reads, with time for a pass of loop() between them.
    for _ in 0..3 {
        heartbeat(&mut tcp).await;
        tcp.receives_at_once("<id>,<key>,0").await;
        site.set(&board, "LED_Control", "1").await;
        assert_eq!(switched(&tcp.reads(1024).await), [true]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_on_the_heels_of_others_are_a_pass_of_their_own() {
    let site = Site::start().await;
    let board = site.board("LinkIt ONE, switch");
    let mut tcp = connect(&board, &site).await;
    // All at once: a heartbeat, and five commands in one upload.
    heartbeat(&mut tcp).await;
    let points: Vec<_> = ["1", "0", "1", "0", "1"].map(|it| format!("LED_Control,,{it}")).into();
    let path = format!("/mcs/v2/devices/{}/datapoints.csv", board.names.id);
    let points = points.join("\n");
    site.ask("POST", &path, ("deviceKey", board.names.key), points.as_bytes()).await;
    let mut lamp = Vec::new();
    let mut echoes = 0;
    while lamp.len() < 5 || echoes < 1 {
        let pass = tcp.reads(1024).await;
        echoes += usize::from(pass.len() < 40);
        lamp.extend(switched(&pass));
    }
    assert_eq!(lamp, [true, false, true, false, true]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_analog_sketch_reads_the_number_behind_the_channel() {
    let site = Site::start().await;
    let board = site.board("LinkIt ONE, analog");
    let mut tcp = connect(&board, &site).await;
    for value in ["0", "128", "255"] {
        site.set(&board, "analogTest", value).await;
        let pass = tcp.receives_at_once(&format!("<id>,<key>,<time>,analogTest,{value}")).await;
        assert_eq!(analog(&pass), value.parse().ok());
        heartbeat(&mut tcp).await;
        let echo = tcp.receives_at_once("<id>,<key>,0").await;
        assert_eq!(analog(&echo), None, "an echo moves nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gamepad_sketch_knows_each_button() {
    let site = Site::start().await;
    let board = site.board("LinkIt ONE, gamepad");
    let mut tcp = connect(&board, &site).await;
    let mut values = String::new();
    let wanted = ["left|1", "left|0", "up|1", "up|0", "right|1", "right|0", "down|1", "down|0"];
    for value in wanted {
        site.set(&board, "Gamepad", value).await;
        let pass = tcp.receives_at_once(&format!("<id>,<key>,<time>,Gamepad,{value}")).await;
        values.push_str(str::from_utf8(&pass[40 + "Gamepad,".len()..]).expect("text"));
    }
    assert_eq!(pressed(&values), wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weather_station_uploads_three_points_in_a_request() {
    let site = Site::start().await;
    let board = site.board("LinkIt ONE, weather station");
    let points = r"Temperature,,23.51\nHumidity,,48.20\ninteger,,100812";
    assert_eq!(upload(&board, &site, points).await, "Success.");
    for (channel, value) in [("Temperature", "23.51"), ("Humidity", "48.2"), ("integer", "100812")]
    {
        assert_eq!(site.latest(&board, channel).await, value);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_connects_again_and_the_old_connection_ends() {
    let site = Site::start().await;
    let board = site.board("LinkIt ONE, switch");
    let mut first = connect(&board, &site).await;
    let mut second = connect(&board, &site).await;
    first.is_closed().await;
    site.set(&board, "LED_Control", "1").await;
    assert_eq!(switched(&second.reads(1024).await), [true]);
}
