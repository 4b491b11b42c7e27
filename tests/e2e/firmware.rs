//! A firmware that somebody vouches for, and everything that is not one: seen in a browser.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use mcs_digest::Checksums;
use mcs_time::SplitMix64;
use minisign::KeyPair;
use serde_json::json;

use crate::browser::Browser;
use crate::output;
use crate::process::Server;

const NAME: &str = "firmware";

#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_trusted_key_vouches_for_is_uploaded_and_a_cut_does_not_matter() -> Result<()> {
    let (key, stranger) =
        (KeyPair::generate_unencrypted_keypair()?, KeyPair::generate_unencrypted_keypair()?);
    let mut server = Server::start_strict(NAME, key.pk.to_base64()).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &mut server, &key, &stranger).await;
    browser.finish(result).await
}

/// Files of a release, in the test's folder.
struct Release {
    sums: Checksums,
    model: String,
}

impl Release {
    fn manifest(&self, version: &str, seq: u64) -> String {
        let Checksums { size, md5, sha256 } = &self.sums;
        json!({
            "name": "Demo", "model": self.model, "version": version, "seq": seq, "size": size,
            "md5": md5.to_string(), "sha256": sha256.to_string(), "created": 1_763_000_000_000_u64,
        })
        .to_string()
    }
}

fn write(name: &str, bytes: impl AsRef<[u8]>) -> Result<PathBuf> {
    let path = output().join(NAME).join(name);
    fs::write(&path, bytes)?;
    Ok(path)
}

async fn choose(browser: &Browser, path: &std::path::Path) -> Result<()> {
    browser.send("firmware-file", &path.display().to_string()).await
}

/// Chooses a manifest and its signature.
async fn vouch(browser: &Browser, key: &KeyPair, manifest: &str) -> Result<()> {
    let signature = minisign::sign(None, &key.sk, manifest.as_bytes(), None, None)?.into_string();
    choose(browser, &write("manifest.json", manifest)?).await?;
    choose(browser, &write("manifest.json.minisig", signature)?).await
}

async fn verdict(browser: &Browser, check: &str, wanted: &str) -> Result<()> {
    browser.expect(&format!("check-{check}"), "data-verdict", wanted).await
}

async fn cannot_upload(browser: &Browser) -> Result<()> {
    ensure!(browser.attribute("upload", "disabled").await?.is_some(), "it may be uploaded");
    ensure!(!browser.text("upload-why").await?.is_empty(), "nothing says why");
    Ok(())
}

/// Looks before every paint: a file is soon gone.
async fn until_some_is_sent(browser: &Browser) -> Result<()> {
    let script = "
        const [done] = arguments;
        const look = () => {
            const progress = document.querySelector('[data-testid=upload-progress]');
            if (progress?.value > 0) done(); else requestAnimationFrame(look);
        };
        look();";
    browser.script_later(script).await.map(drop)
}

async fn walk(
    browser: &Browser,
    server: &mut Server,
    key: &KeyPair,
    stranger: &KeyPair,
) -> Result<()> {
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.click("nav-firmware").await?;

    let page = write("fw.bin", "<!DOCTYPE html><title>404 Not Found</title>")?;
    choose(browser, &page).await?;
    browser.expect("job", "data-stage", "failed").await?;
    verdict(browser, "nopage", "failed").await?;
    cannot_upload(browser).await.context("a web page")?;

    let mut random = SplitMix64::new(5);
    let image: Vec<u8> = std::iter::repeat_with(|| random.next_u64().to_le_bytes())
        .flatten()
        .take(48 << 20)
        .collect();
    let model = browser
        .script("return document.querySelector('[data-testid=prototype-select]').value")
        .await?;
    let model = model.as_str().context("no prototype")?.to_owned();
    let release = Release { sums: Checksums::of(&image), model };
    let mut flipped = image.clone();
    flipped[1 << 20] ^= 1;
    choose(browser, &write("fw.bin", &flipped)?).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    verdict(browser, "signature", "not-possible").await?;
    cannot_upload(browser).await.context("unsigned")?;
    vouch(browser, key, &release.manifest("2.0", 7)).await?;
    verdict(browser, "signature", "passed").await?;
    verdict(browser, "sha256", "failed").await?;
    cannot_upload(browser).await.context("a flipped bit")?;
    browser.pictures("firmware-failed").await?;

    choose(browser, &write("fw.bin", &image[..1 << 20])?).await?;
    verdict(browser, "size", "failed").await?;
    cannot_upload(browser).await.context("a truncated file")?;
    let path = write("fw.bin", &image)?;
    choose(browser, &path).await?;
    verdict(browser, "sha256", "passed").await?;
    vouch(browser, stranger, &release.manifest("2.0", 7)).await?;
    verdict(browser, "signature", "failed").await?;
    cannot_upload(browser).await.context("a stranger's key")?;
    vouch(browser, key, &release.manifest("2.0", 7)).await?;
    for check in ["nopage", "size", "md5", "sha256", "signature", "model", "version", "seq"] {
        verdict(browser, check, "passed").await?;
    }
    browser.pictures("firmware-signed").await?;

    // The server dies on the way, and the upload goes on by itself.
    browser.click("upload").await?;
    browser.expect("job", "data-stage", "uploading").await?;
    server.kill().await?;
    browser.see("job-held").await?;
    browser.pictures("firmware-held").await?;
    server.start_again().await?;
    browser.expect("job", "data-stage", "uploaded").await?;
    for check in ["unchanged", "received", "fetchedback"] {
        verdict(browser, check, "passed").await?;
    }
    browser.pictures("firmware-uploaded").await?;

    // An older manifest comes again, by its own right signed.
    choose(browser, &path).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    vouch(browser, key, &release.manifest("2.1", 6)).await?;
    verdict(browser, "seq", "failed").await?;
    cannot_upload(browser).await.context("a replayed manifest")?;

    // The page goes in the middle, and the next one goes on with the same file. It is so large that
    // there is a middle.
    let image = image.repeat(4);
    let release = Release { sums: Checksums::of(&image), ..release };
    let path = write("fw.bin", &image)?;
    choose(browser, &path).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    vouch(browser, key, &release.manifest("2.1", 8)).await?;
    verdict(browser, "seq", "passed").await?;
    browser.click("upload").await?;
    until_some_is_sent(browser).await?;
    server.kill().await?;
    browser.see("job-held").await?;
    browser.open("about:blank").await?;
    server.start_again().await?;
    browser.open(&format!("http://{}/#/firmware", server.http)).await?;
    browser.see("left-upload").await?;
    browser.pictures("firmware-left").await?;
    choose(browser, &write("other.bin", &flipped)?).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    browser.see("left-upload").await.context("another file took its place")?;
    choose(browser, &path).await?;
    browser.expect("job", "data-stage", "uploaded").await?;
    browser.miss("left-upload").await?;

    // What was verified is what is sent: the file changes on the disk.
    choose(browser, &path).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    vouch(browser, key, &release.manifest("2.2", 9)).await?;
    verdict(browser, "seq", "passed").await?;
    fs::write(&path, &flipped)?;
    browser.click("upload").await?;
    browser.expect("job", "data-stage", "failed").await?;
    verdict(browser, "unchanged", "failed").await?;
    browser.language("zh-TW").await?;
    browser.pictures("firmware-zh-TW").await?;
    browser.language("en").await?;
    remove(browser).await.context("the removal")?;
    browser.clean().await
}

async fn remove(browser: &Browser) -> Result<()> {
    let id = first_stored(browser).await?;
    browser.click(&format!("remove-{id}")).await?;
    browser.click(&format!("remove-confirm-{id}")).await?;
    browser.miss(&format!("firmware-row-{id}")).await?;

    // Only for devices that run a version, of which there is no other.
    let id = first_stored(browser).await?;
    browser.click(&format!("edit-{id}")).await?;
    browser.fill(&format!("edit-note-{id}"), "For the pump.").await?;
    browser.click(&format!("for-some-{id}")).await?;
    let save = format!("edit-save-{id}");
    ensure!(browser.attribute(&save, "disabled").await?.is_some(), "it would be for nobody");
    browser.pictures("firmware-edit").await?;
    browser.click(&format!("for-any-{id}")).await?;
    browser.click(&save).await?;
    browser.see_text(&format!("firmware-row-{id}"), "For the pump.").await?;
    browser.click(&format!("remove-{id}")).await?;
    browser.pictures("firmware-remove").await?;
    browser.click(&format!("remove-confirm-{id}")).await?;
    browser.see("firmwares-empty").await
}

async fn first_stored(browser: &Browser) -> Result<String> {
    let script =
        "return document.querySelector('[data-testid^=\"remove-\"]').dataset.testid.slice(7);";
    let id = browser.script(script).await?;
    Ok(id.as_str().context("no firmware")?.to_owned())
}
