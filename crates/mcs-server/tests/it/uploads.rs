//! Uploads of firmware that are cut.

use mcs_digest::Checksums;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::client::{Reply, Request};
use crate::process::Process;
use crate::{Folder, Site, add_user, populate, soon};

fn image() -> Vec<u8> {
    (0..200_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect()
}

fn declared(image: &[u8]) -> Value {
    let sums = Checksums::of(image);
    let (md5, sha256) = (sums.md5.to_string(), sums.sha256.to_string());
    json!({ "name": "App", "version": "2.0", "size": sums.size, "md5": md5, "sha256": sha256 })
}

/// Somebody who uploads.
struct Sender {
    server: std::net::SocketAddr,
    token: String,
}

impl Sender {
    async fn of(server: &Process) -> Self {
        Self { server: server.http(), token: server.token("operator", "secret").await }
    }

    fn call(&self, method: &str, path: &str) -> Request {
        Request::new(self.server, method, path).header("Authorization", &self.token)
    }

    async fn begin(&self, product: &str, declared: &Value) -> Reply {
        let path = format!("/api/prototypes/{product}/uploads");
        self.call("POST", &path).body(declared.to_string()).send().await
    }

    fn patch(&self, id: &str, from: usize) -> Request {
        let request = self.call("PATCH", &format!("/api/uploads/{id}"));
        request.header("Upload-Offset", &from.to_string())
    }

    async fn offset(&self, id: &str) -> usize {
        let reply = self.call("GET", &format!("/api/uploads/{id}")).send().await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        let offset = reply.json()["offset"].as_u64().expect("a number");
        usize::try_from(offset).expect("a small one")
    }

    /// Announces all the rest, sends only so much of it, and waits until that is there.
    async fn send_part(&self, id: &str, image: &[u8], from: usize, to: usize) -> TcpStream {
        let length = (image.len() - from).to_string();
        let head = self.patch(id, from).header("Content-Length", &length).bytes();
        let mut stream = TcpStream::connect(self.server).await.expect("a connection");
        stream.write_all(&[&head, &image[from..to]].concat()).await.expect("to send");
        stream
    }
}

fn id(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()["id"].as_str().expect("an id").to_owned()
}

async fn at_least(folder: &Folder, id: &str, bytes: usize) {
    let file = folder.join("uploads").join(id);
    soon("the bytes on disk", async {
        while std::fs::metadata(&file).map_or(0, |it| it.len()) < bytes as u64 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_the_network_was_cut_and_the_server_killed() {
    let folder = Folder::new();
    let product = populate(&folder).await;
    add_user(&folder, "operator").await;
    let image = image();
    let mut server = Process::start(&folder, &[]).await;
    let mut sender = Sender::of(&server).await;
    let id = id(&sender.begin(&product, &declared(&image)).await);
    assert_eq!(sender.offset(&id).await, 0);
    let mut from = 0;
    for (n, to) in [1, 2, 8191, 65_536, 131_073, 199_999].into_iter().enumerate() {
        let stream = sender.send_part(&id, &image, from, to).await;
        at_least(&folder, &id, to).await;
        if n % 2 == 0 {
            // The network is gone, and the server does not know yet: who asks cuts the old request.
            assert_eq!(sender.offset(&id).await, to);
            drop(stream);
        } else {
            server.end("-KILL").await;
            server = Process::start(&folder, &[]).await;
            sender = Sender::of(&server).await;
            assert_eq!(sender.offset(&id).await, to);
        }
        from = to;
    }
    let reply = sender.patch(&id, from).body(&image[from..]).send().await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let firmware = reply.json()["firmware"].clone();
    assert_eq!(firmware["sha256"], Checksums::of(&image).sha256.to_string());
    // The answer may have been lost: who asks again is told the same.
    let again = sender.call("GET", &format!("/api/uploads/{id}")).send().await.json();
    assert_eq!((&again["firmware"], &again["offset"]), (&firmware, &json!(200_000)));
    let url = firmware["url"].as_str().and_then(|it| it.find("/fw/").map(|at| &it[at..]));
    let fetched = Request::new(server.http(), "GET", url.expect("an address")).send().await;
    assert_eq!(fetched.body, image);
    assert_eq!(std::fs::read_dir(folder.join("uploads")).expect("a folder").count(), 0);
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_what_was_declared_is_refused_at_the_end_and_forgotten() {
    let site = Site::start().await;
    let sender =
        Sender { server: site.http(), token: format!("Bearer {}", site.sign_in("operator").await) };
    let image = image();
    for (change, code) in [(1, "hash-mismatch"), (0, "size-mismatch")] {
        let mut sent = image.clone();
        sent[100_000] ^= change;
        if change == 0 {
            sent.push(0);
        }
        let id = id(&sender.begin(&site.product, &declared(&image)).await);
        let reply = sender.patch(&id, 0).body(sent).send().await;
        assert_eq!((reply.status, &reply.json()["code"]), (422, &json!(code)));
        let gone = sender.call("GET", &format!("/api/uploads/{id}")).send().await;
        assert_eq!(gone.status, 404);
    }
    let id = id(&sender.begin(&site.product, &declared(&image)).await);
    let reply = sender.patch(&id, 7).body("x").send().await;
    assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("offset")));
    let other = format!("Bearer {}", site.sign_in("admin").await);
    let path = format!("/api/uploads/{id}");
    let peek = Request::new(site.http(), "GET", &path).header("Authorization", &other);
    assert_eq!(peek.send().await.status, 404, "of another user");
    assert_eq!(sender.call("DELETE", &path).send().await.status, 204);
    assert_eq!(sender.call("GET", &path).send().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_uploads_of_a_user_are_few_and_not_larger_than_two_files() {
    let site = Site::with(|config| config.max_firmware = 1000).await;
    let sender =
        Sender { server: site.http(), token: format!("Bearer {}", site.sign_in("operator").await) };
    let offer = |size: u64| json!({ "name": "App", "version": "2.0", "size": size });
    let begin = async |size| sender.begin(&site.product, &offer(size)).await;
    assert_eq!(begin(1001).await.status, 413);
    assert_eq!(begin(0).await.status, 400);
    let first = id(&begin(1000).await);
    assert_eq!(begin(999).await.status, 201);
    assert_eq!(begin(2).await.status, 429, "more than two files' bytes");
    assert_eq!(begin(1).await.status, 201);
    assert_eq!(sender.call("DELETE", &format!("/api/uploads/{first}")).send().await.status, 204);
    assert_eq!(begin(1).await.status, 201);
    assert_eq!(begin(1).await.status, 201);
    assert_eq!(begin(1).await.status, 429, "more than four");
}
