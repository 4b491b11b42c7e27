//! A thousand devices that report once a second, while an operator finds, sorts and opens them.
//!
//! A short while by default. `MCS_E2E_FULL=1` makes it two minutes, and then holds the page to what it
//! promises: no task over 50 ms.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use crate::browser::Browser;
use crate::output;
use crate::process::{Server, until};
use crate::publisher::Publisher;

const NAME: &str = "fleet";
const PROTOTYPE: &str = "PDemoBoard01";

/// Connections that the devices report through.
const GATEWAYS: usize = 10;
const EACH: usize = 100;

/// Tells of every task of the page's thread that takes over 50 ms, and what was done before.
const WATCH: &str = "window.e2eLong = []; const done = [];
    const note = it => done.unshift([it.timeStamp, `${it.type} ${it.target.dataset?.testid}`]);
    ['click', 'input', 'change'].forEach(it => addEventListener(it, note, true));
    new PerformanceObserver(list => list.getEntries().forEach(it => {
        const end = it.startTime + it.duration;
        const what = done.find(it => it[0] < end) ?? [0, 'nothing'];
        const after = Math.round(it.startTime - what[0]);
        window.e2eLong.push({took: Math.round(it.duration), why: `${after} ms after ${what[1]}`});
    })).observe({type: 'longtask'});
    return 0;";

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_devices_report_every_second_and_the_page_stays_at_hand() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    let full = std::env::var_os("MCS_E2E_FULL").is_some();
    let mut fleet = String::new();
    for number in 0..GATEWAYS * EACH {
        let (id, key) = credentials(number);
        writeln!(fleet, "{id},{key},Pump {number}")?;
    }
    let file = output().join(NAME).join("fleet.csv");
    fs::write(&file, fleet)?;
    let file = file.to_str().context("the path is no text")?;
    server.admin(&["device", "import", PROTOTYPE, file], "").await?;
    let mut gateways = JoinSet::new();
    for gateway in 0..GATEWAYS {
        gateways.spawn(report(server.mqtt, gateway));
    }
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.choose("filter-state", "online").await?;
    counts(browser, "1\u{202f}002").await.context("all of them are heard")?;

    browser.script(WATCH).await?;
    let end = Instant::now() + Duration::from_secs(if full { 120 } else { 10 });
    let mut rounds = 0;
    while rounds == 0 || Instant::now() < end {
        list(browser).await.context("the list")?;
        device(browser).await.context("a device's page")?;
        rounds += 1;
    }
    // Before the pictures: those lay the page out for other sizes.
    let long = browser.script("return window.e2eLong;").await?;
    browser.pictures("devices-reporting").await?;
    if let Some(ended) = gateways.try_join_next() {
        ended??;
    }
    let tasks = long.as_array().context("no list")?;
    eprintln!("{rounds} rounds; tasks over 50 ms: {tasks:?}");
    // Without optimisation it is enough that nothing stands still.
    let most = if full { 50 } else { 1_000 };
    let is_long = |it: &&Value| it["took"].as_u64().is_none_or(|took| took > most);
    let long: Vec<_> = tasks.iter().filter(is_long).collect();
    ensure!(long.is_empty(), "tasks over {most} ms: {long:?}");
    browser.clean().await
}

/// What is looked for is found, while rows change.
async fn list(browser: &Browser) -> Result<()> {
    browser.fill("device-search", "pump 99").await?;
    counts(browser, "19 of 1\u{202f}002").await?;
    browser.click("sort-name").await?;
    first(browser, "Pump 999").await?;
    browser.click("sort-name").await?;
    first(browser, "Pump 99").await?;
    browser.fill("device-search", "").await?;
    browser.choose("filter-state", "offline").await?;
    browser.see("devices-empty").await?;
    browser.click("filter-none").await?;
    browser.click("sort-seen").await?;
    counts(browser, "1\u{202f}002").await?;
    browser.click("sort-name").await?;
    // Nothing is old.
    until("the first row was heard just now", async || {
        let row = "document.querySelector('[data-testid=device-list] time')?.innerText ?? ''";
        let seen = browser.script(&format!("return {row};")).await?;
        let seen = seen.as_str().unwrap_or_default().to_owned();
        Ok((seen == "now" || seen.ends_with(" s ago")).then_some(()))
    })
    .await
}

/// Its values come every second, and no other device's.
async fn device(browser: &Browser) -> Result<()> {
    let (id, _) = credentials(7);
    browser.fill("device-search", &id).await?;
    counts(browser, "1 of 1\u{202f}002").await?;
    browser.click(&format!("device-link-{id}")).await?;
    browser.see("card-count").await?;
    let mut former = 0.0;
    for _ in 0..3 {
        former = browser.number("value-count", "data-value", |it| it > former).await?;
        ensure!((former % 1000.0 - 7.0).abs() < 0.5, "this is another device's value: {former}");
    }
    browser.click("nav-devices").await?;
    browser.see("device-list").await
}

/// Reports for its devices, each once a second, until nobody listens.
async fn report(broker: SocketAddr, gateway: usize) -> Result<()> {
    let mut publisher = Publisher::connect_as(broker, &format!("gateway{gateway}")).await?;
    let start = Instant::now();
    for round in 1_u32.. {
        for device in 0..EACH {
            let number = gateway * EACH + device;
            let (id, key) = credentials(number);
            let value = format!(",count,{}", round as usize * 1000 + number);
            publisher.publish(&format!("mcs/{id}/{key}/count"), value.as_bytes(), false).await?;
        }
        sleep_until(start + Duration::from_secs(1) * round).await;
    }
    Ok(())
}

fn credentials(number: usize) -> (String, String) {
    (format!("Pump{number:04}"), format!("pumpKey000{number:06}"))
}

async fn counts(browser: &Browser, wanted: &str) -> Result<()> {
    until(&format!("the list counts {wanted:?}"), async || {
        Ok((browser.text("device-count").await? == wanted).then_some(()))
    })
    .await
}

async fn first(browser: &Browser, wanted: &str) -> Result<()> {
    let script = "return document.querySelector('[data-testid=device-list] a')?.innerText ?? '';";
    until(&format!("{wanted:?} is first"), async || {
        Ok((browser.script(script).await? == wanted).then_some(()))
    })
    .await
}
