//! The brokers that an operator names: several at once, kept over a reload, looked into when they
//! fail, each failure a real one.

use std::fs;
use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;

use crate::browser::Browser;
use crate::process::{Broker, Program, Server, until};
use crate::publisher::Publisher;
use crate::{dist, files, output};

const NAME: &str = "connections";
const DEVICE: &str = "Dfield01";
const KEY: &str = "fieldKey00000001";
const CHANNELS: &str = "temperature, float, display, Temperature, °C, -40..125";

#[tokio::test(flavor = "multi_thread")]
async fn two_brokers_are_live_at_once_and_again_after_a_reload() -> Result<()> {
    let name = "connections-two";
    let (first, second) = (Broker::start(name).await?, Broker::start("connections-second").await?);
    let mut board = Program::board(name, second.mqtt, DEVICE, KEY)?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(name).await?;
    let result = walk(&browser, &first, &second, &format!("http://{site}/")).await;
    browser.finish(result).await?;
    board.kill().await
}

async fn walk(browser: &Browser, first: &Broker, second: &Broker, site: &str) -> Result<()> {
    // A link fills the form and does no more; what is secret in it is dropped.
    let link = format!("{site}#/connections?url=ws://{}/&name=Workshop&password=hunter2", first.ws);
    browser.open(&link).await?;
    browser.see("link-secret").await?;
    let form = browser.script(
        "return document.querySelector('[data-testid=\"conn-password\"]').value + location.href;",
    );
    ensure!(!form.await?.to_string().contains("hunter2"), "the password of the link was taken");
    ensure!(!browser.sees("connection-1").await?, "a link has acted by itself");
    browser.pictures("connections-form").await?;
    browser.click("conn-save").await?;
    browser.expect("connection-state-1", "data-state", "idle").await?;
    browser.click("connection-toggle-1").await?;
    browser.expect("connection-state-1", "data-state", "connected").await?;

    browser.click("conn-add").await?;
    browser.fill("conn-name", "Field").await?;
    browser.fill("conn-host", &format!("ws://{}/", second.ws)).await?;
    browser.fill("conn-port", "0").await?;
    browser.click("conn-connect").await?;
    browser.expect("connection-state-2", "data-state", "connected").await?;
    browser.choose("new-connection", "2").await?;
    browser.fill("new-id", DEVICE).await?;
    browser.fill("new-key", KEY).await?;
    browser.fill("new-name", "Field board").await?;
    browser.fill("new-channels", CHANNELS).await?;
    browser.click("new-add").await?;
    browser.see(&format!("remove-{DEVICE}")).await?;
    browser.pictures("connections-two").await?;
    browser.language("zh-TW").await?;
    browser.pictures("connections-zh-TW").await?;
    browser.language("en").await?;

    mqttx(browser).await?;
    browser.fill("vault-passphrase", "correct horse").await?;
    browser.click("vault-submit").await?;
    browser.expect("vault", "data-state", "open").await?;

    browser.open(site).await?;
    browser.reload().await?;
    browser.click("nav-connections").await?;
    browser.expect("vault", "data-state", "locked").await?;
    browser.fill("vault-passphrase", "battery staple").await?;
    browser.click("vault-submit").await?;
    browser.see("vault-wrong").await?;
    browser.fill("vault-passphrase", "correct horse").await?;
    browser.click("vault-submit").await?;
    browser.expect("vault", "data-state", "open").await?;
    browser.expect("connection-state-1", "data-state", "connected").await?;
    browser.expect("connection-state-2", "data-state", "connected").await?;
    browser.open_device(DEVICE).await?;
    browser.is_live("temperature").await?;
    browser.clean().await
}

/// What MQTTX has exported is looked at, and of it only what was chosen is taken.
async fn mqttx(browser: &Browser) -> Result<()> {
    let file = output().join("connections-two").join("mqttx.json");
    let all = json!([
        {"name": "Bench", "protocol": "ws", "host": "broker.test", "port": 8083, "path": "/mqtt"},
        {"name": "Roof", "protocol": "ws", "host": "roof.test", "port": 9001, "path": "/"},
        {"name": "Plain", "protocol": "mqtt", "host": "broker.test", "port": 1883, "path": ""},
    ]);
    fs::write(&file, all.to_string())?;
    browser.click("transfer").await?;
    browser.send("profiles-file", &file.display().to_string()).await?;
    browser.see("import-preview").await?;
    ensure!(browser.attribute("import-2", "disabled").await?.is_some(), "no browser speaks TCP");
    browser.click("import-1").await?;
    browser.pictures("connections-import").await?;
    browser.click("import-take").await?;
    browser.see("connection-3").await?;
    ensure!(!browser.sees("connection-4").await?, "what was not chosen was taken");
    browser.click("connection-forget-3").await?;
    browser.miss("connection-3").await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_way_to_fail_is_named_and_mended() -> Result<()> {
    let mut server = Secure::start(NAME).await?;
    let strange = strange_listener().await?;
    let closed = TcpListener::bind(("127.0.0.1", 0)).await?.local_addr()?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(NAME).await?;
    let broker = Broker::start_closed(NAME).await?;
    let result =
        fail(&browser, &server, &broker, strange, closed, &format!("http://{site}/")).await;
    browser.finish(result).await?;
    server.program.kill().await
}

async fn fail(
    browser: &Browser,
    server: &Secure,
    broker: &Broker,
    strange: SocketAddr,
    closed: SocketAddr,
    site: &str,
) -> Result<()> {
    browser.open(&format!("{site}#/connections")).await?;
    let cases = [
        (format!("ws://{}/mqtt", closed), "nothing-listens"),
        (format!("ws://{}/wrong", server.http), "wrong-path"),
        (format!("wss://{}/mqtt", server.https), "certificate-or-nothing"),
        (format!("ws://{}/mqtt", server.mqtt), "nothing-listens"),
        (format!("ws://{strange}/mqtt"), "wrong-protocol"),
        (format!("ws://{}/mqtt", site_of(site)), "no-websocket"),
        (format!("wss://{}/mqtt", server.http), "plain-wanted"),
    ];
    let mut number = 0;
    for (url, finding) in cases {
        number += 1;
        if number > 1 {
            browser.click("conn-add").await?;
        }
        browser.fill("conn-host", &url).await?;
        browser.click("conn-connect").await?;
        let doctor = format!("doctor-{number}");
        browser.expect(&doctor, "data-finding", finding).await?;
    }
    browser.pictures("connections-failing").await?;
    // What a click can mend, it does.
    browser.click("doctor-fix-2").await?;
    browser.expect("connection-state-2", "data-state", "connected").await?;
    browser.miss("doctor-2").await?;
    browser.see("doctor-open-3").await?;
    // Our server knows this user by no ticket.
    browser.click("conn-add").await?;
    browser.fill("conn-host", &format!("ws://{}/mqtt", server.http)).await?;
    browser.fill("conn-user", "ann").await?;
    browser.fill("conn-password", "wrong").await?;
    browser.click("conn-connect").await?;
    browser.expect("connection-state-8", "data-state", "stopped").await?;
    // The page of another origin may not read its REST, which is where people sign in.
    browser.expect("doctor-8", "data-finding", "cors").await?;
    browser.see("doctor-open-8").await?;
    // A broker that is none of ours only refuses.
    browser.click("conn-add").await?;
    browser.fill("conn-host", &format!("ws://{}/", broker.ws)).await?;
    browser.fill("conn-user", "ann").await?;
    browser.fill("conn-password", "wrong").await?;
    browser.click("conn-connect").await?;
    browser.expect("connection-state-9", "data-state", "stopped").await?;
    let finding = browser.attribute("doctor-9", "data-finding").await?;
    ensure!(
        matches!(finding.as_deref(), Some("credentials" | "refused")),
        "the doctor says {finding:?} of a wrong password"
    );
    browser.pictures("connections-refused").await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_over_https_is_told_of_mixed_content() -> Result<()> {
    let name = "connections-mixed";
    let mut server = Secure::start(name).await?;
    let browser = Browser::start_trusting(name).await?;
    let result = mixed(&browser, &server).await;
    browser.finish(result).await?;
    server.program.kill().await
}

async fn mixed(browser: &Browser, server: &Secure) -> Result<()> {
    browser.open(&format!("https://{}/", server.https)).await?;
    browser.sign_in().await?;
    browser.click("nav-connections").await?;
    browser.click("conn-add").await?;
    // The form warns of it, and what came from elsewhere may have it all the same.
    let file = output().join("connections-mixed").join("mqttx.json");
    let all = json!([
        {"name": "Plain", "protocol": "ws", "host": "broker.test", "port": 8083, "path": "/mqtt"},
    ]);
    fs::write(&file, all.to_string())?;
    browser.click("transfer").await?;
    browser.send("profiles-file", &file.display().to_string()).await?;
    browser.see("import-preview").await?;
    browser.click("import-take").await?;
    browser.click("connection-toggle-1").await?;
    browser.expect("doctor-1", "data-finding", "mixed-content").await
}

fn site_of(site: &str) -> &str {
    site.trim_start_matches("http://").trim_end_matches('/')
}

/// A server of ours with a certificate that nobody has signed.
struct Secure {
    program: Program,
    http: SocketAddr,
    https: SocketAddr,
    mqtt: SocketAddr,
}

impl Secure {
    async fn start(name: &str) -> Result<Self> {
        let folder = output().join(name);
        fs::create_dir_all(&folder)?;
        let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        fs::write(&cert, made.cert.pem())?;
        fs::write(&key, made.signing_key.serialize_pem())?;
        let (program, ready) = Program::server(name, &cert, &key).await?;
        let address = |name: &str| Server::address(&ready, name);
        Ok(Self {
            http: address("http")?,
            https: address("https")?,
            mqtt: address("mqtt")?,
            program,
        })
    }
}

/// A listener that takes every WebSocket and answers no sub-protocol.
async fn strange_listener() -> Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let answer = get(async |upgrade: WebSocketUpgrade| upgrade.on_upgrade(async |_| ()));
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Ok(address)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_was_hidden_is_still_connected_and_says_how_long() -> Result<()> {
    let name = "connections-hidden";
    let broker = Broker::start(name).await?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(name).await?;
    let result = hide(&browser, &broker, &format!("http://{site}/")).await;
    browser.finish(result).await
}

async fn hide(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    browser.open(&format!("{site}#/connections?url=ws://{}/", broker.ws)).await?;
    browser.click("conn-advanced").await?;
    browser.fill("conn-keep-alive", "2").await?;
    browser.click("conn-connect").await?;
    browser.expect("connection-state-1", "data-state", "connected").await?;
    browser.cdp("Page.setWebLifecycleState", json!({"state": "frozen"})).await?;
    // Longer than the broker waits for a client that is silent: 1.5 times the keep alive.
    tokio::time::sleep(std::time::Duration::from_secs(6)).await;
    browser.cdp("Page.setWebLifecycleState", json!({"state": "active"})).await?;
    browser.expect("connection-state-1", "data-state", "connected").await?;
    let log = fs::read_to_string(output().join("connections-hidden").join("mosquitto.log"))?;
    ensure!(!log.contains("exceeded timeout"), "the broker had lost the console: {log}");
    browser.clean().await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_looked_at_again_says_where_it_has_been() -> Result<()> {
    let name = "connections-away";
    let broker = Broker::start(name).await?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(name).await?;
    let result = absence(&browser, &broker, &format!("http://{site}/")).await;
    browser.finish(result).await
}

/// Another tab is in front for an hour, as far as the page can tell; messages come, and a file of them
/// is written.
async fn absence(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    browser.open(&format!("{site}#/connections?url=ws://{}/", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("connection-state-1", "data-state", "connected").await?;
    browser.click("nav-messages").await?;
    browser.click("offer-#").await?;
    browser.expect("subscription-#", "data-state", "granted").await?;
    browser.number("message-counts", "data-seen", |_| true).await?;
    let mut publisher = Publisher::connect(broker.mqtt).await?;
    let first = publisher.flood(1000, 1).await? as f64;
    browser.number("message-counts", "data-seen", |it| it >= first).await?;
    // The counters move twice a second.
    until("the counter is right", async || {
        let said = browser.text("stat-messages").await?;
        let digits: String = said.chars().filter(char::is_ascii_digit).collect();
        Ok((digits == first.to_string()).then_some(()))
    })
    .await?;
    // The button works in the middle of it: the file is written while nobody looks.
    browser
        .script(&format!("{HIDE} document.querySelector('[data-testid=export-csv]').click();"))
        .await?;
    browser.expect("export-state", "data-state", "done").await.context("a hidden export")?;
    let second = publisher.flood(1000, 2).await? as f64;
    // What was asked for the export's sake may be answered with the first of them; a page that goes on
    // to be painted has them all.
    let seen: f64 =
        browser.attribute("message-counts", "data-seen").await?.unwrap_or_default().parse()?;
    ensure!(seen < first + second / 2.0, "a hidden page was painted: {seen}");
    browser.script(SHOW).await?;
    browser.expect("banner-away", "data-messages", &second.to_string()).await?;
    browser.expect("banner-away", "data-link", "held").await?;
    browser.number("message-counts", "data-seen", |it| it == first + second).await?;
    let said = browser.text("banner-away").await?;
    ensure!(said.contains("1 h"), "how long was it? {said}");
    browser.pictures("away").await?;
    browser.language("zh-TW").await?;
    browser.see("banner-away").await?;
    browser.picture("gallery/away-1280-zh-TW").await?;
    browser.language("en").await?;
    browser.click("banner-away-dismiss").await?;
    browser.miss("banner-away").await?;
    browser.clean().await
}

/// As when another tab comes to the front: the page is told, and gets no animation frames.
const HIDE: &str = "for (const [name, value] of [['hidden', true], ['visibilityState', 'hidden']])
        Object.defineProperty(document, name, {get: () => value, configurable: true});
    window.e2eFrame = window.requestAnimationFrame; window.e2eHeld = [];
    window.requestAnimationFrame = it => window.e2eHeld.push(it);
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));";

/// An hour later it comes back.
const SHOW: &str = "delete document.hidden; delete document.visibilityState;
    const now = Date.now; Date.now = () => now() + 3600000;
    window.requestAnimationFrame = window.e2eFrame;
    window.e2eHeld.forEach(it => requestAnimationFrame(it));
    document.dispatchEvent(new Event('visibilitychange', {bubbles: true}));";
