//! A firmware of any size: hashed in constant memory, uploaded, fetched back.
//!
//! 256 MiB by default. `MCS_E2E_FULL=1` makes it 4 GiB, the largest that the server takes, which needs
//! twice as much of the disk for a while.

use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use mcs_digest::{Checksums, Digest};
use serde_json::Value;
use tokio::time::Instant;

use crate::browser::Browser;
use crate::output;
use crate::process::{Server, until};

const NAME: &str = "firmware-large";
const MIB: u64 = 1 << 20;
/// What the page may need more, however large the file: pictures of it are taken, too.
const MOST: u64 = 128 * MIB;

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_firmware_is_hashed_uploaded_and_fetched_back_in_little_memory() -> Result<()> {
    let server = Server::start(NAME).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server).await;
    // It would stay for as long as the target folder does.
    for large in ["data", "large.bin"] {
        let path = output().join(NAME).join(large);
        let _ = fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path));
    }
    browser.finish(result).await
}

/// A file of so many bytes, most of which cost the disk nothing, and its sums.
fn large(size: u64) -> Result<(PathBuf, Checksums)> {
    let path = output().join(NAME).join("large.bin");
    let mut file = File::create(&path)?;
    file.set_len(size)?;
    // What differs from its surroundings, up to the last byte: behind 4 GiB a count of 32 bits begins anew.
    for (place, byte) in [(0, 1), (size / 2, 2), (size - 1, 3)] {
        file.seek(SeekFrom::Start(place))?;
        file.write_all(&[byte])?;
    }
    let (mut digest, mut reader) = (Digest::new(), File::open(&path)?);
    let mut buffer = vec![0; MIB as usize];
    loop {
        match std::io::Read::read(&mut reader, &mut buffer)? {
            0 => return Ok((path, digest.finish())),
            read => digest.update(&buffer[..read]),
        }
    }
}

async fn walk(browser: &Browser, server: &Server) -> Result<()> {
    let full = std::env::var_os("MCS_E2E_FULL").is_some();
    let size = if full { 4096 * MIB } else { 256 * MIB };
    let (path, sums) = large(size)?;
    browser.open(&format!("http://{}/", server.http)).await?;
    browser.sign_in().await?;
    browser.click("nav-firmware").await?;
    browser.see("job").await?;
    let before = browser.memory().unwrap_or_default();

    let start = Instant::now();
    browser.send("firmware-file", &path.display().to_string()).await?;
    if full {
        browser.see("job-pace").await?;
        browser.pictures("firmware-hashing").await?;
    }
    let most = follow(browser, "hash-progress", "hashed").await.context("hashing")?;
    told("hashed", size, start);
    browser.fill("expected-md5", &sums.md5.to_string()).await?;
    browser.expect("expected-verdict", "data-verdict", "match").await?;
    browser.see_text("sha256", &sums.sha256.to_string()).await?;
    eprintln!(
        "the page had {} MiB before, and {} MiB at most while it hashed",
        before / MIB,
        most / MIB
    );
    ensure!(most < before + MOST, "hashing takes {} MiB", most.saturating_sub(before) / MIB);

    browser.fill("firmware-version", "4.0").await?;
    let start = Instant::now();
    browser.click("upload").await?;
    browser.expect("job", "data-stage", "uploading").await?;
    let most = follow(browser, "upload-progress", "uploaded").await.context("the upload")?;
    told("uploaded and taken by the server", size, start);
    ensure!(most < before + MOST, "the upload takes {} MiB", most.saturating_sub(before) / MIB);

    let start = Instant::now();
    let mut last = String::new();
    loop {
        let verdict = browser.attribute("check-fetchedback", "data-verdict").await?;
        if verdict.as_deref() != Some("waiting") {
            break;
        }
        last = until("more is fetched back", async || {
            let ended = browser.attribute("check-fetchedback", "data-verdict").await?;
            let list = browser.text("firmware-list").await?;
            Ok((list != last || ended.as_deref() != Some("waiting")).then_some(list))
        })
        .await?;
    }
    told("fetched back", size, start);
    browser.expect("check-fetchedback", "data-verdict", "passed").await?;
    browser.expect("check-received", "data-verdict", "passed").await?;
    if let Some(peak) = server.peak_memory() {
        eprintln!("the server had {} MiB at most", peak / MIB);
        ensure!(peak < 512 * MIB, "the server took {} MiB", peak / MIB);
    }
    browser.clean().await
}

/// Looks on until the file has come to another stage; answers the most memory that the page had meanwhile.
async fn follow(browser: &Browser, progress: &str, next: &str) -> Result<u64> {
    let mut most = 0;
    let mut last = Value::Null;
    loop {
        most = most.max(browser.memory().unwrap_or_default());
        let script = format!(
            "return [document.querySelector('[data-testid=job]').dataset.stage,
                document.querySelector('[data-testid={progress}]')?.value ?? 1];"
        );
        last = until(&format!("{progress} moves"), async || {
            let now = browser.script(&script).await?;
            Ok((now != last || now[1] == 1).then_some(now))
        })
        .await?;
        if last[0] == next {
            return Ok(most);
        }
        ensure!(last[0] != "failed", "it failed: {}", browser.text("job-error").await?);
        // All is sent, and the server takes its time.
        if last[1] == 1 {
            browser.expect("job", "data-stage", next).await?;
        }
    }
}

fn told(what: &str, size: u64, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    eprintln!(
        "{} MiB {what} in {seconds:.1} s, {:.0} MiB/s",
        size / MIB,
        (size / MIB) as f64 / seconds
    );
}
