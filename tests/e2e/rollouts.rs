//! A firmware on its way to twenty boards in waves, watched in a browser.

use std::fs;
use std::ops::RangeInclusive;

use anyhow::{Context as _, Result, ensure};
use mcs_digest::Checksums;

use crate::boards::Board;
use crate::browser::Browser;
use crate::output;
use crate::process::{Server, until};

const NAME: &str = "rollouts";
const IMAGE: &[u8] = &[7; 8_000_000];

// What each of the twenty does, by number.
const GOOD: RangeInclusive<u32> = 1..=4;
const LATE: RangeInclusive<u32> = 5..=6;
const NEVER: u32 = 7;
const INSTALLED: u32 = 8;
const PLAIN: RangeInclusive<u32> = 9..=10;
const SLOW: RangeInclusive<u32> = 11..=12;
const ASLEEP: RangeInclusive<u32> = 13..=14;
const WRONG_CHECK: RangeInclusive<u32> = 15..=16;
const OLD: RangeInclusive<u32> = 17..=18;
const ROLLS_BACK: RangeInclusive<u32> = 19..=20;

/// Where a board has to end.
fn end(n: u32) -> &'static str {
    match n {
        NEVER => "CANCELED",
        INSTALLED => "ALREADY_INSTALLED",
        _ if WRONG_CHECK.contains(&n) || OLD.contains(&n) => "FAILED",
        _ if ROLLS_BACK.contains(&n) => "ROLLED_BACK",
        _ => "UPDATED",
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_boards_are_rolled_out_to_and_the_table_ends_right_for_each() -> Result<()> {
    let mut server = Server::start(NAME).await?;
    let product = populate(&server).await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &mut server, &product).await;
    browser.finish(result).await
}

/// A prototype of twenty boards.
async fn populate(server: &Server) -> Result<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/mcs-server/demo/prototype.json");
    let said = server.admin_says(&["prototype", "import", file], "").await?;
    let said: serde_json::Value = serde_json::from_str(&said)?;
    let product = said["prodId"].as_str().context("no id")?.to_owned();
    let list = output().join(NAME).join("boards.csv");
    fs::write(&list, (1..=20).map(|n| Board::new(n).line()).collect::<String>())?;
    let list = list.to_str().context("no UTF-8")?;
    server.admin(&["device", "import", &product, list], "").await?;
    Ok(product)
}

async fn walk(browser: &Browser, server: &mut Server, product: &str) -> Result<()> {
    let site = format!("http://{}/", server.http);
    browser.open(&site).await?;
    browser.sign_in().await?;
    browser.open(&format!("{site}#/rollouts")).await?;
    browser.see("rollouts-empty").await?;
    browser.pictures("rollouts-empty").await?;
    let firmware = upload(browser, &site, product).await.context("the upload")?;

    let mut boards = Vec::new();
    for n in 1..=20 {
        let mut board = Board::new(n);
        board.report(server, if n == INSTALLED { "2.0" } else { "1.0" }).await?;
        if !ASLEEP.contains(&n) && n != NEVER {
            board.connect(server).await?;
        }
        boards.push(board);
    }
    make(browser, &firmware).await.context("the draft")?;
    first_half(browser, server, &mut boards).await.context("until the server is killed")?;
    server.kill().await?;
    browser.see("banner").await?;
    server.start_again().await?;
    browser.expect("link-state", "data-state", "connected").await?;
    second_half(browser, server, &mut boards).await.context("after the server was killed")?;

    browser.see("rollout-pause").await?;
    browser.click("rollout-cancel").await?;
    browser.click("rollout-cancel-confirm").await?;
    browser.expect("rollout-course", "data-state", "canceled").await?;
    for n in 1..=20 {
        browser
            .expect(&row(n), "data-state", end(n))
            .await
            .with_context(|| format!("board {n}"))?;
    }
    browser.pictures("rollout-ended").await?;
    for (part, filter) in [("updated", "good"), ("failed", "bad"), ("apart", "apart")] {
        let count = browser.attribute(&format!("count-{part}"), "data-count").await?;
        let count = count.context("a bar without counts")?;
        let said = browser.text(&format!("show-{filter}")).await?;
        ensure!(said.ends_with(&format!(" {count}")), "{said}, but the bar says {count}");
    }
    browser.click("tab-audit").await?;
    browser.see("audit").await?;
    let audit = browser.text("audit").await?;
    ensure!(audit.contains("SHA-256"), "the audit does not say what was sent: {audit}");
    browser.pictures("rollout-audit").await?;
    browser.language("zh-TW").await?;
    browser.see("audit").await?;
    browser.pictures("rollout-audit-zh").await?;
    browser.click("tab-devices").await?;
    browser.see("rollout-devices").await?;
    browser.pictures("rollout-ended-zh").await?;
    browser.language("en").await?;
    browser.open(&format!("{site}#/rollouts")).await?;
    browser.see("rollout-list").await?;
    browser.pictures("rollouts").await?;
    in_spite_of_a_downgrade(browser, server, &boards[0], (product, &firmware))
        .await
        .context("a downgrade")?;
    browser.open(&format!("{site}#/rollouts/Rnone")).await?;
    browser.see("rollout-missing").await?;
    browser.clean().await
}

fn row(n: u32) -> String {
    format!("rollout-device-{}", Board::new(n).id)
}

async fn upload(browser: &Browser, site: &str, product: &str) -> Result<String> {
    let file = output().join(NAME).join("app-2.0.bin");
    fs::write(&file, IMAGE)?;
    browser.open(&format!("{site}#/firmware/{product}")).await?;
    // With the list that `md5sum` wrote of the build's folder.
    let list = output().join(NAME).join("build.md5");
    let (sum, other) = (Checksums::of(IMAGE).md5, Checksums::of(b"").md5);
    fs::write(&list, format!("{other}  boot.bin\n{sum}  out/app-2.0.bin\n"))?;
    let both = format!("{}\n{}", list.display(), file.display());
    browser.send("firmware-file", &both).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    browser.expect("expected-verdict", "data-verdict", "match").await?;
    browser.fill("firmware-version", "2.0").await?;
    browser.click("upload").await?;
    browser.expect("job", "data-stage", "uploaded").await?;
    until("the firmware is listed", async || {
        let script = "return document.querySelector('[data-testid^=\"roll-out-\"]')?.dataset.testid.slice(9);";
        Ok(browser.script(script).await?.as_str().map(str::to_owned))
    })
    .await
}

async fn make(browser: &Browser, firmware: &str) -> Result<()> {
    browser.click(&format!("roll-out-{firmware}")).await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    // The one that runs it already is left out, unless it is asked for.
    browser.expect("rollout-preview", "data-devices", "19").await?;
    browser.click("outdated-only").await?;
    browser.expect("rollout-preview", "data-devices", "20").await?;
    browser.expect("preview-wave-0", "data-count", "1").await?;
    browser.pictures("rollout-draft").await?;

    browser.click("plan-details").await?;
    browser.fill("plan-success", "0").await?;
    browser.expect("plan-success", "aria-invalid", "true").await?;
    browser.expect("rollout-make", "disabled", "").await?;
    browser.pictures("rollout-draft-wrong").await?;
    browser.fill("plan-success", "1").await?;
    browser.fill("plan-waves", "1").await?;
    browser.fill("plan-maxfailures", " ").await?;
    browser.fill("plan-maxfailedpercent", " ").await?;
    browser.fill("plan-confirming", "0.1").await?;
    browser.expect("preview-wave-1", "data-count", "19").await?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "19").await?;
    ensure!(browser.attribute("confirm-make", "disabled").await?.is_some(), "a wrong count passes");
    browser.fill("confirm-count", "20").await?;
    browser.pictures("rollout-question").await?;
    browser.click("confirm-make").await?;
    browser.expect("rollout-course", "data-state", "running").await
}

/// A board runs a newer version: what it is sent in spite of, and who said so.
async fn in_spite_of_a_downgrade(
    browser: &Browser,
    server: &Server,
    board: &Board,
    (product, firmware): (&str, &str),
) -> Result<()> {
    board.report(server, "3.0").await?;
    let site = format!("http://{}/", server.http);
    browser.open(&format!("{site}#/firmware/{product}")).await?;
    browser.click(&format!("roll-out-{firmware}")).await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    browser.see("override-downgrade").await?;
    browser.click("override-downgrade").await?;
    browser
        .fill(
            "override-reason-downgrade",
            "3.0 drains the battery of boards of the first series within a week",
        )
        .await?;
    browser.click("rollout-make").await?;
    let devices =
        browser.attribute("rollout-preview", "data-devices").await?.context("no count")?;
    browser.fill("confirm-count", &devices).await?;
    browser.click("confirm-make").await?;
    browser.see("overridden-downgrade").await?;
    browser.pictures("rollout-override").await?;
    browser.language("zh-TW").await?;
    browser.see("overridden-downgrade").await?;
    browser.pictures("rollout-override-zh").await?;
    browser.language("en").await
}

async fn first_half(browser: &Browser, server: &Server, boards: &mut [Board]) -> Result<()> {
    let state = async |n: u32, state: &str| browser.expect(&row(n), "data-state", state).await;
    // The first board alone.
    state(1, "INITIATED").await?;
    state(2, "QUEUED").await?;
    browser.expect("wave-1", "data-begun", "false").await?;
    browser.click("rollout-pause").await?;
    browser.expect("rollout-course", "data-state", "paused").await?;
    at(boards, 1).fetch(server).await?;
    at(boards, 1).report(server, "2.0").await?;
    state(1, "UPDATED").await?;
    browser.expect("wave-1", "data-begun", "false").await?;
    browser.pictures("rollout-paused").await?;
    browser.click("rollout-resume").await?;
    state(2, "INITIATED").await?;
    browser.expect("wave-1", "data-begun", "true").await?;

    for n in GOOD.skip(1).chain(LATE) {
        at(boards, n).fetch(server).await?;
        state(n, "DOWNLOADED").await?;
    }
    for n in PLAIN {
        at(boards, n).hear_notice().await?;
    }
    for n in GOOD.skip(1).chain(PLAIN) {
        at(boards, n).report(server, "2.0").await?;
    }
    for n in GOOD.skip(1).chain(PLAIN) {
        state(n, "UPDATED").await?;
    }
    for n in SLOW {
        at(boards, n).fetch_some(server, 2000).await?;
        state(n, "DOWNLOADING").await?;
    }
    for n in WRONG_CHECK {
        at(boards, n).fetch(server).await?;
        at(boards, n).say(server, "failed: the MD5 differs").await?;
        state(n, "FAILED").await?;
    }
    for n in OLD {
        at(boards, n).fetch(server).await?;
        at(boards, n).connect(server).await?;
        at(boards, n).report(server, "1.0").await?;
        at(boards, n).hear_notice().await?;
        browser.expect(&row(n), "data-notices", "2").await?;
    }
    for n in ROLLS_BACK {
        at(boards, n).fetch(server).await?;
        at(boards, n).report(server, "2.0").await?;
        state(n, "CONFIRMING").await?;
        at(boards, n).report(server, "1.0").await?;
        state(n, "ROLLED_BACK").await?;
    }
    state(*ASLEEP.start(), "QUEUED").await?;
    browser.expect(&row(*ASLEEP.start()), "data-waits", "away").await?;
    // One reads slowly: how fast that is, and how long it will take.
    let held = at(boards, *SLOW.start()).sip_rest(server, 2000).await?;
    browser.see("rollout-download").await?;
    until("a rate", async || {
        let said = browser.text(&row(*SLOW.start())).await?;
        Ok(said.contains("a second").then_some(()))
    })
    .await?;
    browser.pictures("rollout-running").await?;
    drop(held);
    Ok(())
}

async fn second_half(browser: &Browser, server: &Server, boards: &mut [Board]) -> Result<()> {
    let state = async |n: u32, state: &str| browser.expect(&row(n), "data-state", state).await;
    for n in (1..=20).filter(|n| *n != NEVER) {
        at(boards, n).connect(server).await?;
    }
    for n in SLOW.chain(LATE) {
        at(boards, n).fetch_rest(server, 2000).await?;
        at(boards, n).report(server, "2.0").await?;
    }
    for n in ASLEEP {
        at(boards, n).fetch(server).await?;
        at(boards, n).report(server, "2.0").await?;
    }
    for n in SLOW.chain(LATE).chain(ASLEEP) {
        state(n, "UPDATED").await?;
    }
    for n in OLD {
        // The second notice was in vain, and so is the third.
        at(boards, n).connect(server).await?;
        at(boards, n).report(server, "1.0").await?;
        at(boards, n).hear_notice().await?;
        at(boards, n).connect(server).await?;
        at(boards, n).report(server, "1.0").await?;
        state(n, "FAILED").await?;
    }
    Ok(())
}

fn at(boards: &mut [Board], n: u32) -> &mut Board {
    &mut boards[n as usize - 1]
}
