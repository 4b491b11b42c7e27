//! Messages: everything that comes and goes, looked at while it does.

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::process::{Broker, Server, until};
use crate::publisher::Publisher;
use crate::{dist, files};

const NAME: &str = "messages";
const PLAIN: &str = "messages-plain";

#[tokio::test(flavor = "multi_thread")]
async fn messages_of_our_server_are_seen_filtered_and_opened() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_broker_is_subscribed_to_published_to_flooded_and_cleaned() -> Result<()> {
    let broker = Broker::start(PLAIN).await?;
    let site = files::serve(dist()).await?;
    let browser = Browser::start(PLAIN).await?;
    let result = inspect(&browser, &broker, &format!("http://{site}/")).await;
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
    browser.language("zh-TW").await?;
    browser.pictures("messages-zh-TW").await?;
    browser.clean().await
}

async fn inspect(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    browser.open(site).await?;
    browser.click("nav-connections").await?;
    browser.fill("conn-host", &format!("ws://{}/mqtt", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("link-state", "data-state", "connected").await.context("connecting")?;
    let mut publisher = Publisher::connect(broker.mqtt).await?;
    for n in 0..3 {
        let topic = format!("kept/room{n}/state");
        publisher.publish(&topic, format!("{{\"n\":{n}}}").as_bytes(), true).await?;
    }

    browser.click("nav-messages").await?;
    browser.see("messages-empty").await?;
    browser.pictures("messages-empty").await?;
    browser.fill("subscribe-filter", "a#").await?;
    browser.click("subscribe").await?;
    browser.see("subscribe-error").await?;
    browser.click("offer-#").await?;
    browser.expect("subscription-#", "data-state", "granted").await?;
    browser.number("message-counts", "data-total", |it| it == 3.0).await?;

    publish(browser).await.context("publishing")?;
    retained(browser).await.context("retained messages")?;
    browser.click("tab-trace").await?;
    browser.see("trace-CONNACK").await?;
    browser.see("trace-SUBACK").await?;
    browser.pictures("messages-trace").await?;
    browser.click("tab-all").await?;
    flood(browser, &mut publisher).await.context("the flood")?;
    export(browser).await.context("the export")?;
    stream(browser).await.context("the export to a chosen file")?;
    browser.reload().await?;
    browser.see("subscription-#").await.context("the subscription after a reload")?;
    browser.clean().await
}

async fn publish(browser: &Browser) -> Result<()> {
    browser.click("publish-toggle").await?;
    browser.fill("publish-topic", "lab/bytes").await?;
    browser.click("publish-as-hex").await?;
    browser.fill("publish-payload", "de ad b").await?;
    browser.click("publish-send").await?;
    let why = browser.text("publish-outcome").await?;
    ensure!(why.contains("no hex"), "{why}");
    browser.fill("publish-payload", "de ad be ef").await?;
    browser.click("publish-send").await?;
    browser.pictures("messages-publish").await?;
    browser.click("publish-open").await?;
    ensure!(browser.text("payload").await?.contains("de ad be ef"));
    until("the broker has it", async || {
        Ok(browser.text("detail-fate").await?.starts_with("Acknowledged").then_some(()))
    })
    .await?;
    browser.click("message-close").await
}

async fn retained(browser: &Browser) -> Result<()> {
    browser.click("tab-retained").await?;
    browser.number("retained", "data-total", |it| it == 3.0).await?;
    browser.pictures("messages-retained").await?;
    browser.click("retained-clear-kept/room0/state").await?;
    browser.see("retained-dialog").await?;
    browser.click("retained-confirm").await?;
    browser.number("retained", "data-total", |it| it == 2.0).await?;
    browser.fill("retained-below", "kept").await?;
    browser.click("retained-clear-below").await?;
    browser.click("retained-confirm").await?;
    browser.number("retained", "data-total", |it| it == 0.0).await?;
    browser.click("retained-look").await?;
    browser.see("retained-none").await
}

/// Every message is counted, and found; `flood` has more of them.
async fn flood(browser: &Browser, publisher: &mut Publisher) -> Result<()> {
    let before = browser.number("message-counts", "data-seen", |it| it > 0.0).await?;
    let sent = publisher.flood(5000, 4).await?;
    browser.number("message-counts", "data-seen", |it| it >= before + sent as f64).await?;
    browser.fill("message-filter", "topic:flood/3/value").await?;
    browser.number("message-counts", "data-unsearched", |it| it == 0.0).await?;
    browser.pictures("messages-flood").await?;
    browser.click("tab-rates").await?;
    browser.see("rate-row").await?;
    browser.pictures("messages-rates").await?;
    browser.click("tab-all").await?;
    // At the very top, far from the end, rows are there at once.
    browser.script("document.getElementById('message-log').scrollTop = 0; return 0;").await?;
    browser.expect("message-pause", "data-paused", "true").await?;
    browser.pictures("messages-paused").await?;
    browser.click("message-pause").await?;
    browser.expect("message-pause", "data-paused", "false").await
}

async fn export(browser: &Browser) -> Result<()> {
    let total = browser.number("message-counts", "data-total", |it| it > 0.0).await?;
    browser.click("export-jsonl").await?;
    browser.expect("export-state", "data-state", "done").await?;
    let said: String =
        browser.text("export-state").await?.chars().filter(char::is_ascii_digit).collect();
    ensure!(said == total.to_string(), "{said} of {total} messages were written");
    Ok(())
}

/// Where the browser asks for a file, the pieces go there one by one. Nobody answers its dialog in a test: a file of
/// the site's own folder stands for what an operator would choose.
async fn stream(browser: &Browser) -> Result<()> {
    let ask = "Object.defineProperty(navigator, 'webdriver', {get: () => false});
        window.e2eWrites = 0;
        window.showSaveFilePicker = async ({suggestedName}) => {
            const folder = await navigator.storage.getDirectory();
            const file = await folder.getFileHandle(suggestedName, {create: true});
            return {createWritable: async () => {
                const stream = await file.createWritable();
                return {
                    write: async piece => { window.e2eWrites++; await stream.write(piece); },
                    close: () => stream.close(),
                };
            }};
        };";
    browser.script(ask).await?;
    let total = browser.number("message-counts", "data-total", |it| it > 0.0).await?;
    browser.click("export-csv").await?;
    let written = until("all messages are in the file", async || {
        let read = "const done = arguments[arguments.length - 1];
            navigator.storage.getDirectory().then(it => it.getFileHandle('messages.csv'))
                .then(it => it.getFile()).then(it => it.text())
                .then(it => done([it.split('\\r\\n').length, it.slice(0, 200), window.e2eWrites]), () => done(null));";
        let read = browser.script_later(read).await?;
        Ok(read[0].as_f64().filter(|lines| *lines > total).map(|_| read))
    })
    .await?;
    // A head, and an empty line at the end.
    ensure!(written[0].as_f64() == Some(total + 2.0), "{total} messages became {written}");
    ensure!(written[2].as_u64() > Some(1), "it went to the disk in one piece: {written}");
    browser.expect("export-state", "data-state", "done").await?;

    // Who would rather not is asked nothing more; a disk that takes no more is said.
    let refuse =
        "window.showSaveFilePicker = async () => { throw new DOMException('', 'AbortError'); };";
    browser.script(refuse).await?;
    browser.click("export-jsonl").await?;
    browser.expect("export-state", "data-state", "done").await?;
    let full = "window.showSaveFilePicker = async () => ({createWritable: async () => ({
        write: async () => { throw new DOMException('', 'QuotaExceededError'); }, close: async () => {}})});";
    browser.script(full).await?;
    browser.click("export-jsonl").await?;
    browser.expect("export-state", "data-state", "failed").await
}
