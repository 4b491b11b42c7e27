//! Firmware files in a bucket that speaks S3.

mod store;

use mcs_digest::Checksums;
use serde_json::{Value, json};

use crate::client::{Reply, Request};
use crate::process::Process;
use crate::{Folder, add_user, populate, program};
use store::{KEY, Store};

/// More than two parts.
fn image() -> Vec<u8> {
    let bytes = |n: u32| n.wrapping_mul(2_654_435_761).to_le_bytes();
    (0..3 << 20).flat_map(bytes).chain([7]).collect()
}

const PLACE: &str = "s3://firmware/of/one server";
const SECRET: &str = "secret-of-the-bucket";

fn variables<'a>(endpoint: &'a str, key: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("AWS_ACCESS_KEY_ID", key),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_REGION", "somewhere"),
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ALLOW_HTTP", "true"),
    ]
}

async fn start(folder: &Folder, store: &Store) -> Process {
    let endpoint = format!("http://{}", store.address);
    let variables = variables(&endpoint, KEY);
    Process::start_with(folder, &["--firmware-store", PLACE], &variables).await
}

async fn upload(server: &Process, product: &str, version: &str, image: &[u8]) -> Reply {
    let token = server.token("operator", "secret").await;
    let call = |method: &str, path: &str| {
        Request::new(server.http(), method, path).header("Authorization", &token)
    };
    let Checksums { size, md5, sha256 } = Checksums::of(image);
    let declared = json!({ "name": "App", "version": version, "size": size,
        "md5": md5.to_string(), "sha256": sha256.to_string() });
    let path = format!("/api/prototypes/{product}/uploads");
    let begun = call("POST", &path).body(declared.to_string()).send().await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let id = begun.json()["id"].as_str().expect("an id").to_owned();
    let patch = call("PATCH", &format!("/api/uploads/{id}")).header("Upload-Offset", "0");
    let cut = patch.body(&image[..image.len() / 2]).send().await;
    assert_eq!(cut.status, 200, "{}", cut.text());
    let rest = cut.json()["offset"].as_u64().expect("an offset");
    let patch = call("PATCH", &format!("/api/uploads/{id}"));
    let patch = patch.header("Upload-Offset", &rest.to_string());
    patch.body(&image[image.len() / 2..]).send().await
}

fn path(firmware: &Value) -> String {
    let url = firmware["url"].as_str().expect("an address");
    url[url.find("/fw/").expect("a path")..].to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_lies_in_the_bucket_and_devices_get_it_from_the_server() {
    let (folder, store) = (Folder::new(), Store::start().await);
    let product = populate(&folder).await;
    add_user(&folder, "operator").await;
    let image = image();
    let server = start(&folder, &store).await;
    let reply = upload(&server, &product, "2.0", &image).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let firmware = reply.json()["firmware"].clone();
    let key = format!("of/one%20server/{}", firmware["id"].as_str().expect("an id"));
    assert_eq!(store.kept().objects.get(&key), Some(&image));
    assert!(store.kept().parts.is_empty());
    assert!(!folder.join("firmware").exists(), "nothing lies in the folder");

    let fetch = || Request::new(server.http(), "GET", &path(&firmware));
    assert_eq!(fetch().send().await.body, image);
    let part = fetch().header("Range", "bytes=5242879-5242880").send().await;
    assert_eq!((part.status, &part.body[..]), (206, &image[5_242_879..=5_242_880]));

    store.kept().down = true;
    assert_eq!(fetch().send().await.status, 500);
    let refused = upload(&server, &product, "2.1", &image).await;
    assert_eq!(refused.status, 500);
    assert!(!refused.text().contains(SECRET));
    store.kept().down = false;
    assert_eq!(upload(&server, &product, "2.1", &image).await.status, 200, "as if nothing was");
    assert!(store.kept().parts.is_empty());
    server.terminate().await;

    // What is in the bucket outlives the server.
    let server = start(&folder, &store).await;
    let fetched = Request::new(server.http(), "GET", &path(&firmware)).send().await;
    assert_eq!(fetched.body, image);
    server.terminate().await;
    let log = std::fs::read_to_string(folder.join("server.log")).expect("a log");
    assert!(!log.contains(SECRET));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_bucket_is_in_the_log_and_what_is_no_bucket_ends_the_start() {
    let (folder, store) = (Folder::new(), Store::start().await);
    store.kept().down = true;
    let server = start(&folder, &store).await;
    let log = || std::fs::read_to_string(folder.join("server.log")).expect("a log");
    assert!(log().contains("the firmware store cannot be read"), "{}", log());
    server.terminate().await;

    store.kept().down = false;
    let endpoint = format!("http://{}", store.address);
    let stranger = variables(&endpoint, "AKIDOTHER");
    let server = Process::start_with(&folder, &["--firmware-store", PLACE], &stranger).await;
    assert!(log().contains("AccessDenied"), "{}", log());
    assert!(!log().contains(SECRET));
    server.terminate().await;

    for wrong in ["/srv/firmware", "s3://", "s3://a/b//c"] {
        let output = program(&folder, &["serve", "--firmware-store", wrong]).output();
        let output = output.expect("to run");
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(&format!("firmware-store {wrong}")), "{said}");
    }
}
