//! More messages than anybody can read: every one is counted, and the page stays at hand.
//!
//! Half a minute of them by default. `MCS_E2E_FULL=1` makes it ten minutes, and then holds the page
//! to what it promises: no task over 50 ms, and memory that does not grow once the log is full.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use crate::browser::Browser;
use crate::process::{Broker, until};
use crate::publisher::Publisher;
use crate::{dist, files};

const NAME: &str = "flood";

/// Messages a second.
const RATE: usize = 5000;

/// So many stored messages have to scroll at once.
const STORED: f64 = 200_000.0;

/// Counts the rows that are made between two frames: all of them at once would be one long task.
const MADE: &str = "window.e2eMade = [0];
    const rows = it => it.matches?.('.log-row') ? 1 : it.querySelectorAll?.('.log-row').length ?? 0;
    new MutationObserver(list => list.forEach(it => it.addedNodes.forEach(node => {
        window.e2eMade[window.e2eMade.length - 1] += rows(node);
    }))).observe(document.body, {childList: true, subtree: true});
    const frame = () => {
        if (window.e2eMade.at(-1)) window.e2eMade.push(0);
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return 0;";

/// Tells of every task of the page's thread that takes over 50 ms.
const WATCH: &str = "window.e2eLong = [];
    new PerformanceObserver(list => list.getEntries().forEach(it => window.e2eLong.push(
        Math.round(it.duration)))).observe({type: 'longtask'});
    window.e2eFrames = 0;
    const count = () => { window.e2eFrames++; requestAnimationFrame(count); };
    requestAnimationFrame(count);
    return 0;";

/// Jumps to forty places of the log, and takes the time until rows stand there.
const JUMP: &str = "const done = arguments[arguments.length - 1];
    const log = document.getElementById('message-log');
    const times = [];
    const stands = () => {
        const box = log.getBoundingClientRect();
        const at = document.elementFromPoint(box.left + 40, box.top + box.height / 2);
        return !!at?.closest('.log-row:not(.gone)');
    };
    const jump = () => {
        if (times.length == 40) return done(times);
        log.scrollTop = (log.scrollHeight - log.clientHeight) * ((times.length * 17) % 40) / 40;
        const start = performance.now();
        const look = () => {
            if (stands()) { times.push(Math.round(performance.now() - start)); jump(); }
            else requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    };
    jump();";

/// Scrolls to a place, and tells which row stands there and how many there are in all.
const AT: &str = "const log = document.getElementById('message-log');
    const rows = [...log.querySelectorAll('.log-row:not(.gone)')];
    const height = rows[0]?.getBoundingClientRect().height ?? 28;
    log.scrollTop = place * height;
    const top = log.getBoundingClientRect().top - log.scrollTop % height;
    const it = rows.find(it => Math.abs(it.getBoundingClientRect().top - top) < height / 2);
    return {row: it ? +it.dataset.row : null, there: log.querySelectorAll('.log-row').length,
        top: log.scrollTop / height};";

/// Bytes of the page, its worker and what both share, after the garbage is gone.
const MEMORY: &str = "const done = arguments[arguments.length - 1];
    performance.measureUserAgentSpecificMemory().then(it => done(it.bytes), it => done(`${it}`));";

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_counted_scrolled_and_does_not_stop_the_page() -> Result<()> {
    let broker = Broker::start(NAME).await?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &broker, &format!("http://{site}/")).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    let full = std::env::var_os("MCS_E2E_FULL").is_some();
    browser.open(site).await?;
    browser.click("nav-connections").await?;
    browser.fill("conn-host", &format!("ws://{}/mqtt", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("link-state", "data-state", "connected").await.context("connecting")?;
    browser.script(MADE).await?;
    browser.click("nav-messages").await?;
    browser.click("offer-#").await?;
    browser.expect("subscription-#", "data-state", "granted").await?;
    until("the rows of the log are made, some in each frame", async || {
        let made = browser.script("return window.e2eMade;").await?;
        let made: Vec<_> =
            made.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let most = made.iter().max().copied().unwrap_or_default();
        ensure!(most <= 12, "{most} rows were made in one frame");
        Ok((made.iter().sum::<u64>() >= 30).then_some(()))
    })
    .await?;

    browser.script(WATCH).await?;
    let publisher = Publisher::connect(broker.mqtt).await?;
    let sent = if full {
        soak(browser, publisher, 600).await?
    } else {
        soak(browser, publisher, 45).await?
    };
    browser.number("message-counts", "data-seen", |it| it >= sent as f64).await?;
    let seen = browser.number("message-counts", "data-seen", |_| true).await?;
    let long = browser.script("return [window.e2eLong, window.e2eFrames];").await?;
    eprintln!("{sent} sent, {seen} seen; tasks over 50 ms: {}; {} frames", long[0], long[1]);
    ensure!(seen == sent as f64, "{seen} of {sent} were counted");
    if full {
        ensure!(long[0] == json!([]), "tasks over 50 ms: {}", long[0]);
    }
    browser.pictures("messages-flooded").await?;

    browser.number("message-counts", "data-stored", |it| it >= STORED).await?;
    browser.script("window.e2eLong = []; return 0;").await?;
    let times = browser.script_later(JUMP).await?;
    let times: Vec<_> = times.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
    let long = browser.script("return window.e2eLong;").await?;
    eprintln!("rows after a jump, in ms: {times:?}; tasks over 50 ms: {long}");
    ensure!(times.len() == 40 && times.iter().all(|it| *it < 500), "rows came late: {times:?} ms");
    ensure!(long == json!([]) || !full, "tasks over 50 ms while scrolling: {long}");
    few_rows(browser).await.context("the rows on the page")?;
    browser.clean().await
}

/// However many messages are stored, only the rows on the screen are there: those that belong there,
/// wherever the list is, also by keyboard.
async fn few_rows(browser: &Browser) -> Result<()> {
    browser.expect("message-pause", "data-paused", "true").await?;
    let total = browser.number("message-log", "data-total", |it| it >= STORED).await? as i64;
    // The rows were stored without a gap: their numbers say whether they are the right ones.
    let mut first = None;
    for place in [0, total / 3, total / 2, total - 40] {
        let rows = until("the rows of a place are there", async || {
            let rows = browser.script(&format!("const place = {place}; {AT}")).await?;
            Ok((rows["row"] != Value::Null).then_some(rows))
        })
        .await?;
        let there = rows["there"].as_u64().context("rows")?;
        ensure!(there < 100, "{there} rows are on the page");
        let offset = rows["row"].as_i64().context("a row")? - place;
        let expected = *first.get_or_insert(offset);
        ensure!(offset == expected, "another row at {place}: {offset} instead of {expected}");
    }
    let first = first.context("a row")?;
    browser.script("document.getElementById('message-log').focus(); return 0;").await?;
    for (key, places) in [("Home", 0..=0), ("PageDown", 5..=60), ("ArrowDown", 6..=61)] {
        browser.key(key).await?;
        let active = until("a row is under the cursor", async || {
            let id = browser.attribute("message-log", "aria-activedescendant").await?;
            let row = id.and_then(|id| id.strip_prefix("message-")?.parse::<i64>().ok());
            Ok(row.map(|row| row - first).filter(|it| places.contains(it)))
        });
        active.await.with_context(|| format!("after {key}"))?;
    }
    Ok(())
}

/// Floods for so many seconds; the memory of the page must not grow once the log is full.
async fn soak(browser: &Browser, mut publisher: Publisher, seconds: usize) -> Result<usize> {
    let flood = tokio::spawn(async move { publisher.flood(RATE, seconds).await });
    let start = Instant::now();
    let mut full = Vec::new();
    let step = Duration::from_secs(15);
    for round in 1.. {
        sleep_until(start + step * round).await;
        if flood.is_finished() {
            break;
        }
        let bytes = browser.script_later(MEMORY).await?;
        let bytes = bytes.as_f64().with_context(|| format!("no measure of memory: {bytes}"))?;
        let evicted = browser.attribute("message-counts", "data-evicted").await?;
        let is_full = evicted.is_some_and(|it| it != "0");
        let long = browser.script("return window.e2eLong;").await?;
        let mebibytes = bytes / 1_048_576.0;
        eprintln!("{} s: {mebibytes:.1} MiB, full: {is_full}, long: {long}", round * 15);
        if is_full {
            full.push(mebibytes);
        }
    }
    // The first measure after the log was full may still hold what is about to go.
    if let [_, first, .., last] = full[..] {
        ensure!(last < first * 1.1 + 4.0, "memory grows: {full:.1?} MiB");
    }
    flood.await?
}
