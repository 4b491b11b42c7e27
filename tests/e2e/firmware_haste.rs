//! The firmware page in the hands of somebody in a hurry.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use mcs_digest::Checksums;

use crate::browser::Browser;
use crate::output;
use crate::process::Server;

const NAME: &str = "firmware-haste";
/// So large that there is a middle, in which something can happen.
const LARGE: u64 = 384 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn firmware_survives_whatever_is_done_to_it_in_haste() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    let site = format!("http://{}/", server.http);
    browser.open(&site).await?;
    browser.sign_in().await?;
    browser.click("nav-firmware").await?;
    hardly_a_file(browser).await.context("files of nothing and of one byte")?;
    a_name_that_is_markup(browser).await.context("a name")?;
    let large = large()?;
    cancelled(browser, &large).await.context("canceling")?;
    two_tabs(browser, &site, &large).await.context("two tabs")?;
    signed_out(browser, &large).await.context("signing out")?;
    a_device_that_went(browser).await.context("a device that went")?;
    browser.clean().await
}

fn write(name: &str, bytes: &[u8]) -> Result<PathBuf> {
    let path = output().join(NAME).join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

/// A file that costs the disk nothing.
fn large() -> Result<PathBuf> {
    let path = output().join(NAME).join("large.bin");
    File::create(&path)?.set_len(LARGE)?;
    Ok(path)
}

async fn choose(browser: &Browser, path: &Path) -> Result<()> {
    browser.send("firmware-file", &path.display().to_string()).await
}

async fn stage(browser: &Browser, stage: &str) -> Result<()> {
    browser.expect("job", "data-stage", stage).await
}

async fn upload(browser: &Browser, version: &str) -> Result<()> {
    stage(browser, "hashed").await?;
    browser.fill("firmware-version", version).await?;
    browser.click("upload").await
}

async fn hardly_a_file(browser: &Browser) -> Result<()> {
    choose(browser, &write("empty.bin", b"")?).await?;
    stage(browser, "failed").await?;
    browser.see_text("job-error", "empty").await?;
    browser.expect("check-size", "data-verdict", "failed").await?;
    ensure!(browser.attribute("upload", "disabled").await?.is_some(), "nothing can be uploaded");
    browser.pictures("firmware-empty-file").await?;

    choose(browser, &write("one.bin", b"x")?).await?;
    stage(browser, "hashed").await?;
    browser.see_text("md5", &Checksums::of(b"x").md5.to_string()).await?;
    upload(browser, "0.1").await?;
    stage(browser, "uploaded").await?;
    browser.expect("check-fetchedback", "data-verdict", "passed").await
}

/// What a file is called is nothing but a text, however long.
async fn a_name_that_is_markup(browser: &Browser) -> Result<()> {
    let name = format!("<img src=x onerror=e2eHacked=1>{}", "n".repeat(220));
    choose(browser, &write(&format!("{name}.b"), b"image")?).await?;
    upload(browser, "0.2").await?;
    stage(browser, "uploaded").await?;
    let id = browser.stored("0.2").await?;
    browser.see_text(&format!("firmware-row-{id}"), "<img src=x onerror=").await?;
    let hacked = browser.script("return typeof e2eHacked;").await?;
    ensure!(hacked == "undefined", "a name was taken for markup");
    browser.pictures("firmware-long-name").await
}

async fn cancelled(browser: &Browser, large: &Path) -> Result<()> {
    choose(browser, large).await?;
    stage(browser, "hashing").await?;
    browser.click("job-cancel").await?;
    stage(browser, "empty").await?;
    // Another file in the middle of the first one.
    choose(browser, large).await?;
    stage(browser, "hashing").await?;
    choose(browser, &write("small.bin", b"small")?).await?;
    stage(browser, "hashed").await?;
    browser.see_text("md5", &Checksums::of(b"small").md5.to_string()).await
}

/// Each tab uploads its own file, and neither disturbs the other.
async fn two_tabs(browser: &Browser, site: &str, large: &Path) -> Result<()> {
    choose(browser, large).await?;
    browser.see("job-pace").await?;
    upload(browser, "1.0").await?;
    stage(browser, "uploading").await?;
    let first = browser.new_tab().await?;
    browser.open(&format!("{site}#/firmware")).await?;
    choose(browser, large).await?;
    upload(browser, "1.1").await?;
    stage(browser, "uploading").await?;
    browser.pictures("firmware-uploading").await?;
    stage(browser, "uploaded").await?;
    browser.stored("1.0").await?;
    browser.expect("check-fetchedback", "data-verdict", "passed").await?;
    browser.turn_to(first).await?;
    stage(browser, "uploaded").await?;
    browser.expect("check-fetchedback", "data-verdict", "passed").await?;
    browser.stored("1.1").await.map(drop)
}

/// Whoever signs out in the middle finds the upload again, and nobody else does.
async fn signed_out(browser: &Browser, large: &Path) -> Result<()> {
    choose(browser, large).await?;
    upload(browser, "1.2").await?;
    let script = "
        const [done] = arguments;
        const look = () => {
            const progress = document.querySelector('[data-testid=upload-progress]');
            if (progress?.value > 0) done(); else requestAnimationFrame(look);
        };
        look();";
    browser.script_later(script).await?;
    browser.click("user-menu").await?;
    browser.click("sign-out").await?;
    browser.see("login").await?;
    browser.sign_in_as("demo", "demo").await?;
    browser.click("nav-firmware").await?;
    browser.see("left-upload").await?;
    choose(browser, large).await?;
    stage(browser, "uploaded").await?;
    browser.miss("left-upload").await?;
    browser.expect("check-fetchedback", "data-verdict", "passed").await
}

/// Somebody else removes a device while the question stands whether to push to it.
async fn a_device_that_went(browser: &Browser) -> Result<()> {
    let device = "document.querySelector('[data-testid^=\"push-device-\"]')";
    let device = browser.script(&format!("return {device}?.dataset.testid.slice(12);")).await?;
    let device = device.as_str().context("no device")?.to_owned();
    let id = browser.stored("0.1").await?;
    browser.click(&format!("choose-{id}")).await?;
    browser.click(&format!("verify-{id}")).await?;
    browser.expect(&format!("verified-{id}"), "data-state", "verified").await?;
    browser.click(&format!("push-device-{device}")).await?;
    browser.click("push").await?;
    browser.pictures("firmware-push-question").await?;
    let script = format!(
        "const [done] = arguments;
         fetch('/api/devices/{device}', {{method: 'DELETE', headers: {{'X-Requested-With': 'mcs-console'}}}})
            .then(it => done(it.status), it => done(`${{it}}`));"
    );
    let status = browser.script_later(&script).await?;
    ensure!(status == 204 || status == 200, "the device was not removed: {status}");
    browser.miss(&format!("push-device-{device}")).await?;
    // The question names nobody any more, and nothing goes out.
    browser.pictures("firmware-push-nobody").await?;
    ensure!(
        browser.attribute("push-confirm", "disabled").await?.is_some(),
        "it may be pushed to nobody"
    );
    browser.click("push-cancel").await?;
    ensure!(browser.attribute("push", "disabled").await?.is_some(), "it may be pushed to nobody");
    Ok(())
}
