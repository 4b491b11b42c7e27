//! The Command Server with heartbeats of 50 bytes.

use super::{download, http_body, in_buffer, splitn};
use crate::{Site, Socket, Transcript};

/// `getInitialTCPIP`: the key without a space behind the colon. Answers what it takes for the address; the port is
/// 443, whatever the answer says (CONTRACT §0.2 fact 5).
async fn connection(board: &Transcript, site: &Site) -> String {
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r"GET /mcs/v2/devices/<id>/connections.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          deviceKey:<key>\r\n
          \r\n",
    )
    .await;
    let body = http_body(&mut http).await;
    let ip = splitn(&in_buffer(&body), 2)[0].to_owned();
    assert!(ip.len() <= 19 && ip.parse::<std::net::Ipv4Addr>().is_ok(), "inet_addr takes {ip}");
    ip
}

/// `mcs_upload_datapoint`.
async fn upload(board: &Transcript, site: &Site, point: &str) {
    let mut http = board.dial("http", site.http()).await;
    http.sends(&format!(
        r"POST /mcs/v2/devices/<id>/datapoints.csv HTTP/1.1\r\n
          Host: api.mediatek.com\r\n
          deviceKey:<key>\r\n
          Content-Length: {}\r\n
          Content-Type: text/csv\r\n
          \r\n
          {point}",
        point.len()
    ))
    .await;
    assert_eq!(http_body(&mut http).await, b"Success.");
}

/// Fifty bytes, the rest NUL.
const HEARTBEAT: &str = r"<id>,<key>,0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// `mcs_tcp_init` up to the first echo.
async fn tcp(board: &Transcript, site: &Site) -> Socket {
    connection(board, site).await;
    let mut tcp = board.dial("tcp", site.command()).await;
    tcp.sends(HEARTBEAT).await;
    let echo = tcp.receives_at_once("<id>,<key>,0").await;
    // Not a fourth field: the echo is no command.
    assert_eq!(splitn(&in_buffer(&echo), 7).len(), 3);
    tcp
}

#[tokio::test(flavor = "multi_thread")]
async fn one_read_is_one_command() {
    let site = Site::start().await;
    let board = site.board("C library, TCP");
    let mut tcp = tcp(&board, &site).await;
    for (channel, v) in
        [("switch", "1"), ("target", "25.03,121.56,10"), ("PWM_00", "500,20"), ("UART", "on")]
    {
        site.set(&board, channel, v).await;
        let read = tcp.receives_at_once(&format!("<id>,<key>,<time>,{channel},{v}")).await;
        assert_eq!(splitn(&in_buffer(&read), 7)[3], channel);
    }
    // "Two data concatenate sometimes when sending in high frequency": here they do not.
    let both = "switch,,0\nswitch,,1";
    let path = format!("/mcs/v2/devices/{}/datapoints.csv", board.names.id);
    site.ask("POST", &path, ("deviceKey", board.names.key), both.as_bytes()).await;
    tcp.receives_at_once("<id>,<key>,<time>,switch,0").await;
    tcp.receives_at_once("<id>,<key>,<time>,switch,1").await;
    // The timer's heartbeat, again as 50 bytes.
    tcp.sends(HEARTBEAT).await;
    tcp.receives_at_once("<id>,<key>,0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_may_come_in_pieces_or_two_at_once() {
    let site = Site::start().await;
    let board = site.board("C library, TCP");
    let mut tcp = board.dial("tcp", site.command()).await;
    let (start, end) = HEARTBEAT.split_at(14);
    tcp.sends(start).await;
    tcp.sends(end).await;
    tcp.receives("<id>,<key>,0").await;
    tcp.sends(&[HEARTBEAT, HEARTBEAT].concat()).await;
    tcp.receives("<id>,<key>,0<id>,<key>,0").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_goes_from_the_notice_to_the_report() {
    let site = Site::start().await;
    let board = site.board("C library, TCP");
    let operator = site.operator().await;
    let firmware = site.release(&operator, "2.0", b"image").await;
    let mut tcp = tcp(&board, &site).await;
    assert_eq!(site.push(&operator, &firmware, &board).await, "INITIATED");
    let notice = in_buffer(&tcp.reads(199).await);
    let fields = splitn(&notice, 7);
    assert_eq!(fields[..2], [board.names.id, board.names.key]);
    assert_eq!(fields[3..6], ["FOTA", "2.0", firmware["md5"].as_str().expect("a sum")]);
    upload(&board, &site, "status,,fotaing").await;
    site.push_becomes(&operator, &board, "DOWNLOADING").await;
    assert_eq!(download(&site, &board, fields[6]).await, b"image");
    site.push_becomes(&operator, &board, "DOWNLOADED").await;
    // It restarts, and the new program says which it is (CONTRACT §5.3); the library itself says nothing.
    tcp.hangs_up().await;
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r#"PUT /mcs/v2/devices/<id>/firmwares HTTP/1.1\r\n
           Host: api.mediatek.com\r\n
           deviceKey:<key>\r\n
           Content-Type: application/json\r\n
           Content-Length: 17\r\n
           \r\n
           {"version":"2.0"}"#,
    )
    .await;
    let report: serde_json::Value =
        serde_json::from_slice(&http_body(&mut http).await).expect("JSON");
    assert_eq!((&report["code"], &report["fwId"]), (&200.into(), &firmware["id"]));
    site.push_becomes(&operator, &board, "CONFIRMING").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_an_end_and_it_connects_again() {
    let site = Site::start().await;
    let board = site.board("C library, TCP");
    let mut first = tcp(&board, &site).await;
    // A board that restarted without a word.
    let mut second = tcp(&board, &site).await;
    first.is_closed().await;
    site.set(&board, "switch", "1").await;
    second.receives_at_once("<id>,<key>,<time>,switch,1").await;
}
