//! Two operators at one device: each sees what the other does, and both end with the same.

use anyhow::{Context, Result};

use crate::browser::Browser;
use crate::process::{Server, until};

const NAME: &str = "operators";
const DEVICE: &str = "DemoMqtt";

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_see_what_the_other_does() -> Result<()> {
    let server = Server::start(NAME).await?;
    let one = Browser::start(NAME).await?;
    let other = Browser::start("operators-other").await?;
    let result = walk(&one, &other, &server).await;
    other.finish(Ok(())).await?;
    one.finish(result).await
}

async fn walk(one: &Browser, other: &Browser, server: &Server) -> Result<()> {
    for browser in [one, other] {
        browser.open(&format!("http://{}/", server.http)).await?;
        browser.sign_in().await?;
        browser.open_device(DEVICE).await?;
        browser.expect(&format!("online-{DEVICE}"), "data-online", "yes").await?;
    }
    one.send_value("target", "40").await.context("the first operator")?;
    other.expect("value-target", "data-value", "40").await?;
    other.send_value("target", "55").await.context("the second operator")?;
    one.expect("value-target", "data-value", "55").await?;
    one.expect("chip-target", "data-stage", "elsewhere").await?;
    one.pictures("cards-elsewhere").await?;

    // Both at once: whoever comes last wins, for both of them.
    one.fill("input-target", "61").await?;
    other.fill("input-target", "62").await?;
    let (first, second) = tokio::join!(one.click("send-target"), other.click("send-target"));
    first?;
    second?;
    until("both see the same", async || {
        let values = [
            one.attribute("value-target", "data-value").await?,
            other.attribute("value-target", "data-value").await?,
        ];
        let ended = values[0] == values[1] && values[0] != Some("55".to_owned());
        Ok(ended.then_some(()))
    })
    .await?;
    for browser in [one, other] {
        until("no command is open", async || {
            let stage = browser.attribute("chip-target", "data-stage").await?;
            let open = matches!(stage.as_deref(), Some("sent" | "delivered"));
            Ok((!open).then_some(()))
        })
        .await?;
        browser.clean().await?;
    }
    Ok(())
}
