//! Charts: a month and a minute, several channels, gestures that survive new data, links, files.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::boards::Board;
use crate::browser::Browser;
use crate::output;
use crate::process::{Server, until};

const NAME: &str = "charts";
const AWAY: &str = "charts-away";
const PROTOTYPE: &str = "PDemoBoard01";
const DEVICE: &str = "DemoMqtt";
const KEY: &str = "demoMqttKey00001";
const MINUTE: u64 = 60_000;
const DAY: u64 = 86_400_000;
const LINES: &str = "temperature,count,led,mode_now,status";
const ATTACK: &str = "<img src=x onerror=window.e2eAttack=1>";

#[tokio::test(flavor = "multi_thread")]
async fn charts_show_a_month_and_a_minute_and_stay_where_the_operator_looks() -> Result<()> {
    let server = Server::start(NAME).await?;
    past(&server).await.context("the past")?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_away_before_anybody_looked_has_a_gap() -> Result<()> {
    let server = Server::start(AWAY).await?;
    let absence = come_and_go(&server).await.context("a device comes and goes")?;
    let browser = Browser::start(AWAY).await?;
    let result = gap(&browser, &server, absence).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.see("login").await?;
    browser.sign_in().await?;
    several_in_one(browser, server).await.context("several channels in one chart")?;
    by_arrival(browser, server).await.context("arrival time")?;
    every_window(browser, server).await.context("every window")?;
    a_month(browser, server).await.context("a month")?;
    zoom(browser).await.context("zooming")?;
    keys(browser).await.context("keys")?;
    links(browser, server).await.context("links")?;
    split_and_merge(browser).await.context("several charts")?;
    files(browser).await.context("files")?;
    among_cards(browser, server).await.context("among the cards")?;
    browser.clean().await
}

async fn open(browser: &Browser, server: &Server, query: &str) -> Result<()> {
    // The page is loaded anew, as a link that somebody sent would.
    browser.open("about:blank").await?;
    browser.open(&format!("http://{}/#/devices/{DEVICE}?tab=chart{query}", server.http)).await?;
    browser.see("board-0").await
}

async fn settled(browser: &Browser, chart: &str) -> Result<f64> {
    let stage = format!("chart-stage-{chart}");
    browser.number(&stage, "data-painted", |it| it > 0.0).await?;
    browser.expect(&stage, "data-loading", "false").await?;
    browser.number(&stage, "data-points", |it| it > 0.0).await
}

async fn several_in_one(browser: &Browser, server: &Server) -> Result<()> {
    open(browser, server, &format!("&channels={LINES}&window=1h")).await?;
    let points = settled(browser, "temperature").await?;
    ensure!(points > 100.0, "only {points} points");
    let summary = browser.text("chart-summary-temperature").await?;
    for part in ["Temperature: last", "highest", "points"] {
        ensure!(summary.contains(part), "{part} is missing in {summary:?}");
    }
    point(browser, 0.3).await?;
    browser.pictures("charts-several").await?;
    browser.language("zh-TW").await?;
    settled(browser, "temperature").await?;
    browser.pictures("charts-zh-TW").await?;
    browser.language("en").await?;
    settled(browser, "temperature").await?;
    let text = browser.script("return document.body.innerText;").await?;
    ensure!(!text.as_str().unwrap_or_default().contains("NaN"), "something is NaN");
    ensure!(browser.script("return window.e2eAttack;").await?.is_null(), "a text ran as a script");
    Ok(())
}

/// Everything of the past arrived just now, whenever it was measured.
async fn by_arrival(browser: &Browser, server: &Server) -> Result<()> {
    open(browser, server, "&channels=temperature,led&window=15m").await?;
    let measured = settled(browser, "temperature").await?;
    browser.choose("point-time", "arrival").await?;
    until("the address says by which time", async || {
        Ok(address(browser).await?.contains("by=arrival").then_some(()))
    })
    .await?;
    let arrived = browser
        .number("chart-stage-temperature", "data-points", |it| it > measured + 1_000.0)
        .await;
    arrived.context("what was measured long ago arrived just now")?;
    settled(browser, "temperature").await?;
    browser.pictures("charts-arrival").await?;
    browser.click("table-toggle").await?;
    let table = browser.text("chart-table-temperature").await?;
    ensure!(table.contains("Arrival time"), "the table does not say by which time: {table}");
    browser.click("table-toggle").await?;

    // What was chosen holds for a chart among the cards, too.
    browser.open("about:blank").await?;
    browser.open(&format!("http://{}/#/devices/{DEVICE}", server.http)).await?;
    browser.see_text("chart-summary-temperature", "Each point is where it arrived").await?;
    browser.click("chart-more-temperature").await?;
    browser.see("board-0").await?;
    ensure!(
        address(browser).await?.contains("by=arrival"),
        "the page of charts goes by another time"
    );
    browser.choose("point-time", "device").await?;
    until("the address says no time", async || {
        Ok((!address(browser).await?.contains("by=")).then_some(()))
    })
    .await
}

/// Each length of time opens with points: the present, and a time of the past by its address.
async fn every_window(browser: &Browser, server: &Server) -> Result<()> {
    let windows = [
        ("1m", MINUTE),
        ("5m", 5 * MINUTE),
        ("15m", 15 * MINUTE),
        ("1h", 60 * MINUTE),
        ("6h", 360 * MINUTE),
        ("24h", DAY),
        ("7d", 7 * DAY),
        ("30d", 30 * DAY),
    ];
    for (window, length) in windows {
        open(browser, server, &format!("&channels=temperature&window={window}")).await?;
        settled(browser, "temperature").await.with_context(|| format!("{window}, live"))?;
        browser.expect(&format!("window-{window}"), "aria-pressed", "true").await?;
        ensure!(browser.text("live").await? == "Live", "{window} is not live");

        let end = now() - 30 * MINUTE.max(length / 60);
        open(browser, server, &format!("&channels=temperature&window={window}&end={end}")).await?;
        settled(browser, "temperature").await.with_context(|| format!("{window}, past"))?;
        ensure!(browser.text("live").await?.starts_with("Paused"), "{window} is no past");
    }
    Ok(())
}

/// A lamp is on, its device is away for a while, and the lamp is still on. Answers since when, and until when.
async fn come_and_go(server: &Server) -> Result<[u64; 2]> {
    let mut board = Board::new(2);
    let file = output().join(AWAY).join("board.csv");
    fs::write(&file, board.line())?;
    let file = file.to_str().context("the path is no text")?;
    server.admin(&["device", "import", PROTOTYPE, file], "").await?;
    board.connect(server).await?;
    let passed = async |since: u64| {
        until("some seconds have passed", async || Ok((now() >= since + 6_000).then_some(()))).await
    };
    board.publish("led", "1").await?;
    passed(now()).await?;
    board.leave();
    let left = now();
    passed(left).await?;
    let back = now();
    board.connect(server).await?;
    board.publish("led", "1").await?;
    passed(back).await?;
    Ok([left, back])
}

/// The line holds before and after, and says nothing in between: not when it comes with the page, and not later.
async fn gap(browser: &Browser, server: &Server, [left, back]: [u64; 2]) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    let end = back + 4_000;
    let address = format!("#/devices/Dboard02?tab=chart&channels=led&window=1m&end={end}");
    browser.open("about:blank").await?;
    browser.open(&format!("http://{}/{address}", server.http)).await?;
    settled(browser, "led").await?;
    let reads = async |at: u64, wanted: &str| {
        point(browser, 1.0 - (end - at) as f64 / MINUTE as f64).await?;
        let after = at as i64 - left as i64;
        until(&format!("{wanted:?} is read {after} ms after it left"), async || {
            let words = "return document.querySelector('.readout strong')?.innerText;";
            Ok((browser.script(words).await? == wanted).then_some(()))
        })
        .await
    };
    let middle = u64::midpoint(left, back);
    // No two in a row are the same: each is read where it stands.
    for (at, wanted) in [(left - 3_000, "On"), (middle, "–"), (back + 3_000, "On"), (middle, "–")]
    {
        reads(at, wanted).await?;
    }
    browser.pictures("charts-away").await?;
    browser.clean().await
}

async fn a_month(browser: &Browser, server: &Server) -> Result<()> {
    open(browser, server, "&channels=temperature,led&window=30d").await?;
    let points = settled(browser, "temperature").await?;
    ensure!(points > 4000.0, "only {points} points of a month");
    browser.number("chart-stage-temperature", "data-condensed", |it| it > 60_000.0).await?;
    browser.choose("compare", &(7 * DAY).to_string()).await?;
    until("the address says what is compared", async || {
        Ok(address(browser).await?.contains("compare=7d").then_some(()))
    })
    .await?;
    settled(browser, "temperature").await?;
    browser.pictures("charts-month").await?;
    browser.choose("compare", "0").await
}

async fn zoom(browser: &Browser) -> Result<()> {
    // Two days in the middle of the month, by dragging.
    gesture(browser, &[("pointerdown", 0.5), ("pointermove", 0.52), ("pointermove", 0.5667)], "")
        .await?;
    browser.picture("charts-drag").await?;
    gesture(browser, &[("pointerup", 0.5667)], "").await?;
    let after = settled_address(browser).await?;
    let (window, end) = (value(&after, "window"), value(&after, "end"));
    ensure!(end.is_some(), "a part of the past is not live: {after}");
    // It stays what it is while new points come.
    let live = browser.text("live").await?;
    ensure!(live.starts_with("Paused"), "{live}");
    until("new points are counted", async || {
        let text = browser.text("live").await?;
        let count =
            text.split(|it: char| !it.is_ascii_digit()).find_map(|it| it.parse::<u32>().ok());
        Ok(count.filter(|it| *it >= 3).map(|_| ()))
    })
    .await?;
    let later = address(browser).await?;
    ensure!((value(&later, "window"), value(&later, "end")) == (window.clone(), end), "it moved");
    let points = settled(browser, "temperature").await?;
    ensure!((200.0..400.0).contains(&points), "{points} points in two days");
    // The wheel zooms with Ctrl, and scrolls without it.
    gesture(browser, &[("wheel", 0.5)], "").await?;
    ensure!(value(&settled_address(browser).await?, "window") == window, "the wheel alone zoomed");
    browser.picture("charts-hint").await?;
    gesture(browser, &[("wheel", 0.5)], "ctrlKey: true").await?;
    let zoomed = settled_address(browser).await?;
    ensure!(value(&zoomed, "window") != window, "Ctrl and the wheel did nothing");
    browser.click("live").await?;
    until("it is live again", async || {
        Ok((value(&address(browser).await?, "end").is_none()).then_some(()))
    })
    .await
}

async fn keys(browser: &Browser) -> Result<()> {
    browser.click("window-15m").await?;
    settled(browser, "temperature").await?;
    for (key, name, wanted) in [("-", "window", Some("30m")), ("+", "window", Some("15m"))] {
        press(browser, key).await?;
        let found = settled_address(browser).await?;
        ensure!(value(&found, name).as_deref() == wanted, "{key}: {found}");
    }
    press(browser, "ArrowLeft").await?;
    ensure!(value(&settled_address(browser).await?, "end").is_some(), "an arrow did not move");
    press(browser, "End").await?;
    ensure!(value(&settled_address(browser).await?, "end").is_none(), "End is not now");
    press(browser, " ").await?;
    ensure!(browser.text("live").await?.starts_with("Paused"), "Space did not pause");
    press(browser, "0").await?;
    press(browser, "t").await?;
    browser.see("chart-table-temperature").await?;
    let table = browser.text("chart-table-temperature").await?;
    ensure!(table.contains("°C"), "the table has no values: {table}");
    browser.pictures("charts-table").await?;
    browser.click("table-toggle").await?;
    browser.miss("chart-table-temperature").await
}

async fn links(browser: &Browser, server: &Server) -> Result<()> {
    let end = now() - 20 * MINUTE;
    let query = format!("&channels=count/temperature&window=10m&end={end}");
    open(browser, server, &query).await?;
    settled(browser, "count").await?;
    let before = address(browser).await?;
    browser.reload().await?;
    browser.see("board-1").await?;
    ensure!(address(browser).await? == before, "the address changed by reloading");
    // Without channels the browser's memory counts, but not its time.
    browser.click("window-5m").await?;
    settled_address(browser).await?;
    open(browser, server, "").await?;
    browser.see("board-1").await?;
    browser.expect("window-5m", "aria-pressed", "true").await?;
    open(
        browser,
        server,
        &format!("&channels={},nothing,%00&window=-1", ATTACK.replace(' ', "%20")),
    )
    .await?;
    // What the device does not have is left out, and what was chosen before is shown.
    browser.see("channels-0").await
}

async fn split_and_merge(browser: &Browser) -> Result<()> {
    browser.click("add-chart").await?;
    let place = browser
        .script("return document.querySelectorAll('[data-testid^=\"board-\"]').length - 1;")
        .await?;
    let place = place.as_u64().unwrap_or(0);
    browser.click(&format!("channels-{place}")).await?;
    browser.click(&format!("pick-{place}-temperature")).await?;
    browser.click(&format!("pick-{place}-led")).await?;
    browser.click(&format!("pick-{place}-target")).await?;
    browser.picture("charts-picker").await?;
    browser.click(&format!("channels-{place}")).await?;
    settled(browser, "temperature").await?;
    browser.click(&format!("split-{place}")).await?;
    browser.see(&format!("board-{}", place + 2)).await?;
    // What nobody sees is not painted.
    let script = "document.querySelector('[data-testid=\"chart-stage-target\"]').scrollIntoView();";
    browser.script(script).await?;
    settled(browser, "target").await?;
    point(browser, 0.6).await?;
    browser.pictures("charts-split").await?;
    browser.click("merge-charts").await?;
    browser.miss("board-1").await?;
    // Its first line gives it its name.
    settled(browser, "count").await?;
    Ok(())
}

async fn files(browser: &Browser) -> Result<()> {
    let spy = "window.e2eFiles = []; const make = URL.createObjectURL;
        URL.createObjectURL = blob => { window.e2eFiles.push(blob); return make(blob); };
        HTMLAnchorElement.prototype.click = function () { window.e2eName = this.download; };";
    browser.script(spy).await?;
    browser.click("save-picture").await?;
    let file = until("the picture is saved", async || {
        let script =
            "const it = window.e2eFiles[0]; return it && [it.type, it.size, window.e2eName];";
        Ok(Some(browser.script(script).await?).filter(|it| !it.is_null()))
    })
    .await?;
    ensure!(file[0] == json!("image/png") && file[1].as_u64() > Some(5_000), "{file}");
    ensure!(file[2].as_str().is_some_and(|it| it.starts_with("Greenhouse")), "{file}");
    browser.click("window-30d").await?;
    browser.click("save-points").await?;
    until("the points are saved", async || {
        Ok(browser.text("saved-points").await?.contains("points are saved").then_some(()))
    })
    .await?;
    let script = "window.e2eFiles.at(-1).text().then(it => { window.e2eText = it; });";
    browser.script(script).await?;
    let text = until("the file is read", async || {
        Ok(browser.script("return window.e2eText;").await?.as_str().map(str::to_owned))
    })
    .await?;
    ensure!(text.starts_with("device_time_utc,"), "{}", &text[..200.min(text.len())]);
    let measured = text.lines().filter(|it| it.contains(",temperature,")).count();
    ensure!(measured > 4_400, "only {measured} of a month's points are in the file");
    Ok(())
}

async fn among_cards(browser: &Browser, server: &Server) -> Result<()> {
    browser.open("about:blank").await?;
    browser.open(&format!("http://{}/#/devices/{DEVICE}", server.http)).await?;
    browser.see("card-temperature").await?;
    browser.chart("led", 0.0).await?;
    // Opened from far below, it comes into sight; and it is there after a reload.
    browser.reload().await?;
    browser.see("chart-led").await?;
    browser.click("chart-more-led").await?;
    browser.see("board-0").await?;
    browser.see("line-led").await
}

/// A month of points every ten minutes, an hour of other things, a gap of five minutes.
async fn past(server: &Server) -> Result<()> {
    let now = now();
    let mut lines = Vec::new();
    for n in 1..4464_u64 {
        let wave =
            (n as f64 / 23.0).sin() * 6.0 + (n as f64 / 144.0 * std::f64::consts::TAU).sin() * 4.0;
        lines.push(format!("temperature,{},{:.2}", now - n * 10 * MINUTE, 22.0 + wave));
    }
    for n in (0..720_u64).filter(|n| !(200..260).contains(n)) {
        let at = now - n * 5_000 - 2_000;
        lines.push(format!("temperature,{at},{:.2}", 22.0 + (n as f64 / 40.0).sin() * 3.0));
        lines.push(format!("count,{at},{}", 10_000 - n));
    }
    for n in 0..12_u64 {
        let at = now - n * 5 * MINUTE - 30_000;
        lines.push(format!("led,{at},{}", n % 2));
        lines.push(format!("mode_now,{at},{}", ["off", "low", "high"][n as usize % 3]));
    }
    lines.push(format!("status,{},Door opened", now - 40 * MINUTE));
    lines.push(format!("status,{},{ATTACK}", now - 25 * MINUTE));
    lines.push(format!("status,{},Pump started and running well", now - 10 * MINUTE));
    for lines in lines.chunks(500) {
        server.upload(DEVICE, KEY, &lines.join("\n")).await?;
    }
    Ok(())
}

fn now() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "the history that is made up must end now")]
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_millis()).unwrap_or_default()
}

async fn address(browser: &Browser) -> Result<String> {
    Ok(browser.script("return location.hash;").await?.as_str().unwrap_or_default().to_owned())
}

/// The address once it has followed the charts.
async fn settled_address(browser: &Browser) -> Result<String> {
    let mut last = String::new();
    let mut same = 0;
    until("the address stands still", async || {
        let now = address(browser).await?;
        same = if now == last { same + 1 } else { 0 };
        last.clone_from(&now);
        // A look takes a twentieth of a second, and the address follows within three of them.
        Ok((same >= 9).then_some(now))
    })
    .await
}

fn value(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    query.split('&').find_map(|it| it.strip_prefix(name)?.strip_prefix('=')).map(str::to_owned)
}

/// Pointer events at parts of the first chart's width.
async fn gesture(browser: &Browser, steps: &[(&str, f64)], more: &str) -> Result<()> {
    for (kind, place) in steps {
        let script = format!(
            "const it = document.querySelector('.plot canvas');
             const box = it.getBoundingClientRect();
             const x = box.left + 52 + (box.width - 64) * {place}, y = box.top + 60;
             const all = {{ bubbles: true, cancelable: true, clientX: x, clientY: y, pointerId: 1,
                 button: 0, pointerType: 'mouse', deltaY: -240, {more} }};
             it.dispatchEvent({kind:?} === 'wheel' ? new WheelEvent('wheel', all) : new PointerEvent({kind:?}, all));"
        );
        browser.script(&script).await?;
    }
    Ok(())
}

async fn point(browser: &Browser, place: f64) -> Result<()> {
    gesture(browser, &[("pointermove", place)], "").await
}

async fn press(browser: &Browser, key: &str) -> Result<()> {
    let script = format!(
        "const it = document.querySelector('.plot'); it.focus();
         it.dispatchEvent(new KeyboardEvent('keydown', {{ key: {key:?}, bubbles: true, cancelable: true }}));"
    );
    browser.script(&script).await?;
    Ok(())
}
