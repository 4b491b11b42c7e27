//! A function: made in the editor, tried, fed by a real device, and seen to fail.

use anyhow::{Result, ensure};

use crate::browser::Browser;
use crate::process::Server;
use crate::publisher::Publisher;
use crate::{dist, files};

const NAME: &str = "function";

#[tokio::test(flavor = "multi_thread")]
async fn a_function_is_made_tried_fed_by_a_device_and_seen_to_fail() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_server_a_function_can_be_written_and_says_where_it_runs() -> Result<()> {
    let site = files::serve(dist()).await?;
    let browser = Browser::start("function-alone").await?;
    let result = alone(&browser, &format!("http://{site}/")).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.make_prototype("Thermometer").await?;
    browser.add_channel("Float", "temp_cel").await?;
    browser.click("direction-display").await?;
    browser.fill("channel-upper", "125").await?;
    // The template is the prototype's.
    browser.add_channel("Pwm", "motor").await?;
    browser.click("look-slider").await?;
    browser.expect("card-motor", "data-kind", "pwm").await?;
    browser.pictures("function-template").await?;
    browser.add_channel("Video", "cam").await?;
    browser.pictures("function-video").await?;
    browser.add_channel("Function", "temp_fht").await?;
    browser.see("function-code").await?;
    browser.pictures("function-editor").await?;

    // Tried before it is saved.
    browser.click("try-run").await?;
    browser.expect("try-status", "data-ok", "true").await?;
    let log = browser.text("console-log").await?;
    ensure!(log.starts_with("celsius 5.5"), "logged: {log}");
    browser.pictures("function-tried").await?;
    browser.click("tab-system").await?;
    let said = browser.text("system-log").await?;
    ensure!(said.contains("temp_cel"), "said: {said}");
    let code = "if (context.value > 900) {\n  throw new Error('too hot');\n}\n\
                console.log('got', context.value);\n\
                return { temp_cel: (context.value - 32) / 1.8, motor: '7,20' };";
    browser.fill("function-code", code).await?;
    browser.fill("try-value", "999").await?;
    browser.click("try-run").await?;
    browser.expect("try-status", "data-ok", "false").await?;
    let said = browser.text("system-log").await?;
    ensure!(said.contains("line 2") && said.contains("too hot"), "said: {said}");
    browser.pictures_of("function-try-failed", "try-result").await?;
    browser.save_prototype().await?;

    // A real device uploads to it by MQTT: another channel changes.
    let (device, key) = browser.make_device("Oven").await?;
    browser.click("made-open").await?;
    browser.see("card-temp_fht").await?;
    browser.pictures_of("function-card-empty", "card-temp_fht").await?;
    let mut board = Publisher::connect(server.mqtt).await?;
    let topic = format!("mcs/{device}/{key}/temp_fht");
    board.publish(&topic, b",,212", false).await?;
    browser.expect("value-temp_fht", "data-value", "212").await?;
    browser.expect("value-temp_cel", "data-value", "100").await?;
    browser.expect("value-motor", "data-value", "7,20").await?;
    browser.expect("status-temp_fht", "data-ok", "true").await?;

    // It throws: FAILED, and the system log says where.
    board.publish(&topic, b",,999", false).await?;
    browser.expect("status-temp_fht", "data-ok", "false").await?;
    browser.expect("value-temp_cel", "data-value", "100").await?;
    browser.script("document.querySelector('[data-testid=\"run\"]').open = true;").await?;
    let said = browser.text("system-log").await?;
    ensure!(said.contains("line 2") && said.contains("too hot"), "said: {said}");
    browser.pictures_of("function-card", "card-temp_fht").await?;

    // What is looked at stays open when the next value comes.
    board.publish(&topic, b",,212", false).await?;
    browser.expect("status-temp_fht", "data-ok", "true").await?;
    let open = "document.querySelectorAll('[data-testid=\"run\"][open]')";
    let said =
        browser.script(&format!("return [...{open}].map(it => it.innerText).join();")).await?;
    let said = said.as_str().unwrap_or_default();
    ensure!(said.contains("line 2") && said.contains("too hot"), "said: {said}");
    browser.script("document.querySelector('[data-testid=\"run\"]').open = true;").await?;
    browser.pictures_of("function-card-runs", "card-temp_fht").await?;
    browser.language("zh-TW").await?;
    browser.see("run").await?;
    browser.script("document.querySelector('[data-testid=\"run\"]').open = true;").await?;
    browser.pictures_of("function-card-zh-TW", "card-temp_fht").await?;
    browser.language("en").await?;
    browser.reload().await?;
    browser.expect("status-temp_fht", "data-ok", "true").await?;
    browser.clean().await
}

async fn alone(browser: &Browser, site: &str) -> Result<()> {
    browser.open(site).await?;
    browser.make_prototype("Thermometer").await?;
    browser.add_channel("Function", "temp_fht").await?;
    browser.see("try-nowhere").await?;
    browser.pictures("function-alone").await?;
    browser.save_prototype().await?;
    browser.clean().await
}
