//! The console alone: files from any web server, a plain broker, and no server of ours.

use anyhow::Result;

use crate::browser::Browser;
use crate::process::{Broker, Program};
use crate::{dist, files};

const NAME: &str = "static-site";
const DEVICE: &str = "Dtyped01";
const KEY: &str = "typedInKey000001";

/// What the operator knows of the board.
const CHANNELS: &str = "switch_control, switch, controller, Switch\n\
    led, switch, display, LED\n\
    target, integer, controller, Target, %, 0..100\n\
    temperature, float, display, Temperature, °C, -40..125";

#[tokio::test(flavor = "multi_thread")]
async fn a_typed_in_device_is_watched_and_controlled_through_a_plain_broker() -> Result<()> {
    let broker = Broker::start(NAME).await?;
    let mut board = Program::board(NAME, broker.mqtt, DEVICE, KEY)?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &broker, &format!("http://{site}/")).await;
    browser.finish(result).await?;
    board.kill().await
}

async fn walk(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    browser.open(site).await?;
    browser.click("nav-connections").await?;
    browser.fill("conn-host", &format!("ws://{}/mqtt", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.fill("new-id", DEVICE).await?;
    browser.fill("new-key", KEY).await?;
    browser.fill("new-name", "Typed in").await?;
    browser.fill("new-channels", CHANNELS).await?;
    browser.click("new-add").await?;
    browser.pictures("connections").await?;
    browser.open_device(DEVICE).await?;
    browser.is_live("temperature").await?;
    browser.click("input-switch_control").await?;
    browser.confirmed("switch_control", "1").await?;
    browser.expect("value-led", "data-value", "1").await?;
    browser.send_value("target", "42").await?;
    browser.chart("temperature", 5.0).await?;
    browser.clean().await
}
