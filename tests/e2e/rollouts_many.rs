//! A rollout to a thousand boards that is paused, and resumed after the server was killed.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::boards::Board;
use crate::browser::Browser;
use crate::output;
use crate::process::Server;

const NAME: &str = "rollouts-many";
const BOARDS: u32 = 1000;
/// Those that are here, on both transports; the others sleep.
const AWAKE: u32 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_rollout_to_a_thousand_boards_is_paused_and_resumed_across_the_end_of_the_server()
-> Result<()> {
    let mut server = Server::start(NAME).await?;
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates/mcs-server/demo/prototype.json");
    let said = server.admin_says(&["prototype", "import", file], "").await?;
    let said: serde_json::Value = serde_json::from_str(&said)?;
    let product = said["prodId"].as_str().context("no id")?.to_owned();
    let mut lines = String::new();
    for n in 1..=BOARDS {
        write!(lines, "{}", Board::new(n).line())?;
    }
    let list = output().join(NAME).join("boards.csv");
    fs::write(&list, lines)?;
    server.admin(&["device", "import", &product, list.to_str().context("a path")?], "").await?;
    let browser = Browser::start(NAME).await?;
    let result = walk(&browser, &mut server, &product).await;
    browser.finish(result).await
}

async fn walk(browser: &Browser, server: &mut Server, product: &str) -> Result<()> {
    let site = format!("http://{}/", server.http);
    browser.open(&site).await?;
    browser.sign_in().await?;
    browser.open(&format!("{site}#/firmware/{product}")).await?;
    let file = output().join(NAME).join("app.bin");
    fs::write(&file, "2.0".repeat(1000))?;
    browser.send("firmware-file", &file.display().to_string()).await?;
    browser.expect("job", "data-stage", "hashed").await?;
    browser.fill("firmware-version", "2.0").await?;
    browser.click("upload").await?;
    let firmware = browser.stored("2.0").await?;

    let mut boards: Vec<_> = (1..=AWAKE).map(Board::new).collect();
    for board in &mut boards {
        board.connect(server).await?;
    }
    browser.click(&format!("roll-out-{firmware}")).await?;
    browser.expect("make-verified", "data-state", "verified").await?;
    browser.expect("rollout-preview", "data-devices", "1000").await?;
    browser.click("plan-details").await?;
    // One after the other of those that are here.
    browser.fill("plan-waves", " ").await?;
    browser.fill("plan-parallel", "4").await?;
    browser.fill("plan-confirming", "0").await?;
    browser.pictures("rollout-many-draft").await?;
    browser.click("rollout-make").await?;
    browser.fill("confirm-count", "1000").await?;
    browser.click("confirm-make").await?;
    browser.expect("rollout-course", "data-state", "running").await?;
    browser.click("rollout-pause").await?;
    browser.expect("rollout-course", "data-state", "paused").await?;

    // Nothing that happens meanwhile sends anybody anything.
    server.kill().await?;
    browser.see("banner").await?;
    server.start_again().await?;
    browser.expect("link-state", "data-state", "connected").await?;
    browser.expect("rollout-course", "data-state", "paused").await?;
    let told = browser.number("count-open", "data-count", |it| it <= 4.0).await?;
    for board in &mut boards {
        board.connect(server).await?;
    }
    browser.pictures("rollout-many-paused").await?;
    browser.click("rollout-resume").await?;
    server.kill().await?;
    server.start_again().await?;
    browser.expect("link-state", "data-state", "connected").await?;
    if browser.attribute("rollout-course", "data-state").await?.as_deref() == Some("paused") {
        browser.click("rollout-resume").await?;
    }
    browser.expect("rollout-course", "data-state", "running").await?;
    for board in &mut boards {
        board.connect(server).await?;
    }
    eprintln!("{told} boards had the notice before the pause");
    // A board that was told before the server ended is told nothing twice: it reports all the same.
    for board in &mut boards {
        board.report(server, "2.0").await?;
    }
    browser.number("count-updated", "data-count", |it| it == f64::from(AWAKE)).await?;
    browser.number("count-asleep", "data-count", |it| it == f64::from(BOARDS - AWAKE)).await?;
    // Rows come some hundred at a time.
    browser.click("rollout-more").await?;
    browser.pictures("rollout-many").await?;
    browser.click("show-good").await?;
    for board in &boards {
        let row = format!("rollout-device-{}", board.id);
        browser.expect(&row, "data-state", "UPDATED").await?;
        let notices = browser.attribute(&row, "data-notices").await?;
        ensure!(notices.as_deref() <= Some("1"), "{} got {notices:?} notices", board.id);
    }
    browser.clean().await
}
