//! Boards that do with a firmware what they are told to, on one transport or the other.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use crate::process::{PATIENCE, Server};

/// One board. Odd ones are on the Command Server, even ones on MQTT.
pub(crate) struct Board {
    pub(crate) number: u32,
    pub(crate) id: String,
    key: String,
    link: Option<TcpStream>,
    /// The path of the file of the newest notice.
    file: String,
}

impl Board {
    pub(crate) fn new(number: u32) -> Self {
        let (id, key) = (format!("Dboard{number:02}"), format!("Kboard{number:02}abcdefgh"));
        Self { number, id, key, link: None, file: String::new() }
    }

    /// Its line in a file that `mcs-server device import` reads.
    pub(crate) fn line(&self) -> String {
        format!("{},{},Board {}\n", self.id, self.key, self.number)
    }

    fn is_on_mqtt(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    /// Connects anew.
    pub(crate) async fn connect(&mut self, server: &Server) -> Result<()> {
        let (id, key) = (&self.id, &self.key);
        self.link = None;
        let link = if self.is_on_mqtt() {
            subscribed(server.mqtt, id, &format!("mcs/{id}/{key}/+")).await?
        } else {
            let mut link = TcpStream::connect(server.command).await?;
            let hello = format!("{id},{key},0");
            link.write_all(format!("{hello}\n").as_bytes()).await?;
            let mut echo = vec![0; hello.len()];
            timeout(PATIENCE, link.read_exact(&mut echo)).await??;
            link
        };
        self.link = Some(link);
        Ok(())
    }

    /// Ends its connection.
    pub(crate) fn leave(&mut self) {
        self.link = None;
    }

    /// Connects anew to any broker, and hears its notices there.
    pub(crate) async fn join(&mut self, broker: SocketAddr) -> Result<()> {
        self.link = None;
        let topic = format!("mcs/{}/{}/FOTA", self.id, self.key);
        self.link = Some(subscribed(broker, &self.id, &topic).await?);
        Ok(())
    }

    /// Publishes a text on a channel.
    pub(crate) async fn publish(&mut self, channel: &str, what: &str) -> Result<()> {
        let mut body = text(&format!("mcs/{}/{}/{channel}", self.id, self.key));
        body.extend(format!(",,{what}").as_bytes());
        let link = self.link.as_mut().context("it is not connected")?;
        Ok(link.write_all(&packet(0x30, &body)).await?)
    }

    /// The notice that came, as it stands on the wire.
    pub(crate) async fn notice(&mut self) -> Result<String> {
        let hearing = timeout(PATIENCE, self.hear());
        hearing.await.with_context(|| format!("{} hears no notice", self.id))?
    }

    /// Whether nothing came until the broker answers a ping.
    pub(crate) async fn heard_nothing(&mut self) -> Result<()> {
        let link = self.link.as_mut().context("it is not connected")?;
        link.write_all(&packet(0xc0, b"")).await?;
        let (first, body) = timeout(PATIENCE, read(link)).await??;
        ensure!(first == 0xd0, "{} heard {:?}", self.id, String::from_utf8_lossy(&body));
        Ok(())
    }

    /// What its device key is.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Waits for the notice.
    pub(crate) async fn hear_notice(&mut self) -> Result<()> {
        let hearing = timeout(PATIENCE, self.hear());
        let notice = hearing.await.with_context(|| format!("{} hears no notice", self.id))??;
        let at = notice.find("/fw/").with_context(|| format!("no address in {notice:?}"))?;
        self.file = notice[at..].trim().to_owned();
        Ok(())
    }

    async fn hear(&mut self) -> Result<String> {
        let on_mqtt = self.is_on_mqtt();
        let link = self.link.as_mut().context("it is not connected")?;
        if !on_mqtt {
            let mut heard = String::new();
            // The address ends with a token of 16 letters and digits.
            while heard.split_once("/fw/").is_none_or(|(_, token)| token.len() < 16) {
                heard.push(char::from(link.read_u8().await?));
            }
            return Ok(heard);
        }
        loop {
            let (first, body) = read(link).await?;
            if first & 0xf0 != 0x30 {
                continue;
            }
            let topic = usize::from(u16::from_be_bytes([body[0], body[1]])) + 2;
            let at = if first & 0x06 == 0 { topic } else { topic + 2 };
            if at > topic {
                link.write_all(&packet(0x40, &body[topic..at])).await?;
            }
            return Ok(String::from_utf8(body[at..].to_vec())?);
        }
    }

    /// Hears the notice and fetches the whole file.
    pub(crate) async fn fetch(&mut self, server: &Server) -> Result<()> {
        self.hear_notice().await?;
        self.download(server, "").await
    }

    /// Hears the notice and fetches so many bytes of the file.
    pub(crate) async fn fetch_some(&mut self, server: &Server, bytes: u32) -> Result<()> {
        self.hear_notice().await?;
        self.download(server, &format!("Range: bytes=0-{}\r\n", bytes - 1)).await
    }

    /// Fetches the file from there on, slowly and without an end: for as long as the answer is held.
    pub(crate) async fn sip_rest(&self, server: &Server, from: u32) -> Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        // Little is under way, so that the server goes no faster than we read.
        socket.set_recv_buffer_size(4096)?;
        let mut stream = socket.connect(server.http).await?;
        let line = format!("GET {} HTTP/1.1\r\nHost: {}\r\n", self.file, server.http);
        let range = format!("Range: bytes={from}-\r\n\r\n");
        stream.write_all((line + &range).as_bytes()).await?;
        for _ in 0..40 {
            let mut piece = vec![0; 65_536];
            timeout(PATIENCE, stream.read_exact(&mut piece)).await??;
            sleep(Duration::from_millis(100)).await;
        }
        Ok(stream)
    }

    /// Fetches the file from there to its end.
    pub(crate) async fn fetch_rest(&self, server: &Server, from: u32) -> Result<()> {
        self.download(server, &format!("Range: bytes={from}-\r\n")).await
    }

    async fn download(&self, server: &Server, headers: &str) -> Result<()> {
        self.call(server, &format!("GET {}", self.file), headers, "").await
    }

    /// Reports what it runs.
    pub(crate) async fn report(&self, server: &Server, version: &str) -> Result<()> {
        let line = format!("PUT /mcs/v2/devices/{}/firmwares", self.id);
        let body = format!(r#"{{"version":"{version}"}}"#);
        // A version that nobody uploaded is stored, and answered with 404 (CONTRACT §5.3).
        let _ = self.call(server, &line, "", &body).await;
        Ok(())
    }

    /// Says something on its channel `status`.
    pub(crate) async fn say(&self, server: &Server, what: &str) -> Result<()> {
        let line = format!("POST /mcs/v2/devices/{}/datapoints.csv", self.id);
        self.call(server, &line, "", &format!("status,,{what}")).await
    }

    async fn call(&self, server: &Server, line: &str, headers: &str, body: &str) -> Result<()> {
        let mut stream = TcpStream::connect(server.http).await?;
        let request = format!(
            "{line} HTTP/1.1\r\nHost: {}\r\ndeviceKey: {}\r\n{headers}Content-Length: {}\r\n\
             Connection: close\r\n\r\n{body}",
            server.http,
            self.key,
            body.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await??;
        if !answer.starts_with(b"HTTP/1.1 20") {
            bail!("{line} was refused: {}", String::from_utf8_lossy(&answer));
        }
        Ok(())
    }
}

/// A connection to a broker that is subscribed to this.
async fn subscribed(broker: SocketAddr, client: &str, filter: &str) -> Result<TcpStream> {
    let mut link = TcpStream::connect(broker).await?;
    let mut connect = b"\x00\x04MQTT\x04\x02\x00\x00".to_vec();
    connect.extend(text(client));
    link.write_all(&packet(0x10, &connect)).await?;
    ensure!(read(&mut link).await?.0 == 0x20, "no CONNACK");
    let mut subscribe = b"\x00\x01".to_vec();
    subscribe.extend(text(filter));
    subscribe.push(1);
    link.write_all(&packet(0x82, &subscribe)).await?;
    ensure!(read(&mut link).await?.0 == 0x90, "no SUBACK");
    Ok(link)
}

fn text(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes();
    [&length[..], text.as_bytes()].concat()
}

/// A packet of less than 16384 bytes.
fn packet(first: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![first];
    if body.len() >= 0x80 {
        packet.push(0x80 | (body.len() & 0x7f) as u8);
        packet.push((body.len() >> 7) as u8);
    } else {
        packet.push(body.len() as u8);
    }
    packet.extend(body);
    packet
}

async fn read(link: &mut TcpStream) -> Result<(u8, Vec<u8>)> {
    let first = link.read_u8().await?;
    let (mut length, mut shift) = (0_usize, 0);
    loop {
        let byte = link.read_u8().await?;
        length |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
        shift += 7;
    }
    let mut body = vec![0; length];
    link.read_exact(&mut body).await?;
    Ok((first, body))
}
