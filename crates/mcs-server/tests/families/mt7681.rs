//! MT7681 (LinkIt Connect 7681): a client in the chip itself, with id and key in its flash at places of 8 and 16
//! bytes. Its program is not public; what is known is that it speaks the Command Server, has the channels `GPIO_nn`,
//! `PWM_nn` and `UART`, and reports its version when it connects (CONTRACT §1.2, §5.4).

use crate::{Site, http};

#[tokio::test(flavor = "multi_thread")]
async fn it_reports_its_version_and_gets_commands_for_its_pins() {
    let site = Site::start().await;
    let board = site.board("MT7681");
    let operator = site.operator().await;
    for version in ["1.0", "2.0"] {
        site.release(&operator, version, version.as_bytes()).await;
    }
    assert_eq!((board.names.id.len(), board.names.key.len()), (8, 16), "as its flash has room for");
    let mut http = board.dial("http", site.http()).await;
    http.sends(
        r#"PUT /mcs/v2/devices/<id>/firmwares HTTP/1.1\r\n
           Host: api.mediatek.com\r\n
           deviceKey: <key>\r\n
           Content-Type: application/json\r\n
           Content-Length: 17\r\n
           Connection: close\r\n
           \r\n
           {"version":"1.0"}"#,
    )
    .await;
    let (status, answer) = http::answer(&mut http).await;
    assert!(status == 200 && answer.contains(r#""fwId":"F"#), "{answer}");

    let mut tcp = board.dial("tcp", site.command()).await;
    tcp.sends("<id>,<key>,0").await;
    tcp.receives_at_once("<id>,<key>,0").await;
    for (channel, v) in [("GPIO_00", "0"), ("PWM_00", "500,20"), ("UART", "48656c6c6f")] {
        site.set(&board, channel, v).await;
        tcp.receives_at_once(&format!("<id>,<key>,<time>,{channel},{v}")).await;
    }
    let path = format!("/mcs/v2/devices/{}/firmwares/available?url=true", board.names.id);
    let (status, list) = site.ask("GET", &path, ("deviceKey", board.names.key), b"").await;
    assert!(status == 200 && list.contains(r#""version":"2.0""#), "{list}");
}
