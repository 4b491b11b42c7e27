//! A newcomer, without a document: from the sign-in page of an empty server to a device of an own
//! prototype that reports by pasted code, a chart of it, and a control.

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::process::{Program, Server, program as path_of, until};

const NAME: &str = "newcomer";

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_comes_from_an_empty_server_to_a_device_under_control() -> Result<()> {
    let server = Server::start_empty(NAME).await?;
    let add = ["user", "add", "ada", "--role", "admin", "--password-stdin"];
    server.admin(&add, "a long password").await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.see("login").await?;
    browser.pictures("sign-in").await?;
    browser.sign_in_as("ada", "a long password").await?;
    browser.click("nav-firmware").await?;
    browser.see("firmware-empty").await?;
    browser.pictures("firmware-empty").await?;
    browser.click("nav-devices").await?;
    browser.see("devices-empty").await?;
    browser.pictures("devices-empty").await?;

    // Every page says the one next step.
    browser.click("nav-prototypes").await?;
    browser.see("prototypes-empty").await?;
    browser.pictures("prototypes-empty").await?;
    follow(browser, "prototypes-empty").await?;
    browser.fill("prototype-new-name", "Shed").await?;
    browser.click("prototype-create").await?;
    browser.choose("new-kind", "Float").await?;
    browser.click("add-channel").await?;
    browser.fill("channel-name", "Temperature").await?;
    browser.click("direction-display").await?;
    browser.choose("new-kind", "Switch").await?;
    browser.click("add-channel").await?;
    browser.fill("channel-name", "Lamp").await?;
    browser.click("prototype-save").await?;
    browser.click("next-devices").await?;
    browser.fill("make-names", "Shed 1").await?;
    browser.click("make-confirm").await?;
    let device = browser.text("made-id").await?;
    browser.pictures("newcomer-made").await?;
    browser.click("made-code").await?;

    let shell = pasted(browser, "temperature", "shell").await?;
    let _shell = Program::run(NAME, "sh", &["-c", &shell])?;
    browser.click("tab-cards").await?;
    browser.expect("value-temperature", "data-value", "21.5").await.context("pasted code")?;
    browser.chart("temperature", 1.0).await?;
    browser.pictures("newcomer-device").await?;

    browser.click("tab-code").await?;
    let python = pasted(browser, "lamp", "python").await?;
    let interpreter = path_of("PYTHON", "/usr/bin/python3").display().to_string();
    let _board = Program::run(NAME, &interpreter, &["-c", &python])?;
    browser.expect(&format!("online-{device}"), "data-online", "yes").await?;
    browser.click("tab-cards").await?;
    browser.click("input-lamp").await?;
    browser.confirmed("lamp", "1").await.context("a command that pasted code takes")?;
    browser.clean().await
}

/// Clicks the one link or button of an empty state.
async fn follow(browser: &Browser, empty: &str) -> Result<()> {
    let script = format!(
        "const all = document.querySelectorAll('[data-testid=\"{empty}\"] :is(a, button)');
         if (all.length === 1) all[0].click();
         return all.length;"
    );
    let steps = browser.script(&script).await?;
    ensure!(steps == 1, "{empty} offers {steps} next steps");
    Ok(())
}

/// The program for a channel, with the key in it.
async fn pasted(browser: &Browser, channel: &str, language: &str) -> Result<String> {
    browser.choose("code-channel", channel).await?;
    browser.click(&format!("code-{language}")).await?;
    if browser.sees("code-key").await? {
        browser.click("code-key").await?;
        browser.miss("code-key").await?;
    }
    let whole = until("the program is whole", async || {
        let text = browser.text("code-program").await?;
        Ok((!text.contains("DEVICE_KEY")).then_some(text))
    });
    whole.await
}
