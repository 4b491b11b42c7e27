//! The program itself: its ready line, its end, and what stays.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::mqtt::{Client, topic};
use crate::{Folder, ID, KEY, populate, program, soon};

/// A server in a process of its own.
struct Process {
    child: Child,
    ready: Value,
}

impl Process {
    async fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, &[]).await
    }

    async fn start_with(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let free = "127.0.0.1:0";
        let listeners = ["serve", "--http", free, "--mqtt", free, "--ws", free, "--command", free];
        let log = File::options().create(true).append(true).open(data.join("server.log"));
        let log = log.expect("a file");
        let mut command = program(data, &[&listeners, arguments].concat());
        let mut child = command
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("to run");
        let stdout = child.stdout.take().expect("a pipe");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = soon("the ready line", line).await.expect("a thread").expect("a line");
        let ready = serde_json::from_str(&line).expect("one line of JSON");
        Self { child, ready }
    }

    fn http(&self) -> SocketAddr {
        self.address("http")
    }

    fn mqtt(&self) -> SocketAddr {
        self.address("mqtt")
    }

    fn address(&self, listener: &str) -> SocketAddr {
        self.ready[listener].as_str().and_then(|it| it.parse().ok()).expect("an address")
    }

    /// Ends it as a service manager does.
    async fn terminate(self) {
        let status = self.end("-TERM").await;
        assert!(status.success(), "{status}");
    }

    async fn end(mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        let kill = std::process::Command::new("kill").args([signal, &pid]).status().expect("kill");
        assert!(kill.success());
        let status = tokio::task::spawn_blocking(move || self.child.wait());
        soon("the end", status).await.expect("a thread").expect("a status")
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_there_after_a_restart() {
    let folder = Folder::new();
    populate(folder.path()).await;
    let server = Process::start(folder.path(), &[]).await;
    assert_eq!(server.ready["ready"], true);
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    for n in 0..20 {
        let body = format!("count,{},{n}", 1_432_538_716_000_u64 + n);
        let upload = Request::new(server.http(), "POST", &path).header("deviceKey", KEY).body(body);
        assert_eq!(upload.send().await.text(), "Success.");
    }
    server.terminate().await;

    let server = Process::start(folder.path(), &[]).await;
    let path = format!("/mcs/v2/devices/{ID}/datachannels/count/datapoints.csv?limit=100");
    let history = Request::new(server.http(), "GET", &path).header("deviceKey", KEY).send().await;
    let values: Vec<_> = history.text().lines().filter_map(|it| it.rsplit(',').next()).collect();
    let expected: Vec<_> = (0..20).rev().map(|n| n.to_string()).collect();
    assert_eq!(values, expected);
    server.terminate().await;
}

/// Uploads one point after the other until the server is gone. Answers those that it acknowledged.
async fn upload_until_the_end(to: SocketAddr, channel: &str) -> Vec<u64> {
    let mut acknowledged = Vec::new();
    let Ok(mut stream) = TcpStream::connect(to).await else { return acknowledged };
    for n in 0_u64.. {
        let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
        let body = format!("{channel},{},{n}", 1_432_538_716_000_u64 + n);
        let upload = Request::new(to, "POST", &path).header("deviceKey", KEY).body(body);
        if stream.write_all(&upload.bytes()).await.is_err() {
            break;
        }
        let mut answer = Vec::new();
        while !answer.ends_with(b"Success.") {
            match stream.read_u8().await {
                Ok(byte) => answer.push(byte),
                Err(_) => return acknowledged,
            }
        }
        acknowledged.push(n);
    }
    acknowledged
}

async fn points_accepted(to: SocketAddr) -> u64 {
    let metrics = Request::new(to, "GET", "/metrics").send().await;
    let mut lines = metrics.text().lines();
    let value = lines.find_map(|it| it.strip_prefix("mcs_points_total "));
    value.and_then(|it| it.parse().ok()).expect("a number")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_when_the_server_ends_in_the_middle_of_work() {
    for signal in ["-TERM", "-INT", "-KILL"] {
        let folder = Folder::new();
        populate(folder.path()).await;
        let server = Process::start(folder.path(), &[]).await;
        let to = server.http();
        let channels = ["count", "status"];
        let uploads = channels.map(|it| tokio::spawn(upload_until_the_end(to, it)));
        soon("some uploads", async {
            while points_accepted(to).await < 5 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        server.end(signal).await;
        let server = Process::start(folder.path(), &[]).await;
        for (channel, upload) in channels.iter().zip(uploads) {
            let acknowledged = soon("the end of uploads", upload).await.expect("a task");
            assert!(!acknowledged.is_empty());
            let path = format!(
                "/mcs/v2/devices/{ID}/datachannels/{channel}/datapoints.csv?limit=1000&order=asc"
            );
            let history =
                Request::new(server.http(), "GET", &path).header("deviceKey", KEY).send().await;
            let kept: Vec<u64> = history
                .text()
                .lines()
                .filter_map(|it| it.rsplit(',').next()?.parse().ok())
                .collect();
            // One more may have been stored whose acknowledgement did not arrive.
            assert!(kept.starts_with(&acknowledged), "{signal} {channel}");
            assert!(kept.len() <= acknowledged.len() + 1);
        }
        server.terminate().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_explained_in_the_log_and_never_written_there() {
    let folder = Folder::new();
    populate(folder.path()).await;
    let server = Process::start(folder.path(), &[]).await;
    let wrong = "wrongWrongWrong0";
    let path = format!("/mcs/v2/devices/{ID}/connections");
    let get = Request::new(server.http(), "GET", &path).header("deviceKey", wrong);
    assert_eq!(get.send().await.status, 401);
    let mut board = TcpStream::connect(server.address("command")).await.expect("a connection");
    board.write_all(format!("{ID},{wrong},0").as_bytes()).await.expect("to send");
    assert!(matches!(soon("the end", board.read(&mut [0])).await, Ok(0) | Err(_)));
    let mut client = Client::connect(server.mqtt(), "board", None).await;
    client.subscribe(&format!("mcs/{ID}/{wrong}/+")).await;
    client.publish(&format!("mcs/{ID}/{wrong}/count"), ",count,1").await;
    client.publish("mcs/Dnobody0/0/count", ",count,1").await;
    client.publish(&topic("nope"), ",nope,1").await;
    server.terminate().await;
    let log = std::fs::read_to_string(folder.path().join("server.log")).expect("a log");
    for line in [
        "refused: that is not the key of device Dsre1qRQ",
        "Command Server login refused",
        "MQTT subscription refused",
        "MQTT message refused",
        "there is no device Dnobody0",
        "There is no such data channel nope for this device.",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(!log.contains(wrong) && !log.contains(KEY), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn retained_messages_outlive_the_server_until_they_are_cleared() {
    let folder = Folder::new();
    populate(folder.path()).await;
    let server = Process::start(folder.path(), &[]).await;
    let mut board = Client::connect(server.mqtt(), "board", None).await;
    board.retain(&topic("count"), ",count,1").await;
    board.retain(&topic("led"), "1432538716989,led,1").await;
    board.retain(&topic("count"), "").await;
    server.terminate().await;

    let server = Process::start(folder.path(), &[]).await;
    let mut other = Client::connect(server.mqtt(), "other", None).await;
    other.subscribe(&topic("+")).await;
    assert_eq!(other.message().await, (topic("led"), "1432538716989,led,1".to_owned()));
    // What was cleared does not come: the next message is a new one.
    other.publish(&topic("count"), "1432538716990,count,2").await;
    assert_eq!(other.message().await.1, "1432538716990,count,2");
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_refused_with_a_reason() {
    let folder = Folder::new();
    let server = Process::start(folder.path(), &[]).await;
    let second = program(folder.path(), &["serve", "--http", "127.0.0.1:0"]).output();
    let second = second.expect("to run");
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && told.contains("another mcs-server runs"), "{told}");
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_the_file_then_from_variables_then_from_flags() {
    let folder = Folder::new();
    let file = folder.path().join("server.toml");
    let mut text = std::fs::File::create(&file).expect("a file");
    text.write_all(b"command-public = \"203.0.113.7:443\"\nmax-firmware = 5\n").expect("to write");
    populate(folder.path()).await;
    let file = file.to_str().expect("UTF-8");
    let path = format!("/mcs/v2/devices/{ID}/connections.csv");
    let variable = ("MCS_COMMAND_PUBLIC", "203.0.113.8:444");
    let flag = "--command-public=203.0.113.9:445";
    for (flags, variables, expected) in [
        (&["--config", file][..], &[][..], "203.0.113.7,443"),
        (&["--config", file], &[variable], "203.0.113.8,444"),
        (&["--config", file, flag], &[variable], "203.0.113.9,445"),
    ] {
        let server = Process::start_with(folder.path(), flags, variables).await;
        let reply = Request::new(server.http(), "GET", &path).header("deviceKey", KEY).send().await;
        assert_eq!(reply.text(), expected);
        server.terminate().await;
    }
    std::fs::write(file, "commmand = 1").expect("to write");
    let output = program(folder.path(), &["serve", "--config", file]).output().expect("to run");
    assert!(String::from_utf8_lossy(&output.stderr).contains("commmand"));
}
