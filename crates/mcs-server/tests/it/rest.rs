//! What `/mcs/v2` answers to everybody, and where it is written down (CONTRACT §4, §9.3).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::{ID, KEY, Site, soon};

impl Site {
    /// Sends bytes, and reads to the end of the connection.
    async fn raw(&self, bytes: &str) -> String {
        let mut stream = TcpStream::connect(self.http()).await.expect("a connection");
        stream.write_all(bytes.as_bytes()).await.expect("to send");
        let mut answer = String::new();
        soon("the end", stream.read_to_string(&mut answer)).await.expect("text");
        answer
    }
}

/// CONTRACT §4.2: 404 and 405 in the envelope, as CSV where the path ends so.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_paths_and_methods_are_answered_in_the_envelope() {
    let site = Site::start().await;
    for (method, path, status, message) in [
        ("GET", "/mcs/v2/nothing", 404, "API not found"),
        ("GET", "/mcs/v2", 404, "API not found"),
        ("GET", "/mcs/v2/devices/a/b/c", 404, "API not found"),
        ("GET", "/v2/nothing", 404, "API not found"),
        ("PATCH", "/mcs/v2/devices/a", 405, "Method Not Allowed"),
        ("DELETE", "/mcs/v2/devices/a/datapoints", 405, "Method Not Allowed"),
    ] {
        let reply = Request::new(site.http(), method, path).send().await;
        let body = reply.json();
        assert_eq!((reply.status, &body["message"]), (status, &json!(message)), "{path}");
        assert_eq!((&body["code"], &body["statusCode"]), (&json!(status), &json!(status)));
        assert_eq!(body["apiVersion"], "2.18.3");
        assert!(
            body["errors"][0]["message"].as_str().expect("a text").starts_with(&status.to_string())
        );
        assert_eq!(reply.header("Content-Type"), Some("application/json"));
    }
    let reply = site.device("PUT", "/datapoints.csv").send().await;
    assert_eq!((reply.status, reply.text()), (405, "405,Method Not Allowed"));
    let reply = Request::new(site.http(), "GET", "/mcs/v2/nothing.csv").send().await;
    assert_eq!((reply.status, reply.text()), (404, "404,API not found"));
    let reply = Request::new(site.http(), "DELETE", "/api/devices").send().await;
    assert_eq!((reply.status, &reply.json()["code"]), (405, &json!("wrong-method")));
    for method in ["GET", "PUT"] {
        let reply = Request::new(site.http(), method, "/api/nothing").send().await;
        assert_eq!((reply.status, &reply.json()["code"]), (404, &json!("not-found")));
    }
}

/// CONTRACT §3.1, §4.4, §5.3 show three texts for a wrong key.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_told_in_the_words_of_each_page() {
    let site = Site::start().await;
    let ask = async |rest: &str| site.device_with_key("GET", rest, "0").send().await;
    let reply = ask("/connections").await;
    assert_eq!(reply.status, 401);
    assert_eq!(
        reply.json()["results"],
        json!({ "code": 1002, "description": "You dont have permission" })
    );
    let reply = ask("/datachannels/count/datapoints").await;
    assert_eq!(reply.json()["message"], "You don't have permission!");
    let reply = ask("/datachannels/count/datapoints.csv").await;
    assert_eq!(reply.text(), "401,You don't have permission!");
    let reply = ask("/firmwares/available").await;
    assert_eq!(reply.json()["results"], "you dont have permission!");
}

/// A browser app may call with `deviceKey`; no cookie counts, so every origin may.
#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_may_call_with_the_documented_headers() {
    let site = Site::start().await;
    let preflight = site
        .device("OPTIONS", "/datapoints")
        .header("Origin", "http://app.example")
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", "content-type,devicekey")
        .send()
        .await;
    assert_eq!((preflight.status, &*preflight.body), (204, &b""[..]));
    assert_eq!(preflight.header("Access-Control-Allow-Origin"), Some("*"));
    let headers = preflight.header("Access-Control-Allow-Headers").expect("a list").to_lowercase();
    let methods = preflight.header("Access-Control-Allow-Methods").expect("a list");
    for header in ["authorization", "content-type", "appid", "appsecret", "devicekey"] {
        assert!(headers.contains(header), "{headers}");
    }
    for method in ["GET", "POST", "PUT", "DELETE"] {
        assert!(methods.contains(method), "{methods}");
    }
    let without_key = format!("/mcs/v2/devices/{ID}/connections");
    for reply in [
        site.device("GET", "/connections").send().await,
        Request::new(site.http(), "GET", &without_key).send().await,
        Request::new(site.http(), "GET", "/mcs/nothing").send().await,
    ] {
        assert_eq!(reply.header("Access-Control-Allow-Origin"), Some("*"));
        assert_eq!(reply.header("Access-Control-Allow-Credentials"), None);
    }
    let token = site.sign_in("operator").await;
    let reply = site.api(&token, "GET", "/api/devices").header("Origin", "http://a.example").send();
    assert_eq!(reply.await.header("Access-Control-Allow-Origin"), None);
    // The session's cookie opens nothing here.
    let cookie = format!("mcs_session={token}; mcs_session_{}={token}", site.http().port());
    let list = Request::new(site.http(), "GET", "/mcs/v2/devices").header("Cookie", &cookie);
    assert_eq!(list.send().await.status, 401);
}

/// CONTRACT §9.3 rule 8, §9.1 rows 16 and 26.
#[tokio::test(flavor = "multi_thread")]
async fn requests_of_old_programs_are_understood_byte_by_byte() {
    let site = Site::start().await;
    let body = "count,,1";
    let length = body.len();
    for (what, request) in [
        (
            "HTTP/1.0 without a host",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.0\r\ndeviceKey:{KEY}\r\n\
             Content-Length: {length}\r\n\r\n{body}"
            ),
        ),
        (
            "the old base and two slashes",
            format!(
                "POST //v2//devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\nDEVICEKEY: {KEY}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            ),
        ),
        (
            "a quoted host and type",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: 'api.mediatek.com:80'\r\n\
             deviceKey: {KEY}\r\nContent-Type: 'text/csv'\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
            ),
        ),
        (
            "no host at all",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\ndeviceKey: {KEY}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            ),
        ),
        (
            "a line end behind the body",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\ndeviceKey: {KEY}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}\r\n"
            ),
        ),
        (
            "two line ends behind the body",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\ndeviceKey: {KEY}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}\r\n\r\n"
            ),
        ),
        (
            "more than the body",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\ndeviceKey: {KEY}\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}\r\nand then some"
            ),
        ),
        (
            "an offer to unpack",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\ndeviceKey: {KEY}\r\n\
             Accept-Encoding: gzip, deflate, br\r\nTE: chunked\r\nContent-Length: {length}\r\n\
             Connection: close\r\n\r\n{body}"
            ),
        ),
        (
            "a body in chunks",
            format!(
                "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\ndeviceKey: {KEY}\r\n\
             Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{length:x}\r\n{body}\r\n0\r\n\r\n"
            ),
        ),
    ] {
        let answer = site.raw(&request).await;
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
        assert!(head.split(' ').nth(1) == Some("200"), "{what}: {answer}");
        // The Arduino library looks for exactly this (CONTRACT §0.2 fact 6).
        assert!(head.contains("\r\nContent-Length: 8"), "{what}: {head}");
        assert!(head.contains("\r\nContent-Type: text/html"), "{what}: {head}");
        for word in ["transfer-encoding", "content-encoding"] {
            assert!(!head.to_lowercase().contains(word), "{what}: {head}");
        }
        assert_eq!(body, "Success.", "{what}");
    }
}

/// CONTRACT §9.3 rule 8: bytes behind the body, on a connection that goes on.
#[tokio::test(flavor = "multi_thread")]
async fn line_ends_behind_bodies_do_not_spoil_a_connection_that_goes_on() {
    let site = Site::start().await;
    let request = |tail: &str| {
        format!(
            "POST /mcs/v2/devices/{ID}/datapoints.csv HTTP/1.1\r\nHost: a\r\n\
                 deviceKey: {KEY}\r\nContent-Length: 8\r\n\r\ncount,,1{tail}"
        )
    };
    let all = ["\r\n", "\r\n\r\n", "\n", ""].map(request).concat();
    let last = format!(
        "GET /mcs/v2/devices/{ID}/connections.csv HTTP/1.1\r\nHost: a\r\n\
                        deviceKey: {KEY}\r\nConnection: close\r\n\r\n"
    );
    let answer = site.raw(&format!("{all}{last}")).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 5, "{answer}");
    assert_eq!(answer.matches("Success.").count(), 4, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn head_has_the_head_of_get_and_no_body() {
    let site = Site::start().await;
    let get = site.device("GET", "/connections.csv").send().await;
    let head = site.device("HEAD", "/connections.csv").send().await;
    assert_eq!((head.status, &*head.body), (200, &b""[..]));
    assert_eq!(head.header("Content-Length"), get.header("Content-Length"));
    assert!(get.header("Content-Length").is_some());
}

/// Whatever the router answers is in the document: the router is made of the same list, and no
/// other route below these paths is written down.
#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_holds_every_call_and_every_call_it_holds_is_there() {
    let site = Site::start().await;
    let reply = Request::new(site.http(), "GET", "/api/openapi.json").send().await;
    assert_eq!(reply.header("Content-Type"), Some("application/json"));
    let document = reply.json();
    assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
    let paths = document["paths"].as_object().expect("paths");
    let mut seen = BTreeSet::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(seen.insert(id.to_owned()), "{id}: {path}");
            let places = path.matches('{').count();
            let named = operation["parameters"].as_array().into_iter().flatten();
            assert_eq!(named.filter(|it| it["in"] == "path").count(), places, "{path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{path}");
            let tag = &operation["tags"][0];
            let tags = document["tags"].as_array().expect("tags");
            assert!(tags.iter().any(|it| it["name"] == *tag), "{path}: {tag}");
            let real = path.replace(['{', '}'], "");
            let reply = Request::new(site.http(), &method.to_uppercase(), &real).send().await;
            let text = String::from_utf8_lossy(&reply.body).into_owned();
            assert_ne!(reply.status, 405, "{method} {path}");
            assert!(!text.contains("API not found") && !text.contains("no such call"), "{path}");
            // What it answers to nobody and to a device that has nothing to say is in the document.
            let of_device =
                Request::new(site.http(), &method.to_uppercase(), &path.replace("{id}", ID));
            let of_device = of_device.header("deviceKey", KEY).body("{}").send().await;
            for status in [reply.status, of_device.status] {
                let told = [status.to_string(), format!("{}XX", status / 100)];
                let told = told.iter().any(|it| operation["responses"].get(it).is_some());
                assert!(told, "{method} {path} answers {status}: {}", operation["responses"]);
            }
        }
    }
    let router = include_str!("../../src/http/mod.rs");
    let routed =
        router.lines().filter_map(|line| line.split_once(".route(\"")?.1.split('"').next());
    let beside: Vec<_> =
        routed.filter(|it| it.starts_with("/api") || it.starts_with("/mcs")).collect();
    assert_eq!(beside, ["/mcs/{*rest}", "/api/{*rest}"]);
    assert!(paths.len() > 30, "{}", paths.len());
}

/// What the document refers to is in it, and what its format requires.
#[tokio::test(flavor = "multi_thread")]
async fn every_reference_of_the_openapi_document_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(to)) = members.get("$ref") {
                    found.insert(to.clone());
                }
                members.values().for_each(|it| references(it, found));
            }
            Value::Array(list) => list.iter().for_each(|it| references(it, found)),
            _ => {}
        }
    }
    let site = Site::start().await;
    let document = Request::new(site.http(), "GET", "/api/openapi.json").send().await.json();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(!found.is_empty());
    for reference in found {
        let path = reference.strip_prefix('#').expect("a place in the document");
        assert!(document.pointer(path).is_some(), "{reference}");
    }
    let schemes = document["components"]["securitySchemes"].as_object().expect("schemes");
    for item in document["paths"].as_object().expect("paths").values() {
        for operation in item.as_object().expect("operations").values() {
            // OpenAPI 3.1 wants a description of every answer.
            for (status, reply) in operation["responses"].as_object().expect("answers") {
                let told = reply.get("$ref").or_else(|| reply.get("description"));
                assert!(told.is_some(), "{status} of {operation}");
            }
            for ways in operation["security"].as_array().into_iter().flatten() {
                for scheme in ways.as_object().expect("schemes").keys() {
                    assert!(schemes.contains_key(scheme), "{scheme}");
                }
            }
        }
    }
}

/// The page works under the console's policy: no script, nothing from elsewhere, no text of a
/// caller as markup.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_for_people_needs_nothing_and_believes_nobody() {
    let site = Site::start().await;
    for path in ["/api/", "/api/docs"] {
        let page = Request::new(site.http(), "GET", path).send().await;
        assert_eq!(page.status, 200);
        assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
        let policy = page.header("Content-Security-Policy").expect("a policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
        for word in ["<script", "style=", "onclick", "src=", "{id}</", "{*rest}"] {
            assert!(!page.text().contains(word) || word == "{id}</", "{word}");
        }
        assert!(page.text().contains("/datapoints.csv"));
        assert!(page.text().contains(&format!("MCS=http://{}/mcs/v2", site.http())));
    }
    let evil = "GET /api/docs HTTP/1.1\r\nHost: a\"><script>alert(1)</script>\r\nConnection: close\r\n\r\n";
    let answer = site.raw(evil).await;
    assert!(!answer.contains("<script") && !answer.contains("alert"), "{answer}");
    let sheet = Request::new(site.http(), "GET", "/api/docs.css").send().await;
    assert_eq!(sheet.header("Content-Type"), Some("text/css; charset=utf-8"));
    assert!(!sheet.text().contains("url(") && !sheet.text().contains("@import"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_is_no_text_is_refused_in_the_envelope() {
    let site = Site::start().await;
    let get = |path: &str| Request::new(site.http(), "GET", path).header("deviceKey", KEY);
    for path in ["/mcs/v2/devices/%ff%fe", "/mcs/v2/devices/D/datachannels/%c3%28/datapoints"] {
        let reply = get(path).send().await;
        assert_eq!((reply.status, &reply.json()["statusCode"]), (400, &json!(400)), "{path}");
    }
    let csv = get("/mcs/v2/devices/%ff/datapoints.csv").send().await;
    assert!(csv.text().starts_with("400,") || csv.text().starts_with("405,"), "{}", csv.text());
    let api = get("/api/devices/%ff/credentials").send().await;
    assert_eq!((api.status, &api.json()["code"]), (400, &json!("malformed")));
    assert_eq!(get("/mcs/v2/devices/%e4%bd%a0").send().await.status, 401, "text, if no device");
}
