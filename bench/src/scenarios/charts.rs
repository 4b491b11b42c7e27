//! Lines that move on, are zoomed and moved, and are opened: the console's charts of a device beside uPlot and ECharts,
//! in one browser.

mod gestures;
mod opened;

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::receive::{SETTLE, connect, import};
use crate::browser::{Browser, Look, Page, Used, peers, query};
use crate::figures::{Round, cores, count, each, rate, time};
use crate::load::fountain::{Drinker, Fountain, Publish};
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{Device, FLOATS};
use crate::{Options, clock, files};

/// The channels of the lines: as many as a chart of the console takes.
const LINES: &[&str] = FLOATS.split_at(8).0;

/// Points of each line, all of them within the window.
const POINTS: [usize; 2] = [10_000, 100_000];

/// The window: a quarter of an hour.
const SPAN: u64 = 15 * 60 * 1000;

/// New points a second of each line.
const RATE: u64 = 100;

/// Milliseconds between two portions of new points.
const PAUSE: u64 = 20;

/// What paints.
const PAINTERS: [(&str, Option<&str>); 3] =
    [("console", None), ("uPlot", Some("uplot")), ("ECharts", Some("echarts"))];

/// Tells of every task of the page's thread that takes over 50 ms.
const WATCH: &str = "window.long = []; new PerformanceObserver(list => list.getEntries().forEach(\
    it => window.long.push(it.duration))).observe({type: 'longtask'})";

/// Where everything is.
struct Place {
    fountain: Fountain,
    console: String,
    peers: String,
}

impl Place {
    /// The page of a library, and what it is to show.
    fn peer(
        &self,
        act: &str,
        library: &str,
        lines: usize,
        points: usize,
        span: u64,
        [width, height]: [f64; 2],
    ) -> String {
        format!(
            "{}charts.html?act={act}&library={library}&points={points}&span={span}&rate={RATE}&lines={lines}\
             &width={width}&height={height}",
            self.peers
        )
    }
}

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut browser = Browser::start(options, "charts").await?;
    let place = Place {
        fountain: Fountain::open().await?,
        console: format!("http://{}/", files::serve(options.console.clone()).await?),
        peers: format!("http://{}/", files::serve(options.peers.clone()).await?),
    };
    let lines = LINES.len();
    let mut section = Section::new(
        "charts",
        format!(
            "{lines} lines in one chart of {} minutes that moves on by {} points a second, for {} s, in {}. The console \
             takes every point by MQTT from a WebSocket, keeps it in its worker, and paints on the page of the device, with \
             all that stands around the chart; {} make their points themselves, and draw on a bare canvas of the same \
             size ({}). Then more points, through which a wheel zooms and moves in every animation frame, and charts that \
             are opened when their points are there.",
            SPAN / 60_000,
            RATE * lines as u64,
            options.seconds,
            browser.version().await?,
            "uPlot and ECharts (`sampling: 'minmax'`)",
            peers(options, &["uplot", "echarts"])?
        ),
    );
    for round in 1..=options.rounds {
        println!("── charts: round {round} of {}", options.rounds);
        for points in POINTS {
            let title = format!("{points} points a line");
            let mut size = [1000.0, 300.0];
            for (name, library) in PAINTERS {
                let figures = match library {
                    None => console(options, &mut browser, &place, points, &mut size).await,
                    Some(_) if options.alone => continue,
                    Some(library) => {
                        peer(options, &mut browser, &place, points, library, size).await
                    }
                };
                section.record(&title, name, figures.with_context(|| format!("{title}: {name}"))?);
            }
        }
        gestures::run(options, &mut browser, &place, &mut section).await?;
        opened::run(options, &mut browser, &place, &mut section).await?;
    }
    section.process("the load", own_usage()?);
    browser.end().await?;
    Ok(section)
}

/// The console on one device's page; `size` becomes that of its chart.
async fn console(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    points: usize,
    size: &mut [f64; 2],
) -> Result<Round> {
    let (page, mut drinker, device) = fill(browser, place, LINES, points, SPAN).await?;
    *size = show(browser, &page, &device, &[LINES], points, SPAN).await?;
    move_on(&mut drinker, &device, Duration::from_secs(1)).await?;
    let paints = format!("+{}.dataset.painted", stage(LINES));
    let watch = Watch::begin(browser, &page, &paints).await?;
    move_on(&mut drinker, &device, options.duration()).await?;
    let figures = watch.end(browser, &page).await?;
    browser.close(&page).await?;
    Ok(figures)
}

/// A page of the console that has the points of one device's lines, spread over `span` milliseconds until now.
async fn fill(
    browser: &mut Browser,
    place: &Place,
    lines: &[&str],
    points: usize,
    span: u64,
) -> Result<(Page, Drinker, Device)> {
    let device = Device::new(0);
    let (page, mut drinker) = connect(browser, &place.console, &place.fountain).await?;
    import(browser, &page, &mut drinker, 1, LINES.len()).await?;
    let start = clock::unix_millis() - span;
    // In portions: a message is much larger here than in the console.
    for portion in (0..points as u64).collect::<Vec<_>>().chunks(10_000) {
        let times = portion.iter().map(|it| start + it * span / points as u64);
        let past: Vec<_> = times.flat_map(|at| all(&device, lines, at)).collect();
        pour(&mut drinker, &past).await.context("the past")?;
    }
    Ok((page, drinker, device))
}

/// Opens charts of these lines on the device's page, and waits until each has its points. How large the first one is.
async fn show(
    browser: &mut Browser,
    page: &Page,
    device: &Device,
    charts: &[&[&str]],
    points: usize,
    span: u64,
) -> Result<[f64; 2]> {
    browser.eval(page, &open(device, charts, span)).await?;
    browser.wait(page, &shown(charts, points)).await?;
    let canvas = query(&format!("chart-canvas-{}", charts[0][0]));
    let size =
        browser.eval(page, &format!("[{canvas}.clientWidth, {canvas}.clientHeight]")).await?;
    Ok([0, 1].map(|it| size[it].as_f64().unwrap_or(300.0)))
}

/// A statement that opens them.
fn open(device: &Device, charts: &[&[&str]], span: u64) -> String {
    let charts: Vec<_> = charts.iter().map(|lines| lines.join(",")).collect();
    format!(
        "location.hash = '#/devices/{}?tab=chart&channels={}&window={span}ms'",
        device.id,
        charts.join("/")
    )
}

/// An expression: whether all of them are painted with so many points of each line; some have left the window meanwhile.
fn shown(charts: &[&[&str]], points: usize) -> String {
    let chart = |lines: &&[&str]| {
        let (stage, enough) = (stage(lines), points * lines.len() * 9 / 10);
        format!("+{stage}?.dataset.points >= {enough} && +{stage}?.dataset.painted > 0")
    };
    charts.iter().map(chart).collect::<Vec<_>>().join(" && ")
}

/// The element of a chart.
fn stage(lines: &[&str]) -> String {
    query(&format!("chart-stage-{}", lines[0]))
}

/// A page with a library.
async fn peer(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    points: usize,
    library: &str,
    size: [f64; 2],
) -> Result<Round> {
    let url = place.peer("streamed", library, LINES.len(), points, SPAN, size);
    let page = browser.open(&url).await?;
    browser.wait(&page, "window.paints > 5").await?;
    tokio::time::sleep(SETTLE).await;
    let watch = Watch::begin(browser, &page, "window.paints").await?;
    tokio::time::sleep(options.duration()).await;
    let figures = watch.end(browser, &page).await?;
    browser.close(&page).await?;
    Ok(figures)
}

/// A time in which a page paints.
struct Watch<'a> {
    /// An expression: how often the page has painted.
    paints: &'a str,
    before: u64,
    look: Look,
    start: Instant,
}

impl<'a> Watch<'a> {
    async fn begin(browser: &mut Browser, page: &Page, paints: &'a str) -> Result<Self> {
        browser.eval(page, WATCH).await?;
        let before = browser.eval(page, paints).await?.as_u64().context("no paints")?;
        Ok(Self { paints, before, look: browser.look(), start: clock::now() })
    }

    async fn end(self, browser: &mut Browser, page: &Page) -> Result<Round> {
        let wall = self.start.elapsed();
        let Used { page: own, workers, all } = browser.used(page, &self.look);
        let paints = browser.eval(page, self.paints).await?.as_u64().context("no paints")?;
        let paints = paints - self.before;
        ensure!(paints > 0, "it does not paint");
        let long = browser.eval(page, "window.long").await?;
        let long: Vec<f64> =
            long.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        Ok(vec![
            ("paints", rate(paints, wall)),
            ("CPU of the page's thread a paint", each(own, paints)),
            ("CPU of all processes a paint", each(all, paints)),
            ("CPU of the page's thread", cores(own, wall)),
            ("CPU of the workers", cores(workers, wall)),
            ("CPU of all processes", cores(all, wall)),
            ("tasks over 50 ms", count(long.len())),
            ("the longest of them", time(long.iter().fold(0.0, |a, b| b.max(a)) / 1000.0)),
        ])
    }
}

/// New points for some time, as they come up.
async fn move_on(drinker: &mut Drinker, device: &Device, duration: Duration) -> Result<()> {
    let start = clock::unix_millis();
    let portions = duration.as_millis() as u64 / PAUSE;
    let step = 1000 / RATE;
    let portions: Vec<_> = (0..portions)
        .map(|it| (0..PAUSE / step).map(move |at| start + it * PAUSE + at * step))
        .map(|times| times.flat_map(|at| all(device, LINES, at)).collect::<Vec<_>>())
        .map(|messages| drinker.frames(&messages, Some(16 << 10)))
        .collect();
    let last = all(device, LINES, start + duration.as_millis() as u64).swap_remove(0);
    drinker.drip(&portions, Duration::from_millis(PAUSE), &last).await?;
    Ok(())
}

async fn pour(drinker: &mut Drinker, messages: &[Publish]) -> Result<()> {
    let (last, rest) = messages.split_last().context("no messages")?;
    let frames = drinker.frames(rest, Some(16 << 10));
    drinker.pour(&frames, last).await?;
    Ok(())
}

/// A point of each line.
fn all(device: &Device, lines: &[&str], at: u64) -> Vec<Publish> {
    let line = |(series, channel): (usize, &&str)| {
        let value =
            (at as f64 / 20_000.0 + series as f64).sin() * 40.0 + (at * 7919 % 100) as f64 / 10.0;
        (device.topic(&format!("/{channel}")), format!("{at},{channel},{value:.2}"))
    };
    lines.iter().enumerate().map(line).collect()
}
