//! The C library of MT7687 ([C]): commands by MQTT or by the Command Server, uploads by REST or MQTT, firmware by plain
//! HTTP. It splits what it gets at commas, in a buffer of 200 bytes.

mod mqtt;
mod tcp;

use crate::{Site, Socket, Transcript};

/// `mcs_splitn`: pieces between commas, where several commas in a row are one, at most so many.
fn splitn(text: &str, most: usize) -> Vec<&str> {
    text.split(',').filter(|it| !it.is_empty()).take(most).collect()
}

/// The text in a buffer of 200 bytes whose last one stays NUL.
fn in_buffer(bytes: &[u8]) -> String {
    let text = &bytes[..bytes.len().min(199)];
    let end = text.iter().position(|it| *it == 0).unwrap_or(text.len());
    String::from_utf8(text[..end].to_vec()).expect("text")
}

/// `fota_download_by_http`, after `https` in the address has become `http`.
async fn download(site: &Site, board: &Transcript, url: &str) -> Vec<u8> {
    let url = url.replacen("https", "http", 1);
    let path = url.strip_prefix(&format!("http://{}", site.http())).expect("our address");
    let mut http = board.dial("http", site.http()).await;
    http.sends(&format!(r"GET {path} HTTP/1.1\r\nHost: {}\r\n\r\n", site.http())).await;
    http_body(&mut http).await
}

/// Status 200, and as many bytes as `Content-Length` says; the library knows no chunks.
async fn http_body(http: &mut Socket) -> Vec<u8> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        head.push(http.byte().await.expect("a whole head").into());
    }
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let length = head.lines().find_map(|it| it.strip_prefix("Content-Length: ")).expect("a length");
    let mut body = Vec::new();
    for _ in 0..length.parse().expect("a number") {
        body.push(http.byte().await.expect("a whole body"));
    }
    body
}
