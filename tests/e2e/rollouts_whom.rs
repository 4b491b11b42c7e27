//! Whom a firmware goes to: the boards of a tag, and of them those that run a version that it is for.

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::boards::Board;
use crate::browser::Browser;
use crate::output;
use crate::process::Server;

const NAME: &str = "rollouts-whom";

// All on MQTT.
const FITS: [u32; 2] = [2, 4];
const OTHER_VERSION: u32 = 6;
const NEVER_REPORTED: u32 = 8;
const OTHER_TAG: u32 = 10;
const ALL: [u32; 5] = [2, 4, OTHER_VERSION, NEVER_REPORTED, OTHER_TAG];

#[tokio::test(flavor = "multi_thread")]
async fn a_firmware_for_some_versions_goes_to_the_boards_of_a_tag_that_run_them() -> Result<()> {
    let server = Server::start(NAME).await?;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/mcs-server/demo/prototype.json");
    let said = server.admin_says(&["prototype", "import", file], "").await?;
    let said: serde_json::Value = serde_json::from_str(&said)?;
    let product = said["prodId"].as_str().context("no id")?.to_owned();
    let list = output().join(NAME).join("boards.csv");
    fs::write(&list, ALL.map(|n| Board::new(n).line()).concat())?;
    server.admin(&["device", "import", &product, list.to_str().context("a path")?], "").await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &server, &product).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &Server, product: &str) -> Result<()> {
    let site = format!("http://{}/", server.http);
    browser.open(&site).await?;
    browser.sign_in().await?;
    for n in ALL.into_iter().filter(|n| *n != OTHER_TAG) {
        tag(browser, &site, product, &Board::new(n).id, "pilot").await?;
    }
    tag(browser, &site, product, &Board::new(OTHER_TAG).id, "field").await?;
    browser.open(&format!("{site}#/firmware/{product}")).await?;
    upload(browser, "1.0").await?;
    let old = browser.stored("1.0").await?;
    upload(browser, "2.0").await?;
    let new = browser.stored("2.0").await?;
    browser.click(&format!("edit-{new}")).await?;
    browser.click(&format!("for-some-{new}")).await?;
    browser.click(&format!("for-{old}")).await?;
    browser.pictures("firmware-for-some").await?;
    browser.click(&format!("edit-save-{new}")).await?;
    browser.see_text(&format!("firmware-row-{new}"), "Only for devices that run 1.0").await?;

    let mut boards = Vec::new();
    for n in ALL {
        let mut board = Board::new(n);
        match n {
            OTHER_VERSION => board.report(server, "0.9").await?,
            NEVER_REPORTED => {}
            _ => board.report(server, "1.0").await?,
        }
        board.connect(server).await?;
        boards.push(board);
    }
    make(browser, &new, "5").await.context("the draft")?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "4").await?;
    browser.click("confirm-make").await?;
    browser.expect("rollout-course", "data-state", "running").await?;
    for n in [OTHER_VERSION, NEVER_REPORTED] {
        state(browser, n, "REJECTED").await?;
    }
    for (n, board) in ALL.into_iter().zip(&mut boards) {
        if FITS.contains(&n) {
            board.fetch(server).await?;
            board.report(server, "2.0").await?;
            state(browser, n, "UPDATED").await?;
        } else {
            board.heard_nothing().await?;
        }
    }
    browser.expect("rollout-course", "data-state", "finished").await?;
    ensure!(!browser.sees(&row(OTHER_TAG)).await?, "a board of another tag is in it");
    browser.pictures("rollout-tag-ended").await?;

    // Somebody says why, and those that were turned down are sent it, too.
    browser.open(&format!("{site}#/firmware/{product}")).await?;
    make(browser, &new, "5").await.context("the second draft")?;
    browser.click("override-incompatible").await?;
    browser.expect("rollout-make", "disabled", "").await?;
    browser.fill("override-reason-incompatible", "Tried at the bench with 0.9").await?;
    browser.pictures("rollout-tag-override").await?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "2").await?;
    browser.click("confirm-make").await?;
    browser.see("overridden-incompatible").await?;
    for (n, board) in ALL.into_iter().zip(&mut boards) {
        if [OTHER_VERSION, NEVER_REPORTED].contains(&n) {
            board.fetch(server).await?;
            board.report(server, "2.0").await?;
            state(browser, n, "UPDATED").await?;
        }
    }
    browser.click("tab-audit").await?;
    browser.see_text("audit", "Tried at the bench with 0.9").await?;
    browser.clean().await
}

/// A rollout at once to the boards with the tag, of which `candidates` boards there are in all.
async fn make(browser: &Browser, firmware: &str, candidates: &str) -> Result<()> {
    browser.click(&format!("roll-out-{firmware}")).await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    browser.see_text("whom", &format!("All {candidates} devices")).await?;
    browser.click("whom-tag").await?;
    // Which tag is still to be said.
    browser.expect("rollout-make", "disabled", "").await?;
    browser.choose("whom-tag-name", "pilot").await?;
    browser.see("objection-incompatible").await?;
    browser.expect("objection-incompatible", "data-count", "2").await?;
    browser.click("plan-at-once").await?;
    browser.pictures("rollout-tag-draft").await
}

async fn state(browser: &Browser, n: u32, state: &str) -> Result<()> {
    browser.expect(&row(n), "data-state", state).await.with_context(|| format!("board {n}"))
}

fn row(n: u32) -> String {
    format!("rollout-device-{}", Board::new(n).id)
}

async fn tag(browser: &Browser, site: &str, product: &str, device: &str, tag: &str) -> Result<()> {
    browser.open(&format!("{site}#/prototypes/{product}")).await?;
    browser.click(&format!("manage-{device}")).await?;
    browser.fill("manage-tags", tag).await?;
    browser.click("manage-save").await?;
    browser.see_text(&format!("own-{device}"), tag).await
}

async fn upload(browser: &Browser, version: &str) -> Result<()> {
    let file = output().join(NAME).join(format!("app-{version}.bin"));
    fs::write(&file, version.repeat(1000))?;
    browser.send("firmware-file", &file.display().to_string()).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    browser.fill("firmware-version", version).await?;
    browser.click("upload").await?;
    browser.expect("job", "data-stage", "uploaded").await
}
