//! Charts are opened whose points are there already.

use anyhow::{Context as _, Result};

use super::{LINES, Place, SETTLE, fill, open, show, shown};
use crate::Options;
use crate::browser::{Browser, Page};
use crate::figures::{Round, time};
use crate::report::Section;

/// One line in each.
const CHARTS: [&[&str]; 4] = [&[LINES[0]], &[LINES[1]], &[LINES[2]], &[LINES[3]]];

/// Points of each: one a second.
const POINTS: usize = 21_600;

/// Of the window, in pixels: the console draws no chart that is out of sight.
const TALL: u32 = 2000;

/// Six hours.
const SPAN: u64 = POINTS as u64 * 1000;

/// Another round.
pub(super) async fn run(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    section: &mut Section,
) -> Result<()> {
    let title = format!("{} charts of {POINTS} points, opened", CHARTS.len());
    let mut size = [1000.0, 300.0];
    let figures = console(browser, place, &mut size).await.context("console")?;
    section.record(&title, "console", figures);
    if !options.alone {
        let url = place.peer("opened", "uplot", CHARTS.len(), POINTS, SPAN, size);
        let page = browser.open(&url).await?;
        browser.stretch(&page, TALL).await?;
        tokio::time::sleep(SETTLE).await;
        let figures = opened(browser, &page, "opened()").await.context("uPlot")?;
        section.record(&title, "uPlot", figures);
        browser.close(&page).await?;
    }
    Ok(())
}

async fn console(browser: &mut Browser, place: &Place, size: &mut [f64; 2]) -> Result<Round> {
    let lines = CHARTS.concat();
    let (page, mut drinker, device) = fill(browser, place, &lines, POINTS, SPAN).await?;
    browser.stretch(&page, TALL).await?;
    // The code of the charts is there: the peer's is, too.
    *size = show(browser, &page, &device, &[&[LINES[0]]], POINTS, SPAN).await?;
    browser.eval(&page, &format!("location.hash = '#/devices/{}'", device.id)).await?;
    drinker.settle(SETTLE).await?;
    let charts = format!(
        "new Promise(done => {{ new MutationObserver((_, change) => {{ if (!({})) return; change.disconnect(); done(); }})
            .observe(document, {{subtree: true, childList: true, attributes: true}}); {}; }})",
        shown(&CHARTS, POINTS),
        open(&device, &CHARTS, SPAN)
    );
    let figures = opened(browser, &page, &charts).await?;
    browser.close(&page).await?;
    Ok(figures)
}

/// From the wish to the next animation frame after everything is drawn.
async fn opened(browser: &mut Browser, page: &Page, charts: &str) -> Result<Round> {
    let measured = format!(
        "(async () => {{ const start = performance.now(); await {charts};
            await new Promise(requestAnimationFrame); return performance.now() - start; }})()"
    );
    let look = browser.look();
    let wall = browser.eval(page, &measured).await?.as_f64().context("no time")?;
    let used = browser.used(page, &look);
    Ok(vec![
        ("until they are drawn", time(wall / 1000.0)),
        ("CPU of the page's thread", time(used.page.as_secs_f64())),
        ("CPU of all processes", time(used.all.as_secs_f64())),
    ])
}
