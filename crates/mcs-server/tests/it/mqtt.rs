use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::client::Request;
use crate::{ID, KEY, Site, soon};

/// An MQTT 3.1.1 client.
pub(crate) struct Client {
    handle: AsyncClient,
    packets: mpsc::UnboundedReceiver<Packet>,
    /// Messages that came while something else was waited for.
    early: VecDeque<Packet>,
}

impl Client {
    /// A device has no login.
    pub(crate) async fn device(site: &Site, id: &str) -> Self {
        Self::connect(site.server.addrs().mqtt, id, None).await
    }

    /// Somebody with a session.
    pub(crate) async fn operator(site: &Site, id: &str, name: &str, token: &str) -> Self {
        let session = site.api(token, "GET", "/api/session").send().await.json();
        let ticket = session["mqttTicket"].as_str().expect("a ticket").to_owned();
        Self::connect(site.server.addrs().mqtt, id, Some((name, &ticket))).await
    }

    pub(crate) async fn connect(broker: SocketAddr, id: &str, login: Option<(&str, &str)>) -> Self {
        let mut options = MqttOptions::new(id, broker.ip().to_string(), broker.port());
        options.set_keep_alive(Duration::from_secs(60));
        if let Some((name, ticket)) = login {
            options.set_credentials(name, ticket);
        }
        let (handle, mut events) = AsyncClient::new(options, 100);
        let (to, packets) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok(event) = events.poll().await {
                if let Event::Incoming(packet) = event
                    && to.send(packet).is_err()
                {
                    break;
                }
            }
        });
        let mut client = Self { handle, packets, early: VecDeque::new() };
        client.expect("CONNACK", |it| matches!(it, Packet::ConnAck(_))).await;
        client
    }

    /// Says goodbye.
    pub(crate) async fn leave(self) {
        self.handle.disconnect().await.expect("to send");
    }

    pub(crate) async fn subscribe(&mut self, filter: &str) -> rumqttc::SubscribeReasonCode {
        self.handle.subscribe(filter, QoS::AtLeastOnce).await.expect("to send");
        match self.expect("SUBACK", |it| matches!(it, Packet::SubAck(_))).await {
            Packet::SubAck(ack) => ack.return_codes[0],
            _ => unreachable!(),
        }
    }

    pub(crate) async fn unsubscribe(&mut self, filter: &str) {
        self.handle.unsubscribe(filter).await.expect("to send");
        self.expect("UNSUBACK", |it| matches!(it, Packet::UnsubAck(_))).await;
    }

    /// Subscribes, and the connection ends.
    pub(crate) async fn subscribe_in_vain(&mut self, filter: &str) {
        self.handle.subscribe(filter, QoS::AtLeastOnce).await.expect("to send");
        self.is_closed().await;
    }

    /// Publishes and waits for the acknowledgement.
    pub(crate) async fn publish(&mut self, topic: &str, payload: &str) {
        self.send(topic, payload, false).await;
    }

    /// Publishes to be retained, and waits for the acknowledgement.
    pub(crate) async fn retain(&mut self, topic: &str, payload: &str) {
        self.send(topic, payload, true).await;
    }

    async fn send(&mut self, topic: &str, payload: &str, retain: bool) {
        self.handle.publish(topic, QoS::AtLeastOnce, retain, payload).await.expect("to send");
        self.expect("PUBACK", |it| matches!(it, Packet::PubAck(_))).await;
    }

    /// The next message: topic and payload.
    pub(crate) async fn message(&mut self) -> (String, String) {
        match self.expect("a message", |it| matches!(it, Packet::Publish(_))).await {
            Packet::Publish(message) => {
                (message.topic, String::from_utf8_lossy(&message.payload).into_owned())
            }
            _ => unreachable!(),
        }
    }

    async fn expect(&mut self, what: &str, wanted: fn(&Packet) -> bool) -> Packet {
        if let Some(at) = self.early.iter().position(wanted) {
            return self.early.remove(at).expect("it is there");
        }
        soon(what, async {
            loop {
                match self.packets.recv().await {
                    Some(packet) if wanted(&packet) => return packet,
                    Some(packet @ Packet::Publish(_)) => self.early.push_back(packet),
                    Some(_) => {}
                    None => panic!("the connection ended before {what}"),
                }
            }
        })
        .await
    }

    pub(crate) async fn is_closed(&mut self) {
        soon("the end", async { while self.packets.recv().await.is_some() {} }).await;
    }
}

pub(crate) fn topic(channel: &str) -> String {
    format!("mcs/{ID}/{KEY}/{channel}")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_devices_publish_reaches_subscribers_once_in_its_canonical_form_and_is_stored() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let mut console = Client::operator(&site, "console", "operator", &token).await;
    console.subscribe(&topic("+")).await;
    let mut device = Client::device(&site, "board").await;
    for (payload, canonical) in [
        ("1432538716989,count,1\0", "1432538716989,count,1"),
        (" 1432538716990 , count , 2", "1432538716990,count,2"),
        (
            r#"{"datapoints":[{"dataChnId":"count","timestamp":1432538716991,"values":{"value":3}}]}"#,
            "1432538716991,count,3",
        ),
    ] {
        device.publish(&topic("count"), payload).await;
        assert_eq!(console.message().await, (topic("count"), canonical.to_owned()));
    }
    device.publish(&topic("count"), "4").await;
    let (_, stamped) = console.message().await;
    assert!(stamped.ends_with(",count,4") && stamped.len() == "1432538716989,count,4".len());

    device
        .publish(
            &format!("mcs/{ID}/{KEY}"),
            "1432538716992,led,1\n,nope,1\n1432538716993,status,up",
        )
        .await;
    assert_eq!(console.message().await, (topic("led"), "1432538716992,led,1".to_owned()));
    assert_eq!(console.message().await, (topic("status"), "1432538716993,status,up".to_owned()));
    let reply = site.device("GET", "/datachannels/status/datapoints.csv").send().await;
    assert_eq!(reply.text(), "status,1432538716993,up");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rest_upload_and_a_console_write_reach_the_device_by_mqtt() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let mut device = Client::device(&site, "board").await;
    device.subscribe(&topic("+")).await;
    site.device("POST", "/datapoints.csv").body("switch_control,1432538716989,1").send().await;
    let message = (topic("switch_control"), "1432538716989,switch_control,1".to_owned());
    assert_eq!(device.message().await, message);

    let mut console = Client::operator(&site, "console", "operator", &token).await;
    console.publish(&topic("switch_control"), ",switch_control,0").await;
    let (_, payload) = device.message().await;
    assert!(payload.ends_with(",switch_control,0"), "{payload}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_write_by_mqtt_reaches_the_command_server() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let mut board = TcpStream::connect(site.server.addrs().command).await.expect("a connection");
    let heartbeat = format!("{ID},{KEY},0");
    board.write_all(heartbeat.as_bytes()).await.expect("to send");
    let mut echo = vec![0; heartbeat.len()];
    soon("the echo", board.read_exact(&mut echo)).await.expect("the echo");

    let mut console = Client::operator(&site, "console", "operator", &token).await;
    console.publish(&topic("pwm_out"), "1432538716989,pwm_out,500,20").await;
    let expected = format!("{ID},{KEY},1432538716989,pwm_out,500,20");
    let mut command = vec![0; expected.len()];
    soon("the command", board.read_exact(&mut command)).await.expect("the command");
    assert_eq!(String::from_utf8_lossy(&command), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn consoles_hear_that_a_device_comes_and_goes() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    let mut console = Client::operator(&site, "console", "viewer", &token).await;
    console.subscribe("console/v1/devices/+").await;
    let mut device = Client::device(&site, "board").await;
    device.subscribe(&topic("+")).await;
    let (name, event) = console.message().await;
    assert_eq!(name, format!("console/v1/devices/{ID}"));
    let event: Value = serde_json::from_str(&event).expect("JSON");
    assert_eq!(event["device"], ID);
    assert_eq!(event["change"]["presence"]["transports"], json!(["mqtt"]));
    device.leave().await;
    let event: Value = serde_json::from_str(&console.message().await.1).expect("JSON");
    assert_eq!(event["change"]["presence"]["transports"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_names_only_what_is_theirs_to_name() {
    use rumqttc::SubscribeReasonCode::Failure;
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    let mut device = Client::device(&site, "board").await;
    for filter in ["#", "mcs/#", "mcs/+/+/+", "console/v1/devices/+", "mcs/Dother/0/+"] {
        assert_eq!(device.subscribe(filter).await, Failure, "{filter}");
    }
    assert_ne!(device.subscribe(&topic("#")).await, Failure);
    let mut viewer = Client::operator(&site, "console", "viewer", &token).await;
    for filter in ["#", "mcs/#", "mcs/+/+/+"] {
        assert_eq!(viewer.subscribe(filter).await, Failure, "{filter}");
    }
    assert_ne!(viewer.subscribe(&topic("+")).await, Failure);
    // A viewer's write changes nothing, and neither does a notice that is not the server's.
    viewer.publish(&topic("count"), "1").await;
    device.publish(&topic("FOTA"), "1432538716989,FOTA,9,null,http://x/y").await;
    device.publish(&topic("count"), "1432538716989,count,2").await;
    assert_eq!(viewer.message().await.1, "1432538716989,count,2");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_http_port_and_the_websocket_port_lead_to_the_broker() {
    let site = Site::start().await;
    let addrs = *site.server.addrs();
    for (to, path) in [(addrs.http, "/mqtt"), (addrs.ws, "/mqtt"), (addrs.ws, "/")] {
        let ask = |origin: &str| {
            Request::new(to, "GET", path)
                .header("Connection", "Upgrade")
                .header("Upgrade", "websocket")
                .header("Sec-WebSocket-Version", "13")
                .header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
                .header("Sec-WebSocket-Protocol", "mqtt")
                .header("Origin", origin)
        };
        let reply = ask(&format!("http://{to}")).send().await;
        assert_eq!((reply.status, reply.header("Sec-Websocket-Protocol")), (101, Some("mqtt")));
        assert_eq!(ask("http://elsewhere.example").send().await.status, 403);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_consoles_connection_and_its_ticket() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let mut console = Client::operator(&site, "console", "operator", &token).await;
    assert_eq!(site.api(&token, "POST", "/api/logout").send().await.status, 204);
    console.is_closed().await;
    let reply = site.api(&token, "GET", "/api/session").send().await;
    assert_eq!(reply.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_that_cannot_be_stored_is_not_acknowledged_and_later_ones_are_stored() {
    let site = Site::start().await;
    site.fill().await;
    for _ in 0..10 {
        let mut device = Client::device(&site, "board").await;
        let sent = device.handle.publish(topic("count"), QoS::AtLeastOnce, false, ",count,1").await;
        sent.expect("to send");
        while let Some(packet) = soon("the end", device.packets.recv()).await {
            assert!(!matches!(packet, Packet::PubAck(_)), "{packet:?}");
        }
        let upload = site.device("POST", "/datapoints.csv").body("count,,2").send().await;
        assert_eq!(upload.status, 503);
    }
    site.make_space().await;
    let mut device = Client::device(&site, "board").await;
    device.publish(&topic("count"), "1432538716989,count,3").await;
    let reply = site.device("GET", "/datachannels/count/datapoints.csv?limit=9").send().await;
    assert_eq!(reply.text(), "count,1432538716989,3");
}
