//! The Arduino library of LinkIt 7697 ([ARD]): REST for everything that it says, the Command Server for what it
//! is told. It finds messages by the tag `id,key,` and reads HTTP with a search for `Content-Length: `.

use std::net::SocketAddr;

use crate::{Site, Socket, Transcript};

/// One request for a connection of its own, whose answer is read as `_waitForResponse` does: to the end of the
/// head, then as many bytes as stand behind exactly `Content-Length: `. The status is not looked at.
async fn get(board: &Transcript, site: &Site, resource: &str) -> String {
    let mut http = board.dial("http", site.http()).await;
    http.sends(&format!(
        r"GET /mcs/v2/devices/<id>/{resource} HTTP/1.1\r\n
          Content-Type: text/csv\r\n
          Host: api.mediatek.com:80\r\n
          Connection: close\r\n
          deviceKey: <key>\r\n
          \r\n"
    ))
    .await;
    wait_for_response(&mut http).await
}

/// The upload, in the three writes that it is: body and two line ends go out beyond the announced length.
async fn post(board: &Transcript, site: &Site, point: &str) -> String {
    let mut http = board.dial("http", site.http()).await;
    http.sends(&format!(
        r"POST /mcs/v2/devices/<id>/datapoints.csv HTTP/1.1\r\n
          Content-Type: text/csv\r\n
          Host: api.mediatek.com:80\r\n
          deviceKey: <key>\r\n
          Content-Length: {}\r\n
          \r\n",
        point.len()
    ))
    .await;
    http.sends(&format!(r"{point}\r\n")).await;
    http.sends(r"\r\n").await;
    wait_for_response(&mut http).await
}

async fn wait_for_response(http: &mut Socket) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(http.byte().await.expect("a whole head").into());
    }
    let name = "Content-Length: ";
    let from = head.find(name).expect("the length, in this spelling") + name.len();
    let length = head[from..].lines().next().and_then(|it| it.parse().ok()).expect("a number");
    let mut body = String::new();
    for _ in 0..length {
        body.push(http.byte().await.expect("a whole body").into());
    }
    body
}

/// A controller's first `value()`: what stands behind the second comma of the whole body.
async fn value(board: &Transcript, site: &Site, channel: &str) -> String {
    let body = get(board, site, &format!("datachannels/{channel}/datapoints.csv")).await;
    let second = body.match_indices(',').nth(1).map(|(at, _)| at + 1);
    body[second.unwrap_or(0)..].to_owned()
}

/// `connect()`: asks where the Command Server is, and goes there.
async fn connect(board: &Transcript, site: &Site) -> Socket {
    let body = get(board, site, "connections.csv").await;
    let (ip, port) = body.split_once(',').expect("ip,port");
    let to = SocketAddr::new(ip.parse().expect("an address"), port.parse().expect("a port"));
    assert_eq!(to, site.command());
    let mut tcp = board.dial("tcp", to).await;
    // process() says at once who it is; without a timestamp.
    tcp.sends("<id>,<key>,").await;
    tcp
}

/// What has been received and not been used yet.
#[derive(Default)]
struct Buffer(String);

impl Buffer {
    /// `process()`: takes one message out of the buffer, from one tag to the next, and answers channel and value.
    /// A heartbeat's echo without a timestamp is empty, and is none.
    fn process(&mut self, board: &Transcript) -> Option<(String, String)> {
        let tag = format!("{},{},", board.names.id, board.names.key);
        let from = self.0.find(&tag)? + tag.len();
        let to = self.0[from..].find(&tag).map_or(self.0.len(), |it| from + it);
        let message = self.0[from..to].to_owned();
        self.0.drain(..to);
        let (_, rest) = message.split_once(',')?;
        let (channel, value) = rest.split_once(',')?;
        Some((channel.to_owned(), value.to_owned()))
    }

    /// Reads until there is a message for a channel.
    async fn next(&mut self, tcp: &mut Socket, board: &Transcript) -> (String, String) {
        loop {
            if let Some(message) = self.process(board) {
                return message;
            }
            let bytes = tcp.reads(1024).await;
            assert!(!bytes.is_empty(), "the connection stays");
            self.0.push_str(&String::from_utf8(bytes).expect("text"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_connects_and_gets_commands_of_every_kind_unterminated() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    let mut tcp = connect(&board, &site).await;
    tcp.receives_at_once("<id>,<key>,").await;
    let mut buffer = Buffer::default();
    for (channel, v) in [
        ("LED_Control", "1"),
        ("fan", "high"),
        ("count", "-7"),
        ("level", "26.34"),
        ("mask", "1aF"),
        ("UART", "hello, world"),
        ("target", "25.03,121.56,10"),
        ("GPIO_00", "1"),
        ("PWM_00", "500,20"),
        ("analogTest", "128"),
        ("Gamepad", "up|1"),
    ] {
        site.set(&board, channel, v).await;
        assert_eq!(buffer.next(&mut tcp, &board).await, (channel.to_owned(), v.to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_finds_commands_behind_echoes_and_in_one_piece_with_others() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    let mut tcp = connect(&board, &site).await;
    tcp.receives("<id>,<key>,").await;
    // Everything that comes while the sketch does something else is one text for process().
    site.set(&board, "LED_Control", "1").await;
    tcp.sends("<id>,<key>,").await;
    site.set(&board, "UART", "on").await;
    let mut buffer = Buffer::default();
    while buffer.0.matches(board.names.id).count() < 3 || !buffer.0.contains("UART,on") {
        buffer.0.push_str(&String::from_utf8(tcp.reads(1024).await).expect("text"));
    }
    let messages: Vec<_> = (0..3).filter_map(|_| buffer.process(&board)).collect();
    let message = |channel: &str, value: &str| (channel.to_owned(), value.to_owned());
    assert_eq!(messages, [message("LED_Control", "1"), message("UART", "on")]);
    assert_eq!(buffer.0, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_controllers_first_value_comes_from_the_server() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    // A channel that nobody has set reads as nothing, which is 0, false and "". A refusal would read as 404.
    assert_eq!(value(&board, &site, "count").await, "");
    site.set(&board, "count", "42").await;
    site.set(&board, "target", "25.03,121.56,10").await;
    assert_eq!(value(&board, &site, "count").await, "42");
    assert_eq!(value(&board, &site, "target").await, "25.03,121.56,10");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_uploads_of_every_kind_are_stored() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    for (channel, sent, stored) in [
        ("LED_Display", "1", "1"),
        ("fan_now", "low", "low"),
        ("integer", "-5", "-5"),
        ("Temperature", "26.34", "26.34"),
        // String(value, HEX) is in lower case.
        ("mask_now", "1af", "1af"),
        ("status", "up and running", "up and running"),
        // String(float) has two decimals.
        ("gps", "25.03,121.56,10.00", "25.03,121.56,10"),
        ("pin", "0", "0"),
        ("pwm", "500,20", "500,20"),
    ] {
        assert_eq!(post(&board, &site, &format!("{channel},,{sent}")).await, "Success.");
        assert_eq!(site.latest(&board, channel).await, stored, "{channel}");
    }
    // It does not look at the status: a refusal has to have a length all the same.
    let refused = post(&board, &site, "integer,,many").await;
    assert!(refused.starts_with("400,None of data points uploaded success."), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_sets_on_the_server_comes_back_as_a_command() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    let mut tcp = connect(&board, &site).await;
    tcp.receives("<id>,<key>,").await;
    // What is out of bounds is refused, and moves nothing.
    for beyond in ["analogTest,,256", "analogTest,,-1", "PWM_00,,1001,0", "Gamepad,,jump|1"] {
        assert!(post(&board, &site, beyond).await.starts_with("400,"), "{beyond}");
    }
    let mut buffer = Buffer::default();
    for (channel, sent, back) in [
        ("LED_Control", "1", "1"),
        ("PWM_00", "500,20", "500,20"),
        // The library writes a button's state as a word, and reads it as a digit.
        ("Gamepad", "up|pressed", "up|1"),
        ("Gamepad", "up|released", "up|0"),
        ("analogTest", "0", "0"),
        ("analogTest", "255", "255"),
        ("PWM_00", "1000,0", "1000,0"),
    ] {
        assert_eq!(post(&board, &site, &format!("{channel},,{sent}")).await, "Success.");
        assert_eq!(buffer.next(&mut tcp, &board).await, (channel.to_owned(), back.to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_connects_again_when_the_connection_is_gone() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    let mut tcp = connect(&board, &site).await;
    tcp.receives("<id>,<key>,").await;
    tcp.hangs_up().await;
    site.set(&board, "LED_Control", "1").await;
    let mut tcp = connect(&board, &site).await;
    tcp.receives("<id>,<key>,").await;
    // What was set meanwhile is not sent again: the sketch asks for it.
    assert_eq!(value(&board, &site, "LED_Control").await, "1");
    site.set(&board, "LED_Control", "0").await;
    tcp.receives_at_once("<id>,<key>,<time>,LED_Control,0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_notice_is_no_message_for_any_of_its_channels() {
    let site = Site::start().await;
    let board = site.board("Arduino library");
    let operator = site.operator().await;
    let firmware = site.release(&operator, "2.0", b"image").await;
    let mut tcp = connect(&board, &site).await;
    tcp.receives("<id>,<key>,").await;
    assert_eq!(site.push(&operator, &firmware, &board).await, "INITIATED");
    let mut buffer = Buffer::default();
    let (channel, _) = buffer.next(&mut tcp, &board).await;
    assert_eq!(channel, "FOTA");
    site.set(&board, "LED_Control", "1").await;
    assert_eq!(buffer.next(&mut tcp, &board).await.0, "LED_Control");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_early_version_quotes_its_headers() {
    let site = Site::start().await;
    let board = site.board("Arduino library, early");
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r"GET /mcs/v2/devices/<id>/connections.csv HTTP/1.1\r\n
          Content-Type: 'text/csv'\r\n
          Host: 'api.mediatek.com:80'\r\n
          Connection: close\r\n
          deviceKey: <key>\r\n
          \r\n",
    )
    .await;
    assert_eq!(wait_for_response(&mut http).await, site.command().to_string().replace(':', ","));
}
