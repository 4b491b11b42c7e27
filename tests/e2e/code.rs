//! The programs on a device's Code tab, run as they are pasted.

use anyhow::{Context, Result, ensure};

use crate::browser::Browser;
use crate::process::{Program, Server, program as path_of};

const NAME: &str = "code";
const PROTOTYPE: &str = "PDemoBoard01";
const DEVICE: &str = "Barometer1";

#[tokio::test(flavor = "multi_thread")]
async fn a_device_begins_with_pasted_code() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    let add = ["device", "add", PROTOTYPE, "--name", "Barometer", "--id", DEVICE];
    server.admin(&add, "").await?;
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.click(&format!("device-link-{DEVICE}")).await?;
    browser.click("tab-code").await?;
    let program = browser.text("code-program").await?;
    ensure!(program.contains("DEVICE_KEY"), "the key is there before anybody asked for it");
    browser.click("code-key").await?;
    browser.miss("code-key").await?;
    browser.pictures("device-code").await?;
    browser.language("zh-TW").await?;
    browser.see("code-program").await?;
    browser.pictures("device-code-zh-TW").await?;
    browser.language("en").await?;
    browser.see("code-program").await?;

    let shell = pasted(browser, "temperature", "shell").await?;
    let _curl = Program::run(NAME, "sh", &["-c", &shell])?;
    shows(browser, "temperature", "21.5").await.context("what the shell reported")?;

    let python = pasted(browser, "count", "python").await?;
    let interpreter = python_path();
    let _reporter = Program::run(NAME, &interpreter, &["-c", &python])?;
    shows(browser, "count", "26").await.context("what Python reported")?;

    let python = pasted(browser, "target", "python").await?;
    let _taker = Program::run(NAME, &interpreter, &["-c", &python])?;
    browser.expect(&format!("online-{DEVICE}"), "data-online", "yes").await?;
    browser.click("tab-cards").await?;
    browser.send_value("target", "40").await.context("a command that Python takes")?;
    browser.clean().await
}

/// The program for a channel, in a language, as it is seen.
async fn pasted(browser: &Browser, channel: &str, language: &str) -> Result<String> {
    browser.click("tab-code").await?;
    browser.choose("code-channel", channel).await?;
    browser.click(&format!("code-{language}")).await?;
    if browser.sees("code-key").await? {
        browser.click("code-key").await?;
        browser.miss("code-key").await?;
    }
    browser.text("code-program").await
}

async fn shows(browser: &Browser, channel: &str, value: &str) -> Result<()> {
    browser.click("tab-cards").await?;
    browser.expect(&format!("value-{channel}"), "data-value", value).await
}

fn python_path() -> String {
    path_of("PYTHON", "/usr/bin/python3").display().to_string()
}
