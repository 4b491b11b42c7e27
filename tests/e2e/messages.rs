//! Messages: everything that comes and goes, looked at while it does.

use anyhow::{Result, ensure};

use crate::browser::Browser;
use crate::process::Server;

const NAME: &str = "messages";

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_our_server_are_seen_filtered_and_opened() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.open_device("DemoMqtt").await?;
    browser.is_live("temperature").await?;
    browser.switch_on("switch_control").await?;

    browser.click("nav-messages").await?;
    browser.number("message-counts", "data-total", |it| it >= 10.0).await?;
    browser.pictures("messages").await?;

    browser.click("tab-sent").await?;
    browser.number("message-counts", "data-total", |it| it == 1.0).await?;
    browser.click("message-row").await?;
    ensure!(browser.text("payload").await?.ends_with(",switch_control,1"));
    ensure!(browser.text("detail-fate").await?.starts_with("Acknowledged in"));
    browser.pictures("messages-sent").await?;
    browser.click("message-close").await?;

    browser.click("tab-all").await?;
    browser.fill("message-filter", "topic:console/v1/points/+/temperature").await?;
    browser.number("message-counts", "data-total", |it| it >= 2.0).await?;
    browser.fill("message-filter", "/tem(/").await?;
    browser.see("message-filter-error").await?;
    browser.pictures("messages-filter-error").await?;
    browser.fill("message-filter", "nothing has this in it").await?;
    browser.see("messages-none").await?;
    browser.clean().await
}
