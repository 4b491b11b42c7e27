use crate::client::Request;
use crate::{Folder, Site};

#[tokio::test(flavor = "multi_thread")]
async fn the_consoles_files_come_with_types_tags_and_a_policy() {
    let files = Folder::new();
    let write = |name: &str, text: &str| std::fs::write(files.join(name), text);
    write("index.html", "<!doctype html>page").expect("a file");
    write("app-0123456789abcdef_bg.wasm", "plain").expect("a file");
    write("app-0123456789abcdef_bg.wasm.br", "packed").expect("a file");
    write("long.css", &"a{top:0}\n".repeat(1000)).expect("a file");
    let folder = files.to_path_buf();
    let site = Site::with(|config| config.console = Some(folder)).await;
    let get = |path: &str| Request::new(site.http(), "GET", path);

    for path in ["/", "/devices/Dsre1qRQ", "/index.html"] {
        let page = get(path).send().await;
        assert_eq!((page.status, page.text()), (200, "<!doctype html>page"), "{path}");
        assert_eq!(page.header("Content-Type"), Some("text/html; charset=utf-8"));
        assert_eq!(page.header("Cache-Control"), Some("no-cache"));
        let policy = page.header("Content-Security-Policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"));
        assert_eq!(page.header("X-Content-Type-Options"), Some("nosniff"));
    }
    let wasm = "/app-0123456789abcdef_bg.wasm";
    let plain = get(wasm).send().await;
    assert_eq!((plain.text(), plain.header("Content-Encoding")), ("plain", None));
    assert_eq!(plain.header("Content-Type"), Some("application/wasm"));
    assert!(plain.header("Cache-Control").is_some_and(|it| it.contains("immutable")));
    let packed = get(wasm).header("Accept-Encoding", "gzip, br").send().await;
    assert_eq!((packed.text(), packed.header("Content-Encoding")), ("packed", Some("br")));
    assert_eq!(packed.header("Content-Type"), Some("application/wasm"));

    let long = get("/long.css").header("Accept-Encoding", "gzip, deflate").send().await;
    assert_eq!(long.header("Content-Encoding"), Some("gzip"));
    assert!(long.body.len() < 200 && long.body.starts_with(&[0x1f, 0x8b]));
    let length = long.body.len().to_string();
    assert_eq!(long.header("Content-Length"), Some(length.as_str()));
    let again = get("/long.css").send().await;
    assert_eq!((again.body.len(), again.header("Content-Encoding")), (9000, None));
    assert_ne!(again.header("Etag"), long.header("Etag"));

    let etag = plain.header("Etag").expect("a tag");
    assert_eq!(get(wasm).header("If-None-Match", etag).send().await.status, 304);
    for path in ["/missing.js", "/../Cargo.toml", "/%2e%2e/Cargo.toml"] {
        assert_eq!(get(path).send().await.status, 404, "{path}");
    }
    assert_eq!(get("/api/nothing").send().await.status, 404);
    assert_eq!(get("/mcs/v3/nothing").send().await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_can_be_asked_for() {
    let site = Site::start().await;
    site.device("POST", "/datapoints.csv").body("count,,1\nnope,,1").send().await;
    let reply = Request::new(site.http(), "GET", "/healthz").send().await;
    assert_eq!((reply.status, reply.text()), (200, "ok"));
    let reply = Request::new(site.http(), "GET", "/metrics").send().await;
    for line in ["mcs_points_total 1", "mcs_refused_points_total 1", "mcs_devices 1"] {
        assert!(reply.text().lines().any(|it| it == line), "{line}: {}", reply.text());
    }
}
