//! The main job: a device reports, the console shows and controls it, a firmware is verified and
//! pushed; and the server goes away and comes back.

use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use mcs_digest::{Checksums, Digest};
use mcs_time::SplitMix64;

use crate::browser::Browser;
use crate::output;
use crate::process::{Server, until};

const NAME: &str = "journey";
const MQTT: &str = "DemoMqtt";
const MQTT_KEY: &str = "demoMqttKey00001";
const COMMAND: &str = "DemoTcp1";
const VERSION: &str = "2.0.1";

#[tokio::test(flavor = "multi_thread")]
async fn a_device_is_watched_controlled_and_updated_and_survives_a_dead_server() -> Result<()> {
    let mut server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &mut server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &mut Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    sign_in(browser).await.context("signing in")?;
    see_devices(browser).await.context("the device list")?;
    for device in [MQTT, COMMAND] {
        control(browser, device).await.with_context(|| format!("controlling {device}"))?;
    }
    let points = chart(browser).await.context("the chart")?;
    update(browser).await.context("the firmware page")?;
    lose_the_server(browser, server, points).await.context("the server's death")?;
    browser.clean().await
}

async fn sign_in(browser: &Browser) -> Result<()> {
    browser.see("login").await?;
    browser.pictures("sign-in").await?;
    browser.fill("login-name", "demo").await?;
    browser.fill("login-password", "wrong").await?;
    browser.click("login-submit").await?;
    browser.see("login-error").await?;
    browser.sign_in().await
}

async fn see_devices(browser: &Browser) -> Result<()> {
    for (device, transport) in [(MQTT, "MQTT"), (COMMAND, "Command Server")] {
        browser.see(&format!("device-row-{device}")).await?;
        browser.expect(&format!("online-{device}"), "data-online", "yes").await?;
        let shown = browser.text(&format!("transport-{device}")).await?;
        ensure!(shown == transport, "{device} is said to be connected by {shown:?}");
    }
    browser.expect("link-state", "data-state", "connected").await?;
    browser.pictures("devices").await
}

async fn control(browser: &Browser, device: &str) -> Result<()> {
    browser.open_device(device).await?;
    browser.is_live("temperature").await?;
    for (channel, kind, direction) in [
        ("switch_control", "switch", "controller"),
        ("led", "switch", "display"),
        ("target", "integer", "controller"),
        ("count", "integer", "display"),
        ("setpoint", "float", "controller"),
        ("temperature", "float", "display"),
        ("message", "string", "controller"),
        ("status", "string", "display"),
        ("mode", "category", "controller"),
        ("mode_now", "category", "display"),
        ("gpio_out", "gpio", "controller"),
        ("gpio_in", "gpio", "display"),
        ("pwm_out", "pwm", "controller"),
        ("pwm_in", "pwm", "display"),
    ] {
        let card = format!("card-{channel}");
        browser.expect(&card, "data-kind", kind).await?;
        browser.expect(&card, "data-direction", direction).await?;
    }
    browser.switch_on("switch_control").await?;
    browser.expect("value-led", "data-value", "1").await?;
    browser.send_value("target", "42").await?;
    browser.send_value("setpoint", "-7.5").await?;
    browser.send_value("message", "one, two").await?;
    browser.expect("value-status", "data-value", "one, two").await?;
    browser.choose("input-mode", "high").await?;
    browser.click("send-mode").await?;
    browser.confirmed("mode", "high").await?;
    browser.expect("value-mode_now", "data-value", "high").await?;
    browser.fill("input-pwm_out", "500").await?;
    browser.fill("input-pwm_out-period", "20").await?;
    browser.click("send-pwm_out").await?;
    browser.confirmed("pwm_out", "500,20").await?;
    browser.expect("value-pwm_in", "data-value", "500,20").await?;
    browser.switch_on("gpio_out").await
}

/// Gives how many points the chart has of what was before the page was loaded.
async fn chart(browser: &Browser) -> Result<f64> {
    browser.open_device(MQTT).await?;
    browser.chart("temperature", 10.0).await?;
    browser.reload().await?;
    // One point a second: so many can only come from history.
    let points = browser.chart("temperature", 10.0).await?;
    browser.click("chart-window-temperature-1m").await?;
    browser.pictures("device").await?;
    browser.picture("console").await?;
    Ok(points)
}

async fn update(browser: &Browser) -> Result<()> {
    let (path, checksums) = firmware("demo-2.0.1.bin", 3 << 20)?;
    let (md5, sha256) = (checksums.md5.to_string(), checksums.sha256.to_string());
    browser.click("nav-firmware").await?;

    // Long enough to be called back while it is hashed.
    let long = output().join(NAME).join("long.bin");
    File::create(&long)?.set_len(400 << 20)?;
    browser.send("firmware-file", &long.display().to_string()).await?;
    browser.see("hash-progress").await?;
    browser.click("job-cancel").await?;
    browser.expect("job", "data-stage", "empty").await?;
    fs::remove_file(&long)?;

    browser.send("firmware-file", &path.display().to_string()).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    ensure!(browser.text("md5").await? == md5, "the MD5 is wrong");
    ensure!(browser.text("sha256").await? == sha256, "the SHA-256 is wrong");

    browser.fill("firmware-name", "Demo").await?;
    browser.fill("firmware-version", VERSION).await?;
    browser.fill("expected-md5", &md5.replace(|it: char| it.is_ascii_digit(), "f")).await?;
    browser.expect("expected-verdict", "data-verdict", "mismatch").await?;
    let why = browser.text("upload-why").await?;
    ensure!(!why.is_empty(), "nothing says why a wrong MD5 stops the upload");
    ensure!(browser.attribute("upload", "disabled").await?.is_some(), "a wrong MD5 passes");
    browser.fill("expected-md5", &md5.to_uppercase()).await?;
    browser.expect("expected-verdict", "data-verdict", "match").await?;
    browser.pictures("firmware").await?;

    browser.click("upload").await?;
    browser.expect("job", "data-stage", "uploaded").await?;
    let id = until("the firmware is listed", async || {
        let script = format!(
            "return document.querySelector('[data-testid^=\"firmware-row-\"][data-version=\"{VERSION}\"]')\
             ?.dataset.testid.slice('firmware-row-'.length);"
        );
        Ok(browser.script(&script).await?.as_str().map(str::to_owned))
    });
    let id = id.await?;
    browser.expect(&format!("verified-{id}"), "data-state", "verified").await?;

    browser.click(&format!("choose-{id}")).await?;
    browser.click("push-all").await?;
    browser.click("push").await?;
    browser.see("push-dialog").await?;
    browser.click("push-confirm").await?;
    for device in [MQTT, COMMAND] {
        browser.expect(&format!("push-state-{device}"), "data-state", "UPDATED").await?;
        let version = browser.text(&format!("push-version-{device}")).await?;
        ensure!(version.contains(VERSION), "{device} is said to run {version:?}");
    }
    browser.pictures("firmware-updated").await
}

async fn lose_the_server(browser: &Browser, server: &mut Server, points: f64) -> Result<()> {
    browser.open_device(MQTT).await?;
    browser.chart("temperature", points).await?;
    server.kill().await?;
    browser.see("banner").await?;
    browser.expect("link-state", "data-state", "waiting").await?;
    browser.picture("server-away").await?;

    server.start_again().await?;
    server.upload(MQTT, MQTT_KEY, "message,,while you were away").await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.miss("banner").await?;
    browser.expect("value-message", "data-value", "while you were away").await?;
    browser.is_live("temperature").await?;

    // Loaded anew, the page has nothing but what the server kept.
    browser.reload().await?;
    browser.chart("temperature", points).await?;
    browser.click("nav-firmware").await?;
    browser.expect(&format!("push-state-{MQTT}"), "data-state", "UPDATED").await
}

/// A file of pseudo-random bytes, and its hashes.
fn firmware(name: &str, size: usize) -> Result<(PathBuf, Checksums)> {
    let mut random = SplitMix64::new(2);
    let bytes: Vec<u8> =
        std::iter::repeat_with(|| random.next_u64().to_le_bytes()).flatten().take(size).collect();
    let mut digest = Digest::new();
    digest.update(&bytes);
    let path = output().join(NAME).join(name);
    fs::write(&path, bytes)?;
    Ok((path, digest.finish()))
}
