//! Python: the LED tutorial of LinkIt 7688, which uses the Command Server, and the official MQTT example ([PY]).

use std::net::SocketAddr;

use crate::mqtt::Client;
use crate::{Site, Socket, Transcript, http};

/// `command.split(',')[2:]`: id and key dropped. The tutorial takes three fields for a command.
fn fields(read: &[u8]) -> Vec<String> {
    let text = String::from_utf8(read.to_vec()).expect("text");
    text.split(',').skip(2).map(str::to_owned).collect()
}

/// `requests.get`, and `(ip, port) = r.text.split(',')`.
async fn establish_command_channel(board: &Transcript, site: &Site) -> Socket {
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r"GET /mcs/v2/devices/<id>/connections.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          User-Agent: python-requests/2.9.1\r\n
          Accept-Encoding: gzip, deflate\r\n
          Accept: */*\r\n
          Connection: keep-alive\r\n
          deviceKey: <key>\r\n
          Content-Type: text/csv\r\n
          \r\n",
    )
    .await;
    let (_, text) = http::answer(&mut http).await;
    let [ip, port] = text.split(',').collect::<Vec<_>>()[..] else { panic!("two fields: {text}") };
    // int(port) takes a line end, an address does not.
    let to = SocketAddr::new(ip.parse().expect("an address"), port.parse().expect("a port"));
    let mut tcp = board.dial("tcp", to).await;
    tcp.sends("<id>,<key>,0").await;
    let echo = tcp.receives_at_once("<id>,<key>,0").await;
    assert_eq!(fields(&echo).len(), 1, "told from a command by its length");
    tcp
}

#[tokio::test(flavor = "multi_thread")]
async fn the_led_tutorial_unpacks_three_fields() {
    let site = Site::start().await;
    let board = site.board("Python, LED tutorial");
    let mut tcp = establish_command_channel(&board, &site).await;
    for value in ["1", "0"] {
        site.set(&board, "LED_Control", value).await;
        let read = tcp.receives_at_once(&format!("<id>,<key>,<time>,LED_Control,{value}")).await;
        let [_, channel, command] = &fields(&read)[..] else { panic!("three fields") };
        assert_eq!((&**channel, command.parse()), ("LED_Control", value.parse::<i32>()));
        // Every 40 seconds.
        tcp.sends("<id>,<key>,0").await;
        assert_eq!(fields(&tcp.receives_at_once("<id>,<key>,0").await).len(), 1);
    }
    // The program has no words for the end: whoever runs it starts it again.
    let mut again = establish_command_channel(&board, &site).await;
    tcp.is_closed().await;
    site.set(&board, "LED_Control", "1").await;
    again.receives_at_once("<id>,<key>,<time>,LED_Control,1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribe_py_gets_every_point_of_its_topic() {
    let site = Site::start().await;
    let board = site.board("Python, subscribe.py");
    // Without a client id paho makes one up; later versions leave that to the broker.
    for client_id in ["paho/34D3F77F0CEFCE5DE7", ""] {
        let mut client = Client(board.dial("mqtt", site.mqtt()).await);
        client.connect(client_id, 60).await;
        client.subscribe("switch", 0).await;
        site.set(&board, "switch", "1").await;
        client.hears("switch", "<time>,switch,1").await;
        // Another channel is not for this topic.
        site.set(&board, "LED_Control", "1").await;
        site.set(&board, "switch", "0").await;
        client.hears("switch", "<time>,switch,0").await;
        client.pings().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn publish_py_waits_for_nothing() {
    let site = Site::start().await;
    let board = site.board("Python, publish.py");
    // It connects, publishes at QoS 0 before the CONNACK is there, and ends without a DISCONNECT.
    for (n, client_id) in ["paho/34D3F77F0CEFCE5DE7", ""].into_iter().enumerate() {
        let mut client = Client(board.dial("mqtt", site.mqtt()).await);
        client.asks_to_connect(client_id, 60).await;
        client.publish("integer", &format!("148000000000{n},integer,5{n}")).await;
        client.0.hangs_up().await;
        site.latest_becomes(&board, "integer", &format!("5{n}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readmes_own_payload_is_no_integer_and_does_no_harm() {
    let site = Site::start().await;
    let board = site.board("Python, README");
    let mut client = Client(board.dial("mqtt", site.mqtt()).await);
    client.connect("", 60).await;
    // It documents `timestamp,dataChannelId/values`, which is a slip of the pen.
    client.publish("integer", "1480000000000,integer/5").await;
    client.publish("integer", "1480000000000,integer,6").await;
    client.pings().await;
    site.latest_becomes(&board, "integer", "6").await;
}
