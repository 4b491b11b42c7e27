//! The frame: languages, the palette, the keyboard, times, an old page and one without its server.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::browser::{Browser, Shape};
use crate::process::{Server, until};

const NAME: &str = "frame";

/// A large screen.
const LARGE: Shape = Shape { width: 3840, height: 2160, scheme: "light" };

#[tokio::test(flavor = "multi_thread")]
async fn the_frame_speaks_four_languages_and_works_by_keyboard_alone() -> Result<()> {
    let mut server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &mut server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &mut Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    languages(browser).await.context("languages")?;
    palette(browser).await.context("the palette")?;
    keyboard(browser).await.context("the keyboard")?;
    settings(browser).await.context("the settings")?;
    browser.shape(LARGE).await?;
    browser.fits("a large screen").await?;
    browser.picture("gallery/settings-3840-light").await?;
    browser.clean().await?;
    without_a_server(browser, server).await.context("without a server")
}

async fn languages(browser: &Browser) -> Result<()> {
    ensure!(lang(browser).await? == "en", "English is not where a browser begins");
    for (tag, devices) in
        [("zh-TW", "裝置"), ("zh-CN", "设备"), ("ja", "デバイス"), ("en", "Devices")]
    {
        browser.click("language").await?;
        browser.click(&format!("language-{tag}")).await?;
        until(&format!("the page speaks {tag}"), async || {
            Ok((lang(browser).await? == tag).then_some(()))
        })
        .await?;
        ensure!(browser.text("nav-devices").await? == devices, "{tag} has no word for devices");
    }
    browser.language("zh-TW").await?;
    for page in ["devices", "prototypes", "firmware", "messages", "connections", "settings"] {
        browser.click(&format!("nav-{page}")).await?;
        browser.miss("page-loading").await?;
        browser.picture(&format!("gallery/{page}-1280-zh-TW")).await?;
    }
    // A choice lasts.
    browser.language("ja").await?;
    browser.reload().await?;
    browser.click("nav-devices").await?;
    ensure!(lang(browser).await? == "ja", "the language was forgotten");
    browser.language("en").await
}

async fn palette(browser: &Browser) -> Result<()> {
    browser.press("k", true).await?;
    browser.see("palette-input").await?;
    browser.pictures("palette").await?;
    browser.fill("palette-input", "demomqtt").await?;
    browser.see("palette-0").await?;
    browser.expect("palette-0", "aria-selected", "true").await?;
    browser.send("palette-input", ENTER).await?;
    browser.see("card-temperature").await?;
    browser.miss("palette").await?;

    browser.press("k", true).await?;
    browser.fill("palette-input", "dark").await?;
    browser.send("palette-input", ENTER).await?;
    let theme = browser.script("return document.documentElement.dataset.theme;").await?;
    ensure!(theme == "dark", "the palette did not change the theme: {theme}");
    browser.press("k", true).await?;
    browser.fill("palette-input", "as the system").await?;
    browser.send("palette-input", ENTER).await?;

    browser.press("k", true).await?;
    browser.fill("palette-input", "no such thing").await?;
    browser.miss("palette-0").await?;
    browser.picture("gallery/palette-nothing-1280-light").await?;
    browser.send("palette-input", ESCAPE).await?;
    browser.miss("palette").await
}

async fn keyboard(browser: &Browser) -> Result<()> {
    browser.press("?", false).await?;
    browser.see("help").await?;
    browser.pictures("help").await?;
    browser.click("help-close").await?;
    browser.miss("help").await?;
    // Whoever cannot see the page hears where they are.
    browser.click("nav-settings").await?;
    until("the heading has the focus", async || {
        let focused = browser.script("return document.activeElement.tagName;").await?;
        Ok((focused == "H1").then_some(()))
    })
    .await
}

async fn settings(browser: &Browser) -> Result<()> {
    browser.see("server-version").await?;
    browser.pictures("settings").await?;
    browser.click("clock-utc").await?;
    ensure!(browser.text("stat-zone").await? == "UTC", "the clock is not universal");
    browser.click("clock-local").await?;
    for path in ["favicon.ico", "manifest.webmanifest", "licences/LICENSE-MIT", "api/docs"] {
        let script = format!(
            "const r = new XMLHttpRequest(); r.open('GET', '{path}', false); r.send(); return r.status;"
        );
        ensure!(browser.script(&script).await? == json!(200), "{path} is not there");
    }
    Ok(())
}

async fn without_a_server(browser: &Browser, server: &mut Server) -> Result<()> {
    until("everything is kept", async || {
        let script = "const done = arguments[0];
            caches.open('mcs-console').then((it) => it.keys()).then((it) => done(it.length), () => done(0));";
        let kept = browser.script_later(script).await?;
        Ok((kept.as_u64() >= Some(12)).then_some(()))
    })
    .await?;
    server.kill().await?;
    browser.reload().await?;
    browser.see("banner-offline").await?;
    browser.picture("gallery/offline-1280-light").await?;
    browser.click("nav-settings").await?;
    browser.see("storage-used").await?;
    server.start_again().await?;
    browser.click("banner-reload").await?;
    browser.see("server-version").await
}

async fn lang(browser: &Browser) -> Result<String> {
    let lang = browser.script("return document.documentElement.lang;").await?;
    Ok(lang.as_str().unwrap_or_default().to_owned())
}

/// As WebDriver types them.
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
