//! A thousand devices in the list: found, sorted, and none of it slow.

use std::fmt::Write;
use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::output;
use crate::process::{Server, until};

const NAME: &str = "devices";
const PROTOTYPE: &str = "PDemoBoard01";

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_devices_are_found_sorted_and_scrolled() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    let mut fleet = String::new();
    for number in 1..=1000 {
        writeln!(fleet, "Pump{number:04},pumpKey000{number:06},Pump {number}")?;
    }
    let file = output().join(NAME).join("fleet.csv");
    fs::write(&file, fleet)?;
    let file = file.to_str().context("the path is no text")?;
    server.admin(&["device", "import", PROTOTYPE, file], "").await?;
    let site = format!("http://{}/", server.http);
    browser.open(&site).await?;
    browser.sign_in().await?;
    counts(browser, "1\u{202f}002").await?;

    browser.choose("filter-state", "online").await?;
    counts(browser, "2 of 1\u{202f}002").await?;
    browser.choose("filter-state", "offline").await?;
    counts(browser, "1\u{202f}000 of 1\u{202f}002").await?;
    browser.fill("device-search", "pump 99").await?;
    counts(browser, "19 of 1\u{202f}002").await?;
    until("names are sorted as people count", async || {
        Ok((first(browser).await? == "Pump 99").then_some(()))
    })
    .await?;
    browser.click("sort-name").await?;
    until("the order is turned", async || Ok((first(browser).await? == "Pump 999").then_some(())))
        .await?;
    browser.pictures("devices-found").await?;
    browser.language("zh-TW").await?;
    browser.see("device-list").await?;
    browser.pictures("devices-zh-TW").await?;
    browser.language("en").await?;
    browser.see("device-list").await?;

    // The address says all of it.
    browser.reload().await?;
    counts(browser, "19 of 1\u{202f}002").await.context("after a reload")?;
    until("a reload keeps the order", async || {
        Ok((first(browser).await? == "Pump 999").then_some(()))
    })
    .await?;
    browser.fill("device-search", "no such pump").await?;
    browser.see("devices-empty").await?;
    browser.click("filter-none").await?;
    counts(browser, "1\u{202f}002").await?;

    browser.click("sort-seen").await?;
    until("who was heard last is first", async || {
        Ok((!first(browser).await?.starts_with("Pump")).then_some(()))
    })
    .await?;
    browser.pictures("devices-many").await?;
    all_at_once(browser, server).await.context("all of them report")?;
    scroll(browser).await.context("scrolling")?;
    browser.clean().await
}

/// Every device reports, and the page stays quick. The page under test may be built without
/// optimisation: that it does not freeze is what can be held here.
async fn all_at_once(browser: &Browser, server: &Server) -> Result<()> {
    let watch = "window.e2eTasks = [];
        new PerformanceObserver(list => list.getEntries().forEach(it => e2eTasks.push(it.duration)))
            .observe({type: 'longtask'});";
    browser.script(watch).await?;
    let every_fourth = async |first: u32| {
        for number in (first..=1000).step_by(4) {
            let (id, key) = (format!("Pump{number:04}"), format!("pumpKey000{number:06}"));
            server.upload(&id, &key, "temperature,,21.5").await?;
        }
        anyhow::Ok(())
    };
    tokio::try_join!(every_fourth(1), every_fourth(2), every_fourth(3), every_fourth(4))?;
    browser.choose("filter-state", "unknown").await?;
    browser.choose("filter-state", "").await?;
    let tasks = browser.script("return window.e2eTasks;").await?;
    let longest = tasks.as_array().into_iter().flatten().filter_map(Value::as_f64);
    let longest = longest.fold(0.0, f64::max);
    println!("a thousand devices report at once: long tasks {tasks}");
    ensure!(longest < 1_000.0, "a task took {longest} ms");
    Ok(())
}

async fn counts(browser: &Browser, wanted: &str) -> Result<()> {
    until(&format!("the list counts {wanted:?}"), async || {
        Ok((browser.text("device-count").await? == wanted).then_some(()))
    })
    .await
}

async fn first(browser: &Browser) -> Result<String> {
    let script = "return document.querySelector('[data-testid=device-list] a')?.innerText ?? '';";
    Ok(browser.script(script).await?.as_str().unwrap_or_default().to_owned())
}

/// To the very end: every device has its row there.
async fn scroll(browser: &Browser) -> Result<()> {
    until("every device has a row", async || {
        let script =
            "const stage = document.getElementById('stage'); stage.scrollTop = stage.scrollHeight;
            return document.querySelectorAll('[data-testid=device-list] > li').length;";
        Ok((browser.script(script).await? == json!(1002)).then_some(()))
    })
    .await
}
