use mcs_digest::Checksums;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Reply, Request};
use crate::mqtt::{Client, topic};
use crate::process::Process;
use crate::{Folder, ID, KEY, Site, add_user, populate, soon};

/// Larger than what a socket takes at once.
fn image() -> Vec<u8> {
    (0..3_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect()
}

impl Site {
    async fn upload(&self, token: &str, query: &str, image: &[u8]) -> Reply {
        let path = format!("/api/prototypes/{}/firmwares?{query}", self.product);
        self.api(token, "POST", &path).body(image).send().await
    }

    async fn push(&self, token: &str, firmware: &Value) -> Value {
        let body = json!({ "firmware": firmware["id"], "devices": [ID] }).to_string();
        let reply = self.api(token, "POST", "/api/rollouts").body(body).send().await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        self.listed(token).await["push"].clone()
    }

    fn download(&self, method: &str, url: &str) -> Request {
        let path = url.strip_prefix(&format!("http://{}", self.http())).expect("our address");
        Request::new(self.http(), method, path)
    }

    fn stored_files(&self) -> usize {
        std::fs::read_dir(self.folder.join("firmware")).expect("a folder").count()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_goes_from_the_operator_to_the_report_of_the_device() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let image = image();
    let sums = Checksums::of(&image);
    let reply = site.upload(&token, "name=App&version=2.0&note=new", &image).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let firmware = reply.json();
    assert_eq!(firmware["md5"], sums.md5.to_string());
    assert_eq!(firmware["sha256"], sums.sha256.to_string());
    assert_eq!(firmware["size"], 3_000_000);
    let path = format!("/api/prototypes/{}/firmwares", site.product);
    assert_eq!(site.api(&token, "GET", &path).send().await.json(), json!([firmware]));
    let url = firmware["url"].as_str().expect("an address");
    assert_eq!(site.download("GET", url).send().await.body, image);

    // Nobody is there: it waits.
    let status = site.push(&token, &firmware).await;
    assert_eq!((&status["state"], &status["version"]), (&json!("QUEUED"), &json!("2.0")));

    let mut board = TcpStream::connect(site.server.addrs().command).await.expect("a connection");
    board.write_all(format!("{ID},{KEY},0\n").as_bytes()).await.expect("to send");
    let mut heard = String::new();
    while !heard.contains("/fw/") {
        let mut bytes = [0; 1024];
        let n = soon("the notice", board.read(&mut bytes)).await.expect("bytes");
        heard.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    let notice = heard.replace(&format!("{ID},{KEY},0"), "");
    let fields: Vec<_> = notice.split(',').collect();
    assert_eq!(fields[..2], [ID, KEY]);
    assert_eq!(fields[3..6], ["FOTA", "2.0", &sums.md5.to_string()]);
    let of_the_push = fields[6].split(ID).next().expect("an address").to_owned();
    let state = |it: &Value| it["push"]["state"].as_str().unwrap_or_default().to_owned();
    site.listed_when(&token, |it| state(it) == "INITIATED").await;

    assert_eq!(site.download("HEAD", &of_the_push).send().await.status, 200);
    assert_eq!(state(&site.listed(&token).await), "INITIATED");
    let reply = site.download("GET", &of_the_push).send().await;
    assert_eq!(reply.header("Content-Length"), Some("3000000"));
    assert_eq!(reply.body, image);
    site.listed_when(&token, |it| state(it) == "DOWNLOADED").await;

    let reply = site.device("PUT", "/firmwares").body(r#"{"version":"2.0"}"#).send().await;
    assert_eq!((reply.status, &reply.json()["fwId"]), (200, &firmware["id"]));
    let device = site.listed(&token).await;
    assert_eq!(
        (&device["push"]["state"], &device["firmwareVersion"]),
        (&json!("CONFIRMING"), &json!("2.0"))
    );

    let status = site.push(&token, &firmware).await;
    assert_eq!(status["state"], "ALREADY_INSTALLED");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_waits_for_the_subscription_of_a_device_and_is_not_retained() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let firmware = site.upload(&token, "name=App&version=2.0", b"image").await.json();
    let mut board = Client::device(&site, "board").await;
    // It is here, but has not asked for notices.
    board.publish(&topic("count"), "1").await;
    assert_eq!(site.push(&token, &firmware).await["state"], "QUEUED");
    board.subscribe(&topic("+")).await;
    let (to, notice) = board.message().await;
    assert_eq!(to, topic("FOTA"));
    let notice: Vec<_> = notice.splitn(5, ',').collect();
    let md5 = firmware["md5"].as_str().expect("a sum");
    assert_eq!((notice[0].len(), &notice[1..4]), (13, &["FOTA", "2.0", md5][..]));
    assert_eq!(site.download("GET", notice[4]).send().await.body, b"image");
    site.listed_when(&token, |it| it["push"]["state"] == "DOWNLOADED").await;

    // A newer push takes its place, and the old address leads nowhere.
    let newer = site.upload(&token, "name=App&version=2.1", b"newer").await.json();
    assert_eq!(site.push(&token, &newer).await["state"], "INITIATED");
    assert!(board.message().await.1.contains(",FOTA,2.1,"));
    assert_eq!(site.download("GET", notice[4]).send().await.status, 404);

    let mut other = Client::device(&site, "other").await;
    other.subscribe(&topic("+")).await;
    other.publish(&topic("count"), "1432538716989,count,2").await;
    assert_eq!(other.message().await.1, "1432538716989,count,2");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_what_was_declared_is_refused_and_nothing_stays() {
    let site = Site::with(|config| config.max_firmware = 1000).await;
    let token = site.sign_in("operator").await;
    let sums = Checksums::of(b"image");
    for (query, status, code) in [
        ("name=A&version=1&md5=d41d8cd98f00b204e9800998ecf8427e", 422, "hash-mismatch"),
        (&format!("name=A&version=1&sha256={}", "0".repeat(64)), 422, "hash-mismatch"),
        ("name=A&version=1&size=6", 422, "size-mismatch"),
        ("name=A&version=1&md5=nothex", 400, "malformed"),
        ("name=A&version=a%2Cb", 400, "malformed"),
        ("name=&version=1", 400, "malformed"),
    ] {
        let reply = site.upload(&token, query, b"image").await;
        assert_eq!((reply.status, &reply.json()["code"]), (status, &json!(code)), "{query}");
    }
    let reply = site.upload(&token, "name=A&version=1", b"").await;
    assert_eq!((reply.status, &reply.json()["code"]), (422, &json!("empty")));
    let reply = site.upload(&token, "name=A&version=1", &[0; 1001]).await;
    assert_eq!((reply.status, &reply.json()["code"]), (413, &json!("too-large")));
    let path = format!("/api/prototypes/{}/firmwares?name=A&version=1", site.product);
    let chunked = site.api(&token, "POST", &path).header("Transfer-Encoding", "chunked");
    let mut bytes = chunked.bytes();
    for _ in 0..3 {
        bytes.extend_from_slice(format!("190\r\n{}\r\n", "x".repeat(400)).as_bytes());
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    let mut stream = TcpStream::connect(site.http()).await.expect("a connection");
    stream.write_all(&bytes).await.expect("to send");
    assert_eq!(Reply::read(&mut stream, false).await.status, 413);
    assert_eq!(site.stored_files(), 0);

    let query = format!("name=A&version=1&size=5&md5={}&sha256={}", sums.md5, sums.sha256);
    assert_eq!(site.upload(&token, &query, b"image").await.status, 201);
    let reply = site.upload(&token, "name=B&version=1", b"other").await;
    assert_eq!((reply.status, &reply.json()["code"]), (409, &json!("version-exists")));
    assert_eq!(site.stored_files(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_a_file_can_be_asked_for() {
    let site = Site::start().await;
    let token = site.sign_in("admin").await;
    let firmware = site.upload(&token, "name=A&version=1", b"0123456789").await.json();
    let url = firmware["url"].as_str().expect("an address");
    for (range, status, body) in [
        ("bytes=2-4", 206, "234"),
        ("bytes=7-", 206, "789"),
        ("bytes=-2", 206, "89"),
        ("bytes=8-100", 206, "89"),
        ("bytes=1-2,4-5", 200, "0123456789"),
        ("bytes=10-", 416, ""),
        ("lines=1-2", 200, "0123456789"),
    ] {
        let reply = site.download("GET", url).header("Range", range).send().await;
        assert_eq!((reply.status, reply.text()), (status, body), "{range}");
    }
    let reply = site.download("GET", url).send().await;
    let etag = reply.header("Etag").expect("a tag").to_owned();
    assert_eq!(site.download("GET", url).header("If-None-Match", &etag).send().await.status, 304);
    let elsewhere = format!("http://{}/fw/0000000000000000", site.http());
    assert_eq!(site.download("GET", &elsewhere).send().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_is_named_twice_gets_one_notice_and_a_repeated_one_another_address() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let firmware = site.upload(&token, "name=App&version=2.0", b"image").await.json();
    let mut board = Client::device(&site, "board").await;
    board.subscribe(&topic("+")).await;
    let body = json!({ "firmware": firmware["id"], "devices": [ID, ID] }).to_string();
    let reply = site.api(&token, "POST", "/api/rollouts").body(body).send().await.json();
    assert_eq!(reply["devices"].as_array().map(Vec::len), Some(1));
    let (_, first) = board.message().await;
    board.publish(&topic("count"), "1432538716989,count,2").await;
    assert_eq!(board.message().await.0, topic("count"));

    assert_eq!(site.push(&token, &firmware).await["state"], "INITIATED");
    let (_, second) = board.message().await;
    let url = |notice: &str| notice.rsplit(',').next().map(str::to_owned);
    assert_ne!(url(&first), url(&second));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_counts_when_the_whole_file_went_out_however_many_parts_it_took() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let firmware = site.upload(&token, "name=App&version=2.0", b"0123456789").await.json();
    let mut board = Client::device(&site, "board").await;
    board.subscribe(&topic("+")).await;
    site.push(&token, &firmware).await;
    let notice = board.message().await.1;
    let url = notice.rsplit(',').next().expect("an address");
    for (range, state) in [
        ("bytes=-1", "DOWNLOADING"),
        ("bytes=0-3", "DOWNLOADING"),
        ("bytes=7-9", "DOWNLOADING"),
        ("bytes=4-6", "DOWNLOADING"),
        ("bytes=7-9", "DOWNLOADED"),
    ] {
        site.download("GET", url).header("Range", range).send().await;
        assert_eq!(site.listed(&token).await["push"]["state"], state, "{range}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_that_waits_says_whether_the_device_is_away_or_does_not_listen() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let firmware = site.upload(&token, "name=App&version=2.0", b"image").await.json();
    let away = site.push(&token, &firmware).await;
    assert_eq!(
        (&away["state"], &away["detail"]),
        (&json!("QUEUED"), &json!("the device is not here"))
    );
    let mut board = Client::device(&site, "board").await;
    board.subscribe(&topic("count")).await;
    board.subscribe(&topic("FOTA")).await;
    board.subscribe(&topic("+")).await;
    board.unsubscribe(&topic("FOTA")).await;
    let heard = site.push(&token, &firmware).await;
    assert_eq!(heard["state"], "INITIATED");
    board.unsubscribe(&topic("+")).await;
    let deaf = site.push(&token, &firmware).await;
    assert_eq!(away["reason"], json!({ "notSent": "away" }));
    assert_eq!(deaf["reason"], json!({ "notSent": "deaf" }));
    let detail = "the device is here, but does not listen for firmware notices";
    assert_eq!((&deaf["state"], &deaf["detail"]), (&json!("QUEUED"), &json!(detail)));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_nobody_knows_go_when_the_server_starts() {
    let folder = Folder::new();
    let product = populate(&folder).await;
    add_user(&folder, "operator").await;
    let server = Process::start(&folder, &[]).await;
    let token = server.token("operator", "secret").await;
    let path = format!("/api/prototypes/{product}/firmwares?name=A&version=1");
    let upload = Request::new(server.http(), "POST", &path).header("Authorization", &token);
    let known = upload.body(b"image").send().await.json()["id"].clone();
    server.end("-KILL").await;

    let files = folder.join("firmware");
    // An upload that was cut, a file whose row was not written, and one that is not ours.
    for name in ["F0123456789a#1", "F0123456789a", "notes.txt"] {
        std::fs::write(files.join(name), b"x").expect("to write");
    }
    let server = Process::start(&folder, &[]).await;
    let mut left: Vec<_> = std::fs::read_dir(&files)
        .expect("a folder")
        .map(|it| it.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    left.sort();
    assert_eq!(left, [known.as_str().expect("an id"), "notes.txt"]);
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_can_list_its_firmwares_and_report_what_nobody_uploaded() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let firmware = site.upload(&token, "name=App&version=2.0", b"image").await.json();
    let list = site.device("GET", "/firmwares/available?url=true").send().await.json();
    assert_eq!(list["results"][0]["fwid"], firmware["id"]);
    assert_eq!(list["results"][0]["URL"], firmware["url"]);
    let path = format!("/firmwares/{}/url", firmware["id"].as_str().expect("an id"));
    let reply = site.device("GET", &path).send().await.json();
    assert_eq!(reply["url"], firmware["url"]);
    let reply = site.device("PUT", "/firmwares").body(r#"{"version":"0.9"}"#).send().await;
    assert_eq!(reply.status, 404);
    assert_eq!(site.listed(&token).await["firmwareVersion"], "0.9");
    assert_eq!(site.device("PUT", "/firmwares").body("{}").send().await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_may_neither_upload_nor_push() {
    let site = Site::start().await;
    let token = site.sign_in("viewer").await;
    assert_eq!(site.upload(&token, "name=A&version=1", b"image").await.status, 403);
    assert_eq!(site.stored_files(), 0);
    let operator = site.sign_in("operator").await;
    let firmware = site.upload(&operator, "name=A&version=1", b"image").await.json();
    let body = json!({ "firmware": firmware["id"], "devices": [ID] }).to_string();
    assert_eq!(site.api(&token, "POST", "/api/rollouts").body(body).send().await.status, 403);
    assert_eq!(site.listed(&token).await["push"], json!(null));
}

/// CONTRACT §5.1, §5.3: limited to a list of firmwares, a firmware is for devices that run one of
/// them; a device that never reported gets only what is for all.
#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_that_is_limited_reaches_only_devices_that_run_a_listed_one() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let first = site.upload(&token, "name=A&version=1.0", b"one").await.json();
    let second = site.upload(&token, "name=A&version=2.0&compatible=1.0", b"two").await;
    assert_eq!(second.status, 201, "{}", second.text());
    let second = second.json();
    assert_eq!(second["compatible"], json!([first["id"]]));
    assert_eq!(first["compatible"], json!(null));
    let id = |it: &Value| it["id"].as_str().expect("an id").to_owned();
    let list = format!("name=A&version=3.0&compatible={},1.0", id(&second));
    let third = site.upload(&token, &list, b"three").await.json();
    let available = async |rest: &str| {
        let list = site.device("GET", &format!("/firmwares/available{rest}")).send().await.json();
        let list = list["results"].as_array().expect("a list").iter();
        let mut versions: Vec<_> =
            list.map(|it| it["version"].as_str().expect("a text").to_owned()).collect();
        versions.sort();
        versions.join(" ")
    };
    let url = async |firmware: &Value| {
        let path = format!("/firmwares/{}/url", id(firmware));
        site.device("GET", &path).send().await.status
    };
    assert_eq!(available("").await, "1.0");
    assert_eq!((url(&first).await, url(&second).await), (200, 404));
    let push = site.push(&token, &second).await;
    assert_eq!(push["state"], "REJECTED");
    assert_eq!(push["detail"], "the device does not run one of the firmwares that this one is for");

    site.device("PUT", "/firmwares").body(r#"{"version":"1.0"}"#).send().await;
    assert_eq!(available("").await, "1.0 2.0 3.0");
    assert_eq!(url(&second).await, 200);
    assert_eq!(site.push(&token, &second).await["state"], "QUEUED");
    site.device("PUT", "/firmwares").body(r#"{"version":"2.0"}"#).send().await;
    assert_eq!(available("?url=true").await, "1.0 3.0");
    assert_eq!(available("/1.0").await, "1.0 2.0 3.0");
    assert_eq!(available(&format!("/{}", id(&third))).await, "1.0");
    assert_eq!(available("/never").await, "1.0");
    // A version that nobody uploaded is none of the listed.
    site.device("PUT", "/firmwares").body(r#"{"version":"0.1"}"#).send().await;
    assert_eq!(available("").await, "1.0");

    let reply = site.upload(&token, "name=A&version=4.0&compatible=9.9", b"four").await;
    assert_eq!((reply.status, &reply.json()["code"]), (400, &json!("malformed")));
    for all in ["", "all", "All"] {
        let query = format!("name=A&version=4.0{all}&compatible={all}");
        assert_eq!(site.upload(&token, &query, b"four").await.json()["compatible"], json!(null));
    }
}

/// CONTRACT §5.3, the old owner calls: what is said about a version whose file is here.
#[tokio::test(flavor = "multi_thread")]
async fn an_owner_describes_a_firmware_whose_file_is_here() {
    let site = Site::start().await;
    let token = site.sign_in("operator").await;
    let first = site.upload(&token, "name=A&version=1.0", b"one").await.json();
    let second = site.upload(&token, "name=A&version=2.0", b"two").await.json();
    let path = format!("/products/{}/firmware", site.product);
    let describe =
        async |body: Value| site.v2(&token, "POST", &path).body(body.to_string()).send().await;
    let body = json!({ "version": "2.0", "name": "App", "description": "faster", "url": "http://x",
        "candidatefwId": [first["id"]], "defaultprodfw": true, "checksum": second["md5"] });
    let reply = describe(body).await;
    assert_eq!((reply.status, &reply.json()["fwId"]), (200, &second["id"]), "{}", reply.text());
    let list = site.v2(&token, "GET", &path).send().await.json();
    let entry =
        &list["results"].as_array().expect("a list").iter().find(|it| it["version"] == "2.0");
    let entry = entry.expect("the firmware");
    assert_eq!((&entry["name"], &entry["description"]), (&json!("App"), &json!("faster")));
    assert_eq!(entry["candidatefwId"], json!([first["id"]]));
    assert_eq!((&entry["checksum"], &entry["url"]), (&second["md5"], &second["url"]));
    for (body, status) in [
        (json!({ "version": "3.0" }), 404),
        (json!({ "name": "x" }), 400),
        (json!({ "version": "2.0", "checksum": "0".repeat(32) }), 400),
        (json!({ "version": "2.0", "candidatefwId": ["Fnobody"] }), 400),
        (json!({ "version": "2.0", "candidatefwId": [second["id"]] }), 400),
        (json!({ "version": "2.0", "name": "x".repeat(201) }), 400),
        (json!("2.0"), 400),
    ] {
        assert_eq!(describe(body.clone()).await.status, status, "{body}");
    }
    let viewer = site.token("viewer").await;
    assert_eq!(site.v2(&viewer, "GET", &path).send().await.status, 200);
    assert_eq!(site.v2(&viewer, "POST", &path).body("{}").send().await.status, 403);
}
