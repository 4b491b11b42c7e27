//! From a device to the screen: the console on our server, and the same console as a static site on mosquitto, which
//! sends a frame for each packet.

use anyhow::{Context as _, Result, ensure};

use super::digest::sign_in;
use super::receive::{SETTLE, device_file};
use crate::browser::{Browser, Page, query};
use crate::figures::{Round, each, rate};
use crate::load::mqtt::Packet;
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{self, Device, FLOATS, Ours, Subject};
use crate::{Options, clock, files};

/// Messages of a round.
const COUNT: u64 = 100_000;

/// Messages that come first, so that everything is warm.
const WARM: u64 = 5_000;

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut browser = Browser::start(options, "screen").await?;
    let mut section = Section::new(
        "screen",
        format!(
            "One device publishes {COUNT} points of QoS 0 over TCP as fast as they are taken, and the page of the device is \
             open in {}: until it shows the last of them. By mcs-server, which checks and stores each point and \
             sends what is ready in one frame, and by mosquitto to the same console as a static site.",
            browser.version().await?
        ),
    );
    let ours = Ours::start(options, "screen", 1).await?;
    let mosquitto = subjects::mosquitto(options, "screen").await?;
    let console = format!("http://{}/", ours.http);
    let site = format!("http://{}/", files::serve(options.console.clone()).await?);
    let ours = ours.broker;
    for round in 1..=options.rounds {
        println!("── screen: round {round} of {}", options.rounds);
        for subject in [&ours, &mosquitto] {
            if options.alone && subject.name != ours.name {
                continue;
            }
            let page = match subject.name == ours.name {
                true => sign_in(&mut browser, &console).await?,
                false => alone(&mut browser, &site, subject).await?,
            };
            let figures = watch(&mut browser, &page, subject).await;
            section.record("QoS 0", subject.name, figures.with_context(|| subject.name)?);
            browser.close(&page).await?;
        }
    }
    section.process(ours.name, ours.process.usage()?);
    section.process(mosquitto.name, mosquitto.process.usage()?);
    section.process("the device", own_usage()?);
    browser.end().await?;
    Ok(section)
}

/// The console as a static site, connected and with the device in it.
async fn alone(browser: &mut Browser, site: &str, broker: &Subject) -> Result<Page> {
    let address = broker.websocket.context("no WebSocket")?;
    let page = browser.open(site).await?;
    browser.click(&page, "nav-connections").await?;
    browser.fill(&page, "conn-host", &format!("ws://{address}/mqtt")).await?;
    browser.click(&page, "conn-connect").await?;
    browser.expect(&page, "link-state", "data-state", "connected").await?;
    browser.fill(&page, "import-text", &device_file(1, 1)).await?;
    browser.click(&page, "import").await?;
    Ok(page)
}

/// One round of one broker.
async fn watch(browser: &mut Browser, page: &Page, broker: &Subject) -> Result<Round> {
    let device = Device::new(0);
    browser.eval(page, &format!("location.hash = '#/devices/{}'", device.id)).await?;
    let value = format!("{}?.dataset.value", query(&format!("value-{}", FLOATS[0])));
    publish(broker, &device, WARM).await?;
    browser.wait(page, &format!("{value} == '{WARM}'")).await.context("warming up")?;
    tokio::time::sleep(SETTLE).await;
    let (look, before, start) = (browser.look(), broker.process.usage()?, clock::now());
    let is_last = format!("{value} == '{COUNT}'");
    let (published, shown) =
        tokio::join!(publish(broker, &device, COUNT), browser.until(page, &is_last));
    published?;
    shown?;
    let wall = start.elapsed();
    let used = browser.used(page, &look);
    let cpu = broker.process.usage()?.cpu - before.cpu;
    ensure!(wall.as_secs() < 60, "the last point came late");
    Ok(vec![
        ("messages", rate(COUNT, wall)),
        ("CPU of the broker a message", each(cpu, COUNT)),
        ("CPU of page and worker a message", each(used.page + used.workers, COUNT)),
        ("CPU of the page's thread a message", each(used.page, COUNT)),
        ("CPU of all processes of the browser a message", each(used.all, COUNT)),
    ])
}

/// Publishes the numbers up to `count`.
async fn publish(broker: &Subject, device: &Device, count: u64) -> Result<()> {
    let mut client = broker.device(device).await?;
    let topic = device.topic(&format!("/{}", FLOATS[0]));
    for number in 1..=count {
        let payload = format!(",{},{number}", FLOATS[0]);
        client.publish(&topic, payload.as_bytes(), None);
        if number % 50 == 0 {
            client.flush().await?;
        }
    }
    // Everything is read before it leaves.
    client.ping();
    client.flush().await?;
    while client.next().await? != Packet::PingResp {}
    Ok(())
}
