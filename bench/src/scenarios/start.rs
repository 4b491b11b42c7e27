//! From an address to the first value that lives: the console beside the least page that shows one, nothing cached.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::time::{interval, sleep};

use super::receive::{SETTLE, connect, import};
use crate::browser::{Browser, Page, peers, query};
use crate::figures::{Round, bytes, time};
use crate::load::fountain::{Drinker, Fountain};
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{Device, FLOATS};
use crate::{Options, clock, files};

/// Between two values.
const PACE: Duration = Duration::from_millis(10);

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut browser = Browser::start(options, "start").await?;
    let fountain = Fountain::open().await?;
    let console = format!("http://{}/", files::serve(options.console.clone()).await?);
    let library = format!("http://{}/", files::serve(options.peers.clone()).await?);
    let mut section = Section::new(
        "start",
        format!(
            "From the start of a navigation to the first paint with content, and to the first value of a device's channel \
             that came since, in {}, from a web server that compresses nothing: nothing is in the browser's cache, and no \
             service worker is registered. The console opens the page of a device that it knows from before, and connects \
             by the profile that it has kept; beside it the least page that does the same, one value and one line with \
             {}. MQTTX's web client and HiveMQ's are not to be had from npm. The broker sends a value every {} ms.",
            browser.version().await?,
            peers(options, &["mqtt", "uplot"])?,
            PACE.as_millis()
        ),
    );
    // In one storage: what the console knows from before.
    let (mut page, mut drinker) = connect(&mut browser, &console, &fountain).await?;
    import(&mut browser, &page, &mut drinker, 1, 1).await?;
    // What is kept is written by then.
    sleep(SETTLE * 3).await;
    let device = Device::new(0);
    let subjects = [
        (
            "console",
            format!("{console}#/devices/{}", device.id),
            query(&format!("value-{}", FLOATS[0])),
        ),
        (
            "mqtt.js and uPlot",
            format!("{library}start.html?url=ws://{}/mqtt", fountain.address),
            "document.querySelector('#value')".to_owned(),
        ),
    ];
    // One round more than is told: the first one warms up the machine.
    for round in 0..=options.rounds {
        println!("── start: round {round} of {}", options.rounds);
        for (name, url, value) in &subjects {
            if options.alone && *name != "console" {
                continue;
            }
            let figures = open(&mut browser, &mut page, &fountain, &device, url, value).await;
            let figures = figures.with_context(|| (*name).to_owned())?;
            if round > 0 {
                section.record("nothing cached", name, figures);
            }
        }
    }
    section.process("the broker and the web server", own_usage()?);
    browser.end().await?;
    Ok(section)
}

/// One start.
async fn open(
    browser: &mut Browser,
    page: &mut Page,
    fountain: &Fountain,
    device: &Device,
    url: &str,
    value: &str,
) -> Result<Round> {
    browser.forget(page, url).await?;
    sleep(SETTLE).await;
    let look = browser.look();
    let seen = async {
        browser.leave_for(page, url, &format!("{value}?.dataset.value")).await?;
        browser.wait(page, "window.live > 0").await?;
        let used = browser.used(page, &look);
        Ok::<_, anyhow::Error>((browser.eval(page, STARTED).await?, used))
    };
    let (started, used) = tokio::select! {
        seen = seen => seen?,
        fed = feed(fountain, device) => bail!("the broker ended: {fed:?}"),
    };
    let figure = |name: &str| started.get(name).and_then(Value::as_f64).context("no such time");
    Ok(vec![
        ("first paint", time(figure("paint")? / 1000.0)),
        ("first live value", time(figure("live")? / 1000.0)),
        ("CPU of all processes until then", time(used.all.as_secs_f64())),
        ("loaded, uncompressed", bytes(figure("bytes")?)),
    ])
}

/// Sends a new value again and again to whoever comes.
async fn feed(fountain: &Fountain, device: &Device) -> Result<()> {
    let mut drinker: Drinker = fountain.client().await?;
    let mut pace = interval(PACE);
    let mut number = 0;
    loop {
        tokio::select! {
            answered = drinker.attend() => answered?,
            _ = pace.tick() => {
                number += 1;
                let payload = format!("{},{},{number}", clock::unix_millis(), FLOATS[0]);
                let message = (device.topic(&format!("/{}", FLOATS[0])), payload);
                for frame in drinker.frames(&[message], None) {
                    drinker.send(&frame).await?;
                }
            }
        }
    }
}

/// When what was there, in milliseconds since the navigation began, and what was loaded.
const STARTED: &str = "({
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime,
    live: window.live,
    bytes: performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
        .reduce((sum, it) => sum + it.decodedBodySize, 0),
})";
