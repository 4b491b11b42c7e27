//! A small HTTP/1.1 client: one connection a request, as a board does it.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::HOST;
use hyper::{Request, Response, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;

#[cfg(test)]
mod tests;

/// Requests to one base address, with the device's key.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// `http://host:port`, without a slash at the end.
    base: String,
    key: String,
}

/// A whole answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    /// The body, up to [`MAX_ANSWER`].
    pub(crate) body: String,
}

/// A body that is read piece by piece.
pub(crate) struct Download {
    body: Incoming,
    /// The length that the server promised.
    pub(crate) length: Option<u64>,
    // Reads the socket; ends with the download.
    _connection: Connection,
}

/// The task behind a request; dropped with it.
struct Connection(tokio::task::JoinHandle<()>);

impl Api {
    /// Requests below `base`, such as `http://127.0.0.1:8080`.
    pub(crate) fn new(base: &str, key: &str) -> Result<Self> {
        let base = base.trim_end_matches('/');
        address(&base.parse().with_context(|| format!("{base} is not an address"))?)?;
        Ok(Self { base: base.to_owned(), key: key.to_owned() })
    }

    /// `GET path`, answered in `kind`, such as `text/csv`.
    pub(crate) async fn get(&self, path: &str, kind: &str) -> Result<Answer> {
        self.send("GET", path, kind, String::new()).await
    }

    /// `method path` with a body of `kind`.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: String,
    ) -> Result<Answer> {
        let uri = format!("{}{path}", self.base);
        let request = Request::builder()
            .method(method)
            .header("deviceKey", &self.key)
            .header("Content-Type", kind);
        let exchange = async {
            let (response, _connection) = exchange(request, &uri, body).await?;
            let status = response.status().as_u16();
            let body = http_body_util::Limited::new(response.into_body(), MAX_ANSWER);
            let Ok(body) = body.collect().await else {
                bail!("the answer broke off or is longer than {MAX_ANSWER} bytes");
            };
            let body = String::from_utf8_lossy(&body.to_bytes()).into_owned();
            Ok(Answer { status, body })
        };
        let Ok(answer) = timeout(PATIENCE, exchange).await else {
            bail!("no answer within {} s", PATIENCE.as_secs());
        };
        answer.with_context(|| format!("{method} {path}"))
    }
}

impl Download {
    /// Begins to fetch `url`; an error unless the answer is 200.
    pub(crate) async fn start(url: &str) -> Result<Self> {
        let request = Request::builder().method("GET");
        let Ok(begun) = timeout(PATIENCE, exchange(request, url, String::new())).await else {
            bail!("no answer within {} s", PATIENCE.as_secs());
        };
        let (response, connection) = begun?;
        if response.status() != 200 {
            bail!("the server answered {}", response.status());
        }
        let length = response.headers().get("content-length");
        let length = length.and_then(|it| it.to_str().ok()?.parse().ok());
        Ok(Self { body: response.into_body(), length, _connection: connection })
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>> {
        loop {
            let Ok(frame) = timeout(PATIENCE, self.body.frame()).await else {
                bail!("the download stood still for {} s", PATIENCE.as_secs());
            };
            let Some(frame) = frame else { return Ok(None) };
            // What is no data is a trailer, and nothing to us.
            if let Ok(data) = frame.context("the download broke off")?.into_data() {
                return Ok(Some(data));
            }
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// `http://host:port` of a URL.
pub(crate) fn origin(url: &str) -> Result<String> {
    let uri: Uri = url.parse().with_context(|| format!("{url} is not a URL"))?;
    address(&uri)?;
    Ok(format!("http://{}", uri.authority().map_or("", |it| it.as_str())))
}

async fn exchange(
    request: hyper::http::request::Builder,
    url: &str,
    body: String,
) -> Result<(Response<Incoming>, Connection)> {
    let uri: Uri = url.parse().with_context(|| format!("{url} is not a URL"))?;
    let address = address(&uri)?;
    let stream = TcpStream::connect(&address)
        .await
        .with_context(|| format!("cannot connect to {address}"))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = Connection(tokio::spawn(async move {
        // The request's own end reports why a connection failed.
        let _ = connection.await;
    }));
    let path = uri.path_and_query().map_or("/", |it| it.as_str());
    let host = uri.authority().map_or("", |it| it.as_str());
    let request = request.uri(path).header(HOST, host).body(Full::new(Bytes::from(body)))?;
    Ok((sender.send_request(request).await?, connection))
}

/// Where to connect for `uri`.
fn address(uri: &Uri) -> Result<String> {
    match (uri.scheme_str(), uri.host()) {
        (Some("http"), Some(host)) => Ok(format!("{host}:{}", uri.port_u16().unwrap_or(80))),
        (Some("https"), _) => bail!("this board speaks no TLS: {uri}"),
        _ => bail!("{uri} is not a URL that begins with http://"),
    }
}

/// Bytes of an answer that is read into memory.
const MAX_ANSWER: usize = 1 << 20;

/// How long a server may stay silent.
const PATIENCE: Duration = Duration::from_secs(30);
