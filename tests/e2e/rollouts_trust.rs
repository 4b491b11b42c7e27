//! Without a server: whom the operator believes about an image behind an address.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use mcs_digest::Checksums;

use crate::boards::Board;
use crate::browser::Browser;
use crate::process::Broker;
use crate::{dist, files, output};

const NAME: &str = "rollouts-trust";
// Made with minisign.
const KEY: &str = include_str!("../../crates/mcs-fota/src/manifest/tests/key.pub");
const IMAGE: &[u8] = include_bytes!("../../crates/mcs-fota/src/manifest/tests/image.bin");

#[tokio::test(flavor = "multi_thread")]
async fn only_an_image_that_a_trusted_key_vouches_for_is_rolled_out_from_the_browser() -> Result<()>
{
    let broker = Broker::start(NAME).await?;
    let folder = output().join(NAME);
    std::fs::write(folder.join("app-2.0.bin"), IMAGE)?;
    std::fs::write(folder.join("cut.bin"), &IMAGE[..5])?;
    std::fs::write(folder.join("page.bin"), "<!doctype html><title>404 Not Found</title>")?;
    let flipped: Vec<_> = IMAGE.iter().map(|it| it ^ 1).collect();
    std::fs::write(folder.join("flipped.bin"), flipped)?;
    let address = files::serve_all(vec![dist(), folder]).await?;
    let site = format!("http://{address}/");
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &broker, &site).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, broker: &Broker, site: &str) -> Result<()> {
    browser.open(site).await?;
    browser.click("nav-connections").await?;
    browser.fill("conn-host", &format!("ws://{}/mqtt", broker.ws)).await?;
    browser.click("conn-connect").await?;
    browser.expect("link-state", "data-state", "connected").await?;
    let mut board = Board::new(2);
    browser.fill("new-id", &board.id).await?;
    browser.fill("new-key", board.key()).await?;
    browser.fill("new-channels", "temperature, float, display, Temperature").await?;
    browser.click("new-add").await?;
    board.join(broker.mqtt).await?;
    browser.open(&format!("{site}#/rollouts")).await?;
    browser.expect("rollouts-keeper", "data-state", "here").await?;
    unverified(browser, site, &mut board).await.context("an image that nobody knows")?;
    browser.open(&format!("{site}#/rollouts")).await?;
    believe(browser).await.context("the keys")?;
    for (file, md5, check) in [
        ("page.bin", " ", "nopage"),
        ("flipped.bin", &*Checksums::of(IMAGE).md5.to_string(), "md5"),
        ("cut.bin", &*Checksums::of(IMAGE).md5.to_string(), "md5"),
        ("app-2.0.bin", &*"0".repeat(32), "md5"),
        ("none.bin", " ", "fetched"),
    ] {
        browser.fill("image-url", &format!("{site}{file}")).await?;
        browser.fill("image-version", "2.0").await?;
        browser.fill("image-md5", md5).await?;
        browser.click("image-fetch").await?;
        let check = format!("check-{check}");
        browser.expect(&check, "data-verdict", "failed").await.with_context(|| file.to_owned())?;
        board.heard_nothing().await.context(file)?;
    }
    browser.pictures("rollouts-trust-none").await?;
    browser.fill("image-md5", " ").await?;

    browser.fill("image-url", &format!("{site}app-2.0.bin")).await?;
    browser.fill("image-version", "2.0").await?;
    browser.click("image-fetch").await?;
    browser.see_text("rollouts-problem", "no trusted key vouches").await?;
    prove(browser, "manifest.json").await?;
    browser.expect("image-held", "data-state", "manifest").await?;
    prove(browser, "other.minisig").await?;
    browser.expect("image-held", "data-state", "both").await?;
    browser.click("image-fetch").await?;
    browser.see_text("rollouts-problem", "did not pass this check").await?;
    browser.expect("check-signature", "data-verdict", "failed").await?;
    browser.pictures("rollouts-trust-refused").await?;
    board.heard_nothing().await.context("before it is verified")?;

    prove(browser, "manifest.json.minisig").await?;
    browser.click("image-fetch").await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    browser.expect("check-signature", "data-verdict", "passed").await?;
    browser.pictures("rollouts-trust-draft").await?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "1").await?;
    browser.click("confirm-make").await?;
    browser.expect("rollout-course", "data-state", "running").await?;
    board.publish("temperature", "20").await?;
    board.notice().await?;

    browser.open(&format!("{site}#/rollouts")).await?;
    browser.expect("image-signed", "data-state", "signed").await?;
    browser.reload().await?;
    browser.expect("image-signed", "data-state", "signed").await?;
    browser.pictures("rollouts-trust").await?;
    browser.language("zh-TW").await?;
    browser.see("images").await?;
    browser.pictures("rollouts-trust-zh").await?;
    browser.clean().await
}

/// A file that was cut short, and nothing is given that could tell: it goes out to nobody until somebody says why,
/// and that is kept.
async fn unverified(browser: &Browser, site: &str, board: &mut Board) -> Result<()> {
    browser.fill("image-url", &format!("{site}cut.bin")).await?;
    browser.fill("image-version", "1.9").await?;
    browser.click("image-fetch").await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    browser.see_text("objection-unverified", "cut short").await?;
    browser.see_text("make-why", "Nobody would be sent it").await?;
    browser.pictures("rollouts-unverified").await?;
    browser.click("override-unverified").await?;
    browser.see_text("make-why", "Say why").await?;
    browser.fill("override-reason-unverified", "Built on this machine a minute ago").await?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "1").await?;
    browser.click("confirm-make").await?;
    browser.see("overridden-unverified").await?;
    board.publish("temperature", "20").await?;
    board.notice().await?;
    browser.click("tab-audit").await?;
    browser.see_text("audit", "Built on this machine a minute ago").await?;
    browser.see_text("audit", &Checksums::of(&IMAGE[..5]).sha256.to_string()).await?;
    browser.pictures("rollouts-unverified-audit").await?;
    browser.click("rollout-cancel").await?;
    browser.click("rollout-cancel-confirm").await?;
    browser.expect("rollout-course", "data-state", "canceling").await
}

async fn believe(browser: &Browser) -> Result<()> {
    browser.click("trust-strict").await?;
    browser.click("trust-save").await?;
    browser.see_text("rollouts-problem", "every image would be refused").await?;
    browser.fill("trust-keys", "RWQ").await?;
    browser.click("trust-save").await?;
    browser.see_text("rollouts-problem", "line 1").await?;
    browser.fill("trust-keys", KEY.lines().last().unwrap_or_default()).await?;
    browser.click("trust-save").await?;
    browser.see_text("trust-saved", "Saved").await
}

/// Chooses a file that says who made the image.
async fn prove(browser: &Browser, name: &str) -> Result<()> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let file = folder.join("../crates/mcs-fota/src/manifest/tests").join(name).canonicalize()?;
    browser.send("image-proof", &file.to_string_lossy()).await
}
