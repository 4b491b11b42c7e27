use std::net::SocketAddr;
use std::time::Duration;

use mcs_server::config::Settings;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::mqtt::{Client, topic};
use crate::{ID, KEY, Site, soon};

/// A board's socket.
struct Board(TcpStream);

impl Board {
    async fn connect(to: SocketAddr) -> Self {
        Self(TcpStream::connect(to).await.expect("a connection"))
    }

    async fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("to send");
    }

    async fn hear(&mut self, expected: &str) {
        let mut bytes = vec![0; expected.len()];
        soon(expected, self.0.read_exact(&mut bytes)).await.expect("bytes");
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }

    /// What came in one segment.
    async fn hear_some(&mut self) -> String {
        let mut bytes = vec![0; 4096];
        let n = soon("bytes", self.0.read(&mut bytes)).await.expect("bytes");
        String::from_utf8_lossy(&bytes[..n]).into_owned()
    }

    /// The connection is closed without a word.
    async fn is_closed(&mut self) {
        let mut byte = [0];
        assert!(matches!(soon("the end", self.0.read(&mut byte)).await, Ok(0) | Err(_)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shape_of_heartbeat_is_echoed_without_an_end() {
    let site = Site::start().await;
    let prefix = format!("{ID},{KEY},");
    let mut padded = format!("{prefix}0").into_bytes();
    padded.resize(50, 0);
    for (heartbeat, echo) in [
        (format!("{prefix}0").into_bytes(), format!("{prefix}0")),
        (prefix.clone().into_bytes(), prefix.clone()),
        (format!("{prefix}0\r\n\r\n").into_bytes(), format!("{prefix}0")),
        (padded, format!("{prefix}0")),
        (format!("{prefix}1432538716989").into_bytes(), format!("{prefix}1432538716989")),
    ] {
        let mut board = Board::connect(site.server.addrs().command).await;
        for _ in 0..2 {
            board.say(&heartbeat).await;
            assert_eq!(board.hear_some().await, echo, "{heartbeat:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_point_on_a_controller_reaches_the_device_unterminated_and_a_display_does_not() {
    let site = Site::start().await;
    let mut board = Board::connect(site.server.addrs().command).await;
    let prefix = format!("{ID},{KEY},");
    board.say(format!("{prefix}0").as_bytes()).await;
    board.hear(&format!("{prefix}0")).await;
    let body = "count,1432538716988,5\nswitch_control,1432538716989,1";
    site.device("POST", "/datapoints.csv").body(body).send().await;
    let command = format!("{prefix}1432538716989,switch_control,1");
    assert_eq!(board.hear_some().await, command);
    // Nothing came behind the command: the next bytes are the next echo.
    board.say(format!("{prefix}7\n").as_bytes()).await;
    board.hear(&format!("{prefix}7")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_echo_of_the_login_comes_before_a_firmware_notice_that_waited() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let upload = format!("/api/prototypes/{}/firmwares?name=App&version=2.0", site.product);
    let firmware = site.api(&token, "POST", &upload).body("image").send().await.json();
    let rollout = serde_json::json!({ "firmware": firmware["id"], "devices": [ID] }).to_string();
    let reply = site.api(&token, "POST", "/api/rollouts").body(rollout).send().await;
    assert_eq!(reply.json()["devices"][0]["state"], "QUEUED");

    let mut board = Board::connect(site.server.addrs().command).await;
    let prefix = format!("{ID},{KEY},");
    board.say(prefix.as_bytes()).await;
    assert_eq!(board.hear_some().await, prefix);
    let notice = board.hear_some().await;
    assert!(notice.starts_with(&prefix) && notice.contains(",FOTA,2.0,"), "{notice}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_read_is_one_message_however_many_there_are_at_once() {
    let site = Site::start().await;
    let mut board = Board::connect(site.server.addrs().command).await;
    let prefix = format!("{ID},{KEY},");
    board.say(format!("{prefix}0").as_bytes()).await;
    board.hear(&format!("{prefix}0")).await;
    let points: Vec<_> = (0..5).map(|n| format!("target,143253871698{n},{n}")).collect();
    site.device("POST", "/datapoints.csv").body(points.join("\n")).send().await;
    for n in 0..5 {
        assert_eq!(board.hear_some().await, format!("{prefix}143253871698{n},target,{n}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proved_connection_lights_the_device_and_its_end_darkens_it() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    let mut board = Board::connect(site.server.addrs().command).await;
    board.say(format!("{ID},{KEY},0").as_bytes()).await;
    board.hear(&format!("{ID},{KEY},0")).await;
    assert_eq!(site.listed(&token).await["presence"]["transports"][0], "command");
    drop(board);
    let dark = site.listed_when(&token, |it| it["presence"]["transports"][0].is_null()).await;
    assert!(dark["presence"]["lastSeen"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_and_nonsense_end_the_connection_without_a_word() {
    let site = Site::start().await;
    let wrong = format!("{ID},0000000000000000,0");
    for bytes in [wrong.as_bytes(), b"GET / HTTP/1.1\r\n\r\n", &[0xff; 5000]] {
        let mut board = Board::connect(site.server.addrs().command).await;
        board.say(bytes).await;
        board.is_closed().await;
    }
    let mut board = Board::connect(site.server.addrs().command).await;
    board.say(format!("{ID},{KEY},0").as_bytes()).await;
    board.hear(&format!("{ID},{KEY},0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_vanishes_is_given_up_after_its_silence() {
    let site = Site::with(|config| {
        config.command_protocol.silence = Duration::from_millis(300);
        config.command_protocol.grace = Duration::from_millis(100);
        config.command_protocol.login = Duration::from_secs(2);
    })
    .await;
    let token = site.sign_in("viewer").await;
    let mut stranger = Board::connect(site.server.addrs().command).await;
    let mut board = Board::connect(site.server.addrs().command).await;
    board.say(format!("{ID},{KEY},0").as_bytes()).await;
    board.hear(&format!("{ID},{KEY},0")).await;
    // Another device's heartbeat on this connection keeps nobody alive.
    board.say(b"Other123,otherKey00000001,0").await;
    board.is_closed().await;
    stranger.is_closed().await;
    let dark = site.listed_when(&token, |it| it["presence"]["transports"][0].is_null()).await;
    assert!(dark["presence"]["lastSeen"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_reset_darkens_its_device() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    let mut board = Board::connect(site.server.addrs().command).await;
    board.say(format!("{ID},{KEY},0").as_bytes()).await;
    board.hear(&format!("{ID},{KEY},0")).await;
    board.0.set_zero_linger().expect("a socket");
    drop(board);
    site.listed_when(&token, |it| it["presence"]["transports"][0].is_null()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_sent_no_more_than_it_takes_and_the_rest_is_told_undelivered() {
    let site = Site::start().await;
    let mut board = Board::connect(site.server.addrs().command).await;
    let prefix = format!("{ID},{KEY},");
    board.say(prefix.as_bytes()).await;
    board.hear(&prefix).await;
    let text = "x".repeat(10_000);
    let mut taken = 0;
    loop {
        let value = format!("{taken}{text}");
        let point = serde_json::json!({ "dataChnId": "message", "values": { "value": value } });
        let body = serde_json::json!({ "datapoints": [point] }).to_string();
        let reply = site.device("POST", "/datapoints").body(body).send().await.json();
        assert_eq!(reply["results"], "success", "it is stored all the same");
        if reply["undelivered"] == serde_json::json!(["message"]) {
            break;
        }
        taken += 1;
        assert!(taken < 1000, "somebody keeps all that");
    }
    assert!(taken >= 6, "{taken}");
    let mut heard = String::new();
    for n in 0..taken {
        let end = format!(",message,{n}{text}");
        while !heard.contains(&end) {
            heard.push_str(&board.hear_some().await);
        }
        heard.drain(..heard.find(&end).expect("it is there") + end.len());
    }
    assert_eq!(heard, "", "and nothing else");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_can_be_made_lines() {
    let file = crate::Folder::new();
    let path = file.join("server.toml");
    std::fs::write(&path, "command-terminator = \"lf\"\nmax-per-address = 0\n").expect("written");
    let settings =
        Settings::from_file(&path).expect("a configuration").into_config().expect("good");
    assert_eq!(settings.room.per_address, 0);
    let site = Site::with(|config| config.command_protocol = settings.command_protocol).await;
    let mut board = Board::connect(site.server.addrs().command).await;
    board.say(format!("{ID},{KEY},0").as_bytes()).await;
    assert_eq!(board.hear_some().await, format!("{ID},{KEY},0\n"));
    site.device("POST", "/datapoints.csv").body("target,1432538716989,7").send().await;
    assert_eq!(board.hear_some().await, format!("{ID},{KEY},1432538716989,target,7\n"));
}

/// A fleet comes back at once, as after a restart of the server.
#[tokio::test(flavor = "multi_thread")]
async fn many_devices_get_each_its_own_command() {
    let site = Site::start().await;
    let boards = 64;
    let mut fleet = Vec::new();
    for n in 0..boards {
        let (id, key) = (format!("Fleet{n:03}"), format!("fleetKey{n:08}"));
        let add = ["device", "add", &site.product, "--name", "Fleet", "--id", &id, "--key", &key];
        crate::admin(&site.folder, &add).await;
        fleet.push((Board::connect(site.server.addrs().command).await, id, key));
    }
    for (board, id, key) in &mut fleet {
        board.say(format!("{id},{key},0").as_bytes()).await;
    }
    for (board, id, key) in &mut fleet {
        board.hear(&format!("{id},{key},0")).await;
    }
    for (n, (_, id, key)) in fleet.iter().enumerate() {
        let path = format!("/mcs/v2/devices/{id}/datapoints.csv");
        let upload = Request::new(site.http(), "POST", &path).header("deviceKey", key);
        upload.body(format!("target,1432538716989,{n}")).send().await;
    }
    for (n, (board, id, key)) in fleet.iter_mut().enumerate() {
        assert_eq!(board.hear_some().await, format!("{id},{key},1432538716989,target,{n}"));
    }
}

/// CONTRACT §3.4: no word on commands to a device that is away; who sent them learns it from us.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_to_a_device_that_is_away_is_told_undelivered_and_stays_readable() {
    let site = Site::start().await;
    let send = async |value| {
        let point =
            serde_json::json!({ "dataChnId": "switch_control", "values": { "value": value } });
        let display = serde_json::json!({ "dataChnId": "count", "values": { "value": 1 } });
        let body = serde_json::json!({ "datapoints": [point, point, display] }).to_string();
        let reply = site.device("POST", "/datapoints").body(body).send().await;
        assert_eq!((reply.status, &reply.json()["results"]), (200, &"success".into()));
        reply.json()["undelivered"].clone()
    };
    let away = serde_json::json!(["switch_control"]);
    assert_eq!(send(1).await, away);
    let last = site.device("GET", "/datachannels/switch_control/datapoints.csv").send().await;
    assert!(last.text().starts_with("switch_control,") && last.text().ends_with(",1"));
    let csv = site.device("POST", "/datapoints.csv").body("switch_control,,0").send().await;
    assert_eq!(csv.text(), "Success.");

    let mut board = Board::connect(site.server.addrs().command).await;
    board.say(format!("{ID},{KEY},0").as_bytes()).await;
    board.hear(&format!("{ID},{KEY},0")).await;
    assert_eq!(send(0).await, serde_json::Value::Null);
    drop(board);
    let token = site.sign_in("viewer").await;
    site.listed_when(&token, |it| it["presence"]["transports"][0].is_null()).await;
    assert_eq!(send(1).await, away);

    let mut client = Client::device(&site, "board").await;
    assert_eq!(send(1).await, away, "it has not subscribed");
    client.subscribe(&topic("switch_control")).await;
    assert_eq!(send(0).await, serde_json::Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_connection_of_a_device_takes_the_place_of_the_first() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    let heartbeat = format!("{ID},{KEY},0");
    let mut first = Board::connect(site.server.addrs().command).await;
    first.say(heartbeat.as_bytes()).await;
    first.hear(&heartbeat).await;
    let mut second = Board::connect(site.server.addrs().command).await;
    second.say(heartbeat.as_bytes()).await;
    second.hear(&heartbeat).await;
    first.is_closed().await;
    let body = "switch_control,1432538716989,1";
    site.device("POST", "/datapoints.csv").body(body).send().await;
    second.hear(&format!("{ID},{KEY},1432538716989,switch_control,1")).await;
    assert_eq!(site.listed(&token).await["presence"]["transports"][0], "command");
}

/// CONTRACT §3.5: a board answers a command by uploading its value, which is a command, which it answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_answers_its_own_answers_is_stopped() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let mut board = Board::connect(site.server.addrs().command).await;
    let prefix = format!("{ID},{KEY},");
    board.say(format!("{prefix}0").as_bytes()).await;
    board.hear(&format!("{prefix}0")).await;
    let command = async |value: u8| {
        let body = format!("1,switch_control,{value}");
        let path = format!("/mcs/v2/devices/{ID}/commands");
        assert_eq!(site.api(&token, "POST", &path).body(body).send().await.status, 200);
    };
    command(1).await;
    let value = json!({ "dataChnId": "switch_control", "values": { "value": 1 } });
    let value = json!({ "datapoints": [value] }).to_string();
    let mut turns = 0;
    loop {
        assert!(board.hear_some().await.ends_with(",switch_control,1"));
        turns += 1;
        let answer = site.device("POST", "/datapoints").body(value.clone()).send().await;
        assert_eq!(answer.status, 200);
        if answer.text().contains("undelivered") {
            break;
        }
    }
    assert!((30..100).contains(&turns), "{turns}");
    // Nothing comes until somebody commands: the next bytes are those of that command.
    command(0).await;
    assert!(board.hear_some().await.ends_with(",switch_control,0"));
    let last =
        site.device("GET", "/datachannels/switch_control/datapoints.csv?limit=2").send().await;
    let values: Vec<_> = last.text().lines().filter_map(|it| it.rsplit(',').next()).collect();
    assert_eq!(values, ["0", "1"], "what was no command is stored all the same");
}
