//! A rollout without a server: the console runs it, against a plain broker, and goes on with it when
//! the page is loaded again.

use std::fs;

use anyhow::{Context as _, Result, ensure};
use mcs_digest::Checksums;

use crate::boards::Board;
use crate::browser::Browser;
use crate::process::Broker;
use crate::{dist, files, output};

const NAME: &str = "rollouts-static";
const IMAGE: &[u8] = &[9; 3000];
const CHANNELS: &str = "temperature, float, display, Temperature\n\
    status, string, display, Status\nversion, string, display, Version";

// All on MQTT.
const GOOD: u32 = 2;
const SLOW: u32 = 4;
const WRONG_CHECK: u32 = 6;
const ASLEEP: u32 = 8;
const ROLLS_BACK: u32 = 10;
const ALL: [u32; 5] = [GOOD, SLOW, WRONG_CHECK, ASLEEP, ROLLS_BACK];

#[tokio::test(flavor = "multi_thread")]
async fn the_console_rolls_out_by_itself_and_goes_on_when_it_is_loaded_again() -> Result<()> {
    let broker = Broker::start(NAME).await?;
    let folder = output().join(NAME);
    fs::write(folder.join("app-2.0.bin"), IMAGE)?;
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
    let mut boards = Vec::new();
    for n in ALL {
        let mut board = Board::new(n);
        browser.fill("new-id", &board.id).await?;
        browser.fill("new-key", board.key()).await?;
        browser.fill("new-name", &format!("Board {n}")).await?;
        browser.fill("new-channels", CHANNELS).await?;
        browser.click("new-add").await?;
        board.join(broker.mqtt).await?;
        boards.push(board);
    }
    browser.open(&format!("{site}#/rollouts")).await?;
    browser.expect("rollouts-keeper", "data-state", "here").await?;
    browser.pictures("rollouts-static-empty").await?;
    wrong_addresses(browser, site).await.context("wrong addresses")?;
    make(browser, site).await.context("the draft")?;

    let [good, slow, wrong, asleep, back] = &mut boards[..] else { unreachable!() };
    for board in [&mut *good, &mut *slow, &mut *wrong, &mut *back] {
        board.publish("status", "online").await?;
        let notice = board.notice().await?;
        let md5 = Checksums::of(IMAGE).md5;
        let end = format!(",FOTA,2.0,{md5},{site}app-2.0.bin");
        ensure!(notice.ends_with(&end), "{notice}");
    }
    good.publish("status", "downloading 40%").await?;
    state(browser, GOOD, "DOWNLOADING").await?;
    good.publish("version", "2.0").await?;
    state(browser, GOOD, "UPDATED").await?;
    slow.publish("status", "downloaded").await?;
    state(browser, SLOW, "DOWNLOADED").await?;
    wrong.publish("status", "failed: the MD5 differs").await?;
    state(browser, WRONG_CHECK, "FAILED").await?;
    state(browser, ASLEEP, "QUEUED").await?;
    browser.pictures("rollout-static-running").await?;

    browser.reload().await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.expect("rollouts-keeper", "data-state", "here").await?;
    for (n, expected) in
        [(GOOD, "UPDATED"), (SLOW, "DOWNLOADED"), (WRONG_CHECK, "FAILED"), (ASLEEP, "QUEUED")]
    {
        state(browser, n, expected).await?;
    }
    asleep.publish("temperature", "20").await?;
    asleep.notice().await?;
    for board in [&mut *slow, &mut *back] {
        board.publish("temperature", "20").await?;
        board.publish("version", "1.0").await?;
    }
    for board in [slow, asleep] {
        board.publish("status", "rebooting").await?;
        board.publish("version", "2.0").await?;
    }
    back.publish("version", "2.0").await?;
    state(browser, ROLLS_BACK, "CONFIRMING").await?;
    back.publish("version", "1.0").await?;
    for (n, expected) in [(SLOW, "UPDATED"), (ASLEEP, "UPDATED"), (ROLLS_BACK, "ROLLED_BACK")] {
        state(browser, n, expected).await?;
    }
    browser.expect("rollout-course", "data-state", "finished").await?;
    for (n, board) in ALL.into_iter().zip(&mut boards) {
        board.heard_nothing().await?;
        browser.expect(&row(n), "data-notices", "1").await?;
    }
    browser.click("tab-audit").await?;
    browser.see("audit-csv").await?;
    let sha256 = Checksums::of(IMAGE).sha256.to_string();
    browser.see_text("audit", &sha256).await?;
    browser.pictures("rollout-static-audit").await?;
    browser.open(&format!("{site}#/rollouts")).await?;
    browser.see("images").await?;
    browser.pictures("rollouts-static").await?;
    browser.language("zh-TW").await?;
    browser.see("images").await?;
    browser.pictures("rollouts-static-zh").await?;
    browser.clean().await
}

async fn state(browser: &Browser, n: u32, state: &str) -> Result<()> {
    browser.expect(&row(n), "data-state", state).await.with_context(|| format!("board {n}"))
}

fn row(n: u32) -> String {
    format!("rollout-device-{}", Board::new(n).id)
}

async fn wrong_addresses(browser: &Browser, site: &str) -> Result<()> {
    browser.fill("image-version", "2.0").await?;
    browser.fill("image-url", "ftp://files/app.bin").await?;
    browser.click("image-fetch").await?;
    browser.see_text("rollouts-problem", "http://").await?;
    browser.fill("image-url", &format!("{site}gone.bin")).await?;
    browser.click("image-fetch").await?;
    browser.see_text("rollouts-problem", "404").await?;
    // Another server, which lets no page of others read its files.
    let elsewhere = files::serve(output().join(NAME)).await?;
    browser.fill("image-url", &format!("http://{elsewhere}/app-2.0.bin")).await?;
    browser.click("image-fetch").await?;
    browser.see_text("rollouts-problem", "Access-Control-Allow-Origin").await?;
    browser.fill("image-url", &format!("{site}app-2.0.bin")).await?;
    browser.fill("image-md5", &Checksums::of(b"another").md5.to_string()).await?;
    browser.click("image-fetch").await?;
    browser.expect("check-md5", "data-verdict", "failed").await?;
    browser.see_text("check-md5", &Checksums::of(IMAGE).md5.to_string()).await?;
    browser.pictures("rollouts-static-wrong").await
}

async fn make(browser: &Browser, site: &str) -> Result<()> {
    browser.fill("image-url", &format!("{site}app-2.0.bin")).await?;
    browser.fill("image-md5", &Checksums::of(IMAGE).md5.to_string()).await?;
    browser.click("image-fetch").await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    browser.expect("rollout-preview", "data-devices", "5").await?;
    browser.click("plan-details").await?;
    browser.fill("plan-waves", " ").await?;
    browser.fill("plan-maxfailures", " ").await?;
    browser.fill("plan-maxfailedpercent", " ").await?;
    browser.fill("plan-confirming", "0.05").await?;
    browser.pictures("rollout-static-draft").await?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "5").await?;
    browser.click("confirm-make").await?;
    browser.expect("rollout-course", "data-state", "running").await
}
