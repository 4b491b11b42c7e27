//! Somebody who may see and do only what is granted, and to whom it is granted and taken back while they look.

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::process::Server;
use crate::tap::Tap;

const NAME: &str = "member";
const DEVICE: &str = "DemoMqtt";
const KEY: &str = "demoMqttKey00001";
const OTHER: &str = "DemoTcp1";
const OTHER_KEY: &str = "demoTcpKey000001";

#[tokio::test(flavor = "multi_thread")]
async fn a_member_sees_and_controls_what_is_granted_and_learns_no_key() -> Result<()> {
    let server = Server::start(NAME).await?;
    let (tap, address) = Tap::start(server.http).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server, &tap, &format!("http://{address}/")).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server, tap: &Tap, site: &str) -> Result<()> {
    let add = ["user", "add", "mia", "--role", "member", "--password-stdin"];
    server.admin(&add, "long enough").await?;
    browser.open(site).await?;
    browser.fill("login-name", "mia").await?;
    browser.fill("login-password", "long enough").await?;
    browser.click("login-submit").await?;
    browser.see("devices-empty").await?;
    let told = browser.text("devices-empty").await?;
    ensure!(told.contains("user grant"), "nobody is told what to ask for: {told:?}");
    browser.expect("link-state", "data-state", "connected").await?;
    browser.pictures("member-empty").await?;

    see(browser, server).await.context("what may be seen")?;
    keyless(browser, tap).await?;
    control(browser, server).await.context("what may be controlled")?;
    keyless(browser, tap).await?;
    look_at_the_key(browser, tap).await.context("the key")?;

    server.admin(&["user", "revoke", "mia", "--device", DEVICE], "").await?;
    browser.see("device-missing").await?;
    browser.click("nav-devices").await?;
    browser.see("devices-empty").await?;
    browser.clean().await
}

async fn see(browser: &Browser, server: &Server) -> Result<()> {
    grant(server, "viewer").await?;
    browser.see(&format!("device-row-{DEVICE}")).await?;
    browser.expect(&format!("online-{DEVICE}"), "data-online", "yes").await?;
    browser.miss(&format!("device-row-{OTHER}")).await?;
    browser.open_device(DEVICE).await?;
    browser.is_live("temperature").await?;
    browser.chart("temperature", 3.0).await?;
    browser.see("device-locked").await?;
    for control in ["input-switch_control", "input-target", "input-mode", "send-message"] {
        let disabled = browser.attribute(control, "disabled").await?;
        ensure!(disabled.is_some(), "{control} can be used by who may only look");
    }
    browser.pictures("member-looks").await?;
    browser.click("tab-details").await?;
    browser.see("device-id").await?;
    browser.miss("toggle-key").await?;
    browser.click("tab-cards").await
}

async fn control(browser: &Browser, server: &Server) -> Result<()> {
    grant(server, "operator").await?;
    browser.miss("device-locked").await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.switch_on("switch_control").await?;
    browser.expect("value-led", "data-value", "1").await?;
    browser.send_value("target", "42").await
}

async fn look_at_the_key(browser: &Browser, tap: &Tap) -> Result<()> {
    browser.click("tab-details").await?;
    browser.miss("device-key").await?;
    browser.click("toggle-key").await?;
    browser.see("copy-device-key").await?;
    ensure!(browser.text("device-key").await? == KEY, "another key is shown");
    ensure!(tap.carried(KEY), "the key did not come by the wire that is looked at");
    browser.pictures("member-key").await?;
    browser.click("toggle-key").await?;
    browser.miss("device-key").await?;
    ensure!(!tap.carried(OTHER_KEY), "a key of another device came");
    Ok(())
}

async fn grant(server: &Server, role: &str) -> Result<()> {
    server.admin(&["user", "grant", "mia", "--device", DEVICE, "--role", role], "").await
}

/// No key is in the page, in what the browser keeps, or in anything that came.
async fn keyless(browser: &Browser, tap: &Tap) -> Result<()> {
    let kept = browser
        .script(
            "return document.documentElement.outerHTML + JSON.stringify(localStorage)
             + JSON.stringify(sessionStorage) + document.cookie;",
        )
        .await?;
    let kept = kept.as_str().unwrap_or_default();
    for key in [KEY, OTHER_KEY] {
        ensure!(!kept.contains(key), "a key is in the page");
        ensure!(!tap.carried(key), "a key came to the browser");
    }
    ensure!(tap.carried("temperature"), "nothing came by the wire that is looked at");
    Ok(())
}
