//! Text of others is text, wherever it stands: in topics, payloads, user properties, names of channels,
//! devices, brokers and files. Nothing of it ever becomes an element.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::browser::Browser;
use crate::output;
use crate::process::{Broker, Program, Server};

const NAME: &str = "markup";

/// What would do something if it were ever taken for markup. Without `/`, which parts topics and file
/// names, and `+` and `#`, which stand in no topic.
const MARKUP: &str = "<img src=x onerror=window.e2eAttack=1>";

const DEVICE: &str = "Dmarkup1";
const KEY: &str = "markupKey0000001";

#[tokio::test(flavor = "multi_thread")]
async fn markup_of_others_does_nothing_wherever_it_stands() -> Result<()> {
    let server = Server::start(NAME).await?;
    let broker = Broker::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server, &broker).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server, broker: &Broker) -> Result<()> {
    populate(server).await.context("a device")?;
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.click(&format!("device-link-{DEVICE}")).await?;
    harmless(browser, "card-note").await.context("the name of a channel, and its value")?;

    browser.click("nav-firmware").await?;
    let file = output().join(NAME).join(format!("{MARKUP}.bin"));
    fs::write(&file, "firmware")?;
    browser.send("firmware-file", &file.display().to_string()).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    harmless(browser, "job").await.context("the name of a file")?;

    browser.click("nav-connections").await?;
    browser.click("conn-add").await?;
    browser.fill("conn-name", MARKUP).await?;
    browser.fill("conn-host", &format!("ws://{}/", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("connection-state-1", "data-state", "connected").await?;
    harmless(browser, "connection-1").await.context("the name of a broker")?;

    browser.click("nav-messages").await?;
    browser.choose("subscribe-connection", "1").await?;
    browser.fill("subscribe-filter", "evil/#").await?;
    browser.click("subscribe").await?;
    browser.expect("subscription-evil/#", "data-state", "granted").await?;
    let topic = format!("evil/{MARKUP}");
    Program::publish_with(NAME, broker.mqtt, &topic, MARKUP, [MARKUP, MARKUP]).await?;
    browser.fill("message-filter", "topic:evil").await?;
    browser.number("message-counts", "data-total", |it| it == 1.0).await?;
    harmless(browser, "message-row").await.context("a topic and a payload in the log")?;
    browser.click("message-row").await?;
    for part in ["detail-topic", "payload", "detail-properties"] {
        harmless(browser, part).await.with_context(|| format!("{part} of a message"))?;
    }
    browser.pictures("messages-markup").await?;
    browser.click("message-close").await?;
    browser.click("turn-evil").await?;
    harmless(browser, "topic-tree").await.context("a topic in the tree")?;
    for tab in ["rates", "trace"] {
        browser.click(&format!("tab-{tab}")).await?;
        harmless(browser, "main").await.with_context(|| format!("a topic in {tab}"))?;
    }
    browser.clean().await
}

/// A device whose names are markup, with a value of it.
async fn populate(server: &Server) -> Result<()> {
    let prototype = json!({
        "prototype": {"prodName": MARKUP, "version": "1", "description": MARKUP},
        "dataChannels": [{
            "dataChnId": "note", "name": MARKUP, "description": MARKUP,
            "channelType": {"dataChnTypeId": 5}, "format": {}, "isControllable": false,
            "unitType": {"name": ""},
        }],
    });
    let file = output().join(NAME).join("prototype.json");
    fs::write(&file, prototype.to_string())?;
    let file = file.display().to_string();
    let said = server.admin_says(&["prototype", "import", &file], "").await?;
    let made: serde_json::Value = serde_json::from_str(&said)?;
    let product = made["prodId"].as_str().with_context(|| format!("no id in {said}"))?;
    let add = ["device", "add", product, "--name", MARKUP, "--id", DEVICE, "--key", KEY];
    server.admin(&add, "").await?;
    server.upload(DEVICE, KEY, &format!("note,,{MARKUP}")).await
}

/// The element shows the text, and nothing on the page came of it.
async fn harmless(browser: &Browser, id: &str) -> Result<()> {
    browser.see_text(id, MARKUP).await?;
    let script = "return [document.querySelectorAll('[onerror], img[src=x]').length,
        typeof window.e2eAttack];";
    let found = browser.script(script).await?;
    ensure!(found == json!([0, "undefined"]), "markup became elements, or ran: {found}");
    Ok(())
}
