//! Answers of HTTP as a grown-up library reads them.

use crate::Socket;

/// The status and the body, to the length that the head announces.
pub(crate) async fn answer(http: &mut Socket) -> (u16, String) {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(http.byte().await.expect("a whole head").into());
    }
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
    let length = head.to_ascii_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length:").and_then(|it| it.trim().parse().ok())
    });
    let mut body = String::new();
    for _ in 0..length.expect("a length") {
        body.push(http.byte().await.expect("a whole body").into());
    }
    (status, body)
}
