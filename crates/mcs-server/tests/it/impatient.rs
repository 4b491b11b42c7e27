//! Peers that do not wait for the answer: what they asked for happens all the same, and whole.

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::Site;
use crate::client::{Reply, Request};
use crate::mqtt::{Client, topic};

/// Sends a request and is gone.
async fn send_and_leave(site: &Site, request: Request) {
    let mut stream = TcpStream::connect(site.http()).await.expect("a connection");
    stream.write_all(&request.bytes()).await.expect("to send");
}

#[tokio::test(flavor = "multi_thread")]
async fn points_of_a_device_that_leaves_at_once_are_forwarded() {
    let site = Site::start().await;
    let mut console = Client::device(&site, "console").await;
    console.subscribe(&topic("+")).await;
    for n in 0..20 {
        let body = format!("count,{},{n}", 1_432_538_716_000_u64 + n);
        send_and_leave(&site, site.device("POST", "/datapoints.csv").body(body)).await;
        let expected = format!("{},count,{n}", 1_432_538_716_000_u64 + n);
        assert_eq!(console.message().await, (topic("count"), expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_version_of_a_device_that_restarts_at_once_is_kept_and_told() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    for n in 0..10 {
        let report = site.device("PUT", "/firmwares").body(format!(r#"{{"version":"1.{n}"}}"#));
        send_and_leave(&site, report).await;
        site.listed_when(&token, |it| it["firmwareVersion"] == format!("1.{n}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_sender_stops_sending_is_answered() {
    let site = Site::start().await;
    let mut stream = TcpStream::connect(site.http()).await.expect("a connection");
    let upload = site.device("POST", "/datapoints.csv").body("count,,1");
    stream.write_all(&upload.bytes()).await.expect("to send");
    stream.shutdown().await.expect("to stop sending");
    assert_eq!(Reply::read(&mut stream, false).await.text(), "Success.");
}
