//! The frame: languages, the palette, the keyboard, times, an old page and one without its server.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::browser::{Browser, Shape};
use crate::process::{Server, until};
use crate::{dist, files, output};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_console_is_offered_and_taken() -> Result<()> {
    let name = "frame-update";
    let folder = output().join(name).join("site");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    copy(&dist(), &folder)?;
    let site = files::serve(folder.clone()).await?;
    let browser = Browser::start(name).await?;
    let result = update(&browser, &format!("http://{site}/"), &folder).await;
    browser.finish(result).await
}

async fn update(browser: &Browser, site: &str, folder: &Path) -> Result<()> {
    browser.open(site).await?;
    browser.see("nav-settings").await?;
    kept(browser).await?;
    let former = program(browser).await?;
    // Somebody installs another version, and somebody else comes back to a tab.
    let index = folder.join("index.html");
    let page = fs::read_to_string(&index)?;
    // A program loads its parts from where it is.
    copy(&dist(), &folder.join("newer"))?;
    let former = former.trim_start_matches("./");
    fs::write(&index, page.replace(former, &format!("newer/{former}")))?;
    browser.script("dispatchEvent(new Event('visibilitychange'));").await?;
    browser.see("banner-version").await?;
    browser.pictures("banner-version").await?;
    browser.click("banner-reload").await?;
    until("the newer one runs", async || {
        Ok(program(browser).await.is_ok_and(|it| it.contains("newer/")).then_some(()))
    })
    .await?;
    browser.see("nav-settings").await?;
    browser.miss("banner-version").await?;
    until("the newer one is kept", async || {
        let kept = browser.script_later(KEPT).await?;
        let newer = |it: &Value| it.as_str().is_some_and(|it| it.contains("/newer/"));
        Ok(kept.as_array().is_some_and(|it| it.iter().any(newer)).then_some(()))
    })
    .await?;
    let sets = "const done = arguments[0]; caches.keys().then((it) => done(it.length));";
    until("the former set of files is gone", async || {
        Ok((browser.script_later(sets).await? == json!(2)).then_some(()))
    })
    .await?;
    browser.clean().await
}

/// The program that the page runs.
async fn program(browser: &Browser) -> Result<String> {
    let script = "return document.querySelector('meta[name=mcs-app]').content;";
    let name = browser.script(script).await?;
    Ok(name.as_str().context("the page names no program")?.to_owned())
}

/// Passes the addresses of the files that are kept.
const KEPT: &str = "const done = arguments[0];
    const set = caches.open('mcs-console /').then((it) => it.match('current')).then((it) => it.text());
    set.then((name) => caches.open(name)).then((it) => it.keys())
        .then((all) => done(all.map((it) => it.url)), () => done([]));";

/// Waits until the browser keeps the console.
async fn kept(browser: &Browser) -> Result<()> {
    until("everything is kept", async || {
        let kept = browser.script_later(KEPT).await?;
        Ok((kept.as_array().map_or(0, Vec::len) >= 12).then_some(()))
    })
    .await
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

async fn walk(browser: &Browser, server: &mut Server) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    languages(browser).await.context("languages")?;
    palette(browser).await.context("the palette")?;
    keyboard(browser).await.context("the keyboard")?;
    settings(browser).await.context("the settings")?;
    calm(browser).await.context("no motion")?;
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
    // A key that comes while the palette still goes is forced below; this one may be pressed again.
    until("`?` shows the shortcuts", async || {
        browser.press("?", false).await?;
        Ok(browser.sees("help").await?.then_some(()))
    })
    .await?;
    browser.pictures("help").await?;
    browser.click("help-close").await?;
    browser.miss("help").await?;
    // A key right after the palette's end, of which the browser tells later: its field still has the
    // focus then, and its end is not the end of what the key opens.
    browser.press("k", true).await?;
    browser.see("palette").await?;
    browser
        .script(
            "const field = document.querySelector('[data-testid=palette-input]');
             document.querySelector('[data-testid=palette]').close();
             field.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}));",
        )
        .await?;
    browser.painted().await?;
    ensure!(browser.sees("help").await?, "the help was closed with the palette");
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

/// Nothing moves for whoever wants that.
async fn calm(browser: &Browser) -> Result<()> {
    let reduce = json!({"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]});
    browser.cdp("Emulation.setEmulatedMedia", reduce).await?;
    for page in ["devices", "prototypes", "firmware", "messages", "connections", "settings"] {
        browser.click(&format!("nav-{page}")).await?;
        browser.miss("page-loading").await?;
        browser.painted().await?;
        let script = "const long = it => it.split(',').some(it => parseFloat(it) > 0.01);
            return [...document.querySelectorAll('*')].filter(it => {
                const style = getComputedStyle(it);
                return long(style.transitionDuration) || long(style.animationDuration)
                    || style.scrollBehavior == 'smooth';
            }).map(it => it.className?.toString() ?? it.tagName);";
        let moving = browser.script(script).await?;
        ensure!(moving == json!([]), "these move on {page}: {moving}");
    }
    Ok(())
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
    kept(browser).await?;
    server.kill().await?;
    browser.reload().await?;
    browser.see("banner-offline").await?;
    browser.pictures("offline").await?;
    for page in ["prototypes", "messages", "connections", "settings"] {
        browser.click(&format!("nav-{page}")).await?;
        browser.miss("page-loading").await?;
        browser.see("banner-offline").await.with_context(|| format!("offline on {page}"))?;
    }
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
