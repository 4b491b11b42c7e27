//! A wheel zooms and moves a chart of many points in every animation frame.

use anyhow::{Context as _, Result};

use super::{LINES, Place, SPAN, Watch, fill, show, stage};
use crate::Options;
use crate::browser::{Browser, query};
use crate::figures::Round;
use crate::report::Section;

/// Points of each line: as many as the console keeps, nearly.
const POINTS: usize = 300_000;

/// Zooms and moves through `zoom` and `move`, which it is given.
const GESTURES: &str = include_str!("../../../peers/gestures.js");

/// Another round.
pub(super) async fn run(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    section: &mut Section,
) -> Result<()> {
    let title = format!("{POINTS} points a line, zoomed and moved");
    let mut size = [1000.0, 300.0];
    let figures = console(options, browser, place, &mut size).await.context("console")?;
    section.record(&title, "console", figures);
    if !options.alone {
        let figures = peer(options, browser, place, size).await.context("uPlot")?;
        section.record(&title, "uPlot", figures);
    }
    Ok(())
}

async fn console(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    size: &mut [f64; 2],
) -> Result<Round> {
    // Whoever goes away disconnects the console.
    let (page, _drinker, device) = fill(browser, place, LINES, POINTS, SPAN).await?;
    *size = show(browser, &page, &device, &[LINES], POINTS, SPAN).await?;
    let wheel = format!(
        "{{const canvas = {canvas}; const {{left, top, width, height}} = canvas.getBoundingClientRect();
        const wheel = keys => canvas.dispatchEvent(new WheelEvent('wheel', {{bubbles: true, cancelable: true,
            clientX: left + width / 2, clientY: top + height / 2, ...keys}}));
        {GESTURES};
        gestures(by => wheel({{ctrlKey: true, deltaY: Math.log(by) / 0.002}}),
            by => wheel({{shiftKey: true, deltaX: by * width}}));}}",
        canvas = query(&format!("chart-canvas-{}", LINES[0]))
    );
    browser.eval(&page, &wheel).await?;
    let paints = format!("+{}.dataset.painted", stage(LINES));
    let watch = Watch::begin(browser, &page, &paints).await?;
    tokio::time::sleep(options.duration()).await;
    let figures = watch.end(browser, &page).await?;
    browser.close(&page).await?;
    Ok(figures)
}

async fn peer(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    size: [f64; 2],
) -> Result<Round> {
    let url = place.peer("gestures", "uplot", LINES.len(), POINTS, SPAN, size);
    let page = browser.open(&url).await?;
    browser.wait(&page, "window.paints > 5").await?;
    let watch = Watch::begin(browser, &page, "window.paints").await?;
    tokio::time::sleep(options.duration()).await;
    let figures = watch.end(browser, &page).await?;
    browser.close(&page).await?;
    Ok(figures)
}
