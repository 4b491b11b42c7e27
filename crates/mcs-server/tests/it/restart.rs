//! What stays when the server ends, however it ends.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::mqtt::{Client, topic};
use crate::process::Process;
use crate::sessions::publish_on_the_way;
use crate::wire::{Hello, Message, Raw, Version};
use crate::{Folder, ID, KEY, populate, soon, sql};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_there_after_a_restart() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    assert_eq!(server.ready["ready"], true);
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    for n in 0..20 {
        let body = format!("count,{},{n}", 1_432_538_716_000_u64 + n);
        let upload = Request::new(server.http(), "POST", &path).header("deviceKey", KEY).body(body);
        assert_eq!(upload.send().await.text(), "Success.");
    }
    server.terminate().await;

    let server = Process::start(&folder, &[]).await;
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
    for n in 0_u64..900 {
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
        populate(&folder).await;
        let server = Process::start(&folder, &[]).await;
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
        let server = Process::start(&folder, &[]).await;
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
async fn no_point_that_was_acknowledged_is_lost_with_20_on_the_way() {
    for signal in ["-TERM", "-KILL"] {
        let folder = Folder::new();
        populate(&folder).await;
        let server = Process::start(&folder, &[]).await;
        let board = Raw::connect(server.mqtt(), &Hello::new(Version::V311, "board")).await;
        let payload = |n| format!("{},count,{n}", 1_432_538_716_000 + n);
        let publishing =
            tokio::spawn(async move { publish_on_the_way(board, &topic("count"), payload).await });
        soon("some points", async {
            while points_accepted(server.http()).await < 500 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        server.end(signal).await;
        let acknowledged = soon("the end", publishing).await.expect("a task");
        assert!(!acknowledged.is_empty());

        let server = Process::start(&folder, &[]).await;
        let path = format!("/mcs/v2/devices/{ID}/datachannels/count/datapoints.csv?limit=100");
        let history =
            Request::new(server.http(), "GET", &path).header("deviceKey", KEY).send().await;
        let newest =
            history.text().lines().next().and_then(|it| it.rsplit(',').next()?.parse().ok());
        let newest: u64 = newest.expect("a point");
        let last = *acknowledged.last().expect("some");
        assert!((last..=last + 20).contains(&newest), "{signal}: {newest} of {last}");
        let values: Vec<u64> =
            history.text().lines().filter_map(|it| it.rsplit(',').next()?.parse().ok()).collect();
        let expected: Vec<_> = (0..=newest).rev().take(100).collect();
        assert_eq!(values, expected, "{signal}: none is missing before");
        server.terminate().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn retained_messages_outlive_the_server_until_they_are_cleared() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let mut board = Client::connect(server.mqtt(), "board", None).await;
    board.retain(&topic("count"), ",count,1").await;
    board.retain(&topic("led"), "1432538716989,led,1").await;
    board.retain(&topic("count"), "").await;
    server.terminate().await;

    let server = Process::start(&folder, &[]).await;
    let mut other = Client::connect(server.mqtt(), "other", None).await;
    other.subscribe(&topic("+")).await;
    assert_eq!(other.message().await, (topic("led"), "1432538716989,led,1".to_owned()));
    // What was cleared does not come: the next message is a new one.
    other.publish(&topic("count"), "1432538716990,count,2").await;
    assert_eq!(other.message().await.1, "1432538716990,count,2");
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_that_cannot_be_read_is_dropped_and_the_server_starts() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let id = Hello::new(Version::V311, "lasting").lasting();
    let mut board = Raw::connect(server.mqtt(), &id).await;
    board.subscribe(&topic("count"), 1).await;
    board.subscribe(&topic("target"), 1).await;
    board.disconnect().await;
    server.terminate().await;
    sql(&folder, "UPDATE mqtt_subscriptions SET options = 'x' WHERE filter LIKE '%count'").await;

    let server = Process::start(&folder, &[]).await;
    let mut other = Raw::connect(server.mqtt(), &Hello::new(Version::V311, "other")).await;
    for channel in ["count", "target"] {
        other.publish(&Message::new(&topic(channel), ",,7", 1)).await;
    }
    let mut board = Raw::connect(server.mqtt(), &id).await;
    board.subscribe(&topic("led"), 1).await;
    assert_eq!(board.message().await.topic, topic("target"));
    server.terminate().await;
    let log = std::fs::read_to_string(folder.join("server.log")).expect("a log");
    assert!(log.contains("a subscription is dropped"), "{log}");
}
