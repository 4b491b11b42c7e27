//! From the socket to values in the page: the console beside npm's MQTT clients, each in a page of one browser.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::Options;
use crate::browser::{Browser, Page, peers, query};
use crate::figures::{Round, bytes, cores, each, rate};
use crate::files;
use crate::load::fountain::{Drinker, Fountain, Publish};
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{Device, FLOATS};

/// Messages that come as fast as they are taken.
const FLOOD: usize = 200_000;

/// Messages that come so, each in a frame of its own.
const SINGLE: usize = 60_000;

/// Messages that come first, so that every program is warm.
const WARM: usize = 20_000;

/// Bytes of a frame that holds many messages.
const FRAME: usize = 16 << 10;

/// Messages a second of the steady load, and how many come at a time.
const STEADY: (usize, usize) = (100_000, 1_000);

/// How the messages are spread.
#[derive(Clone, Copy)]
struct Spread {
    title: &'static str,
    devices: usize,
    channels: usize,
}

const SPREADS: [Spread; 2] = [
    Spread { title: "one channel", devices: 1, channels: 1 },
    Spread { title: "1000 devices × 10 channels", devices: 1000, channels: 10 },
];

/// What reads the messages.
#[derive(Clone, Copy)]
enum Reader {
    /// The console; with the page *Messages* open or not.
    Console { messages: bool },
    /// A page with a library.
    Library(&'static str),
}

const READERS: [(&str, Reader); 5] = [
    ("console", Reader::Console { messages: false }),
    ("console, Messages open", Reader::Console { messages: true }),
    ("mqtt.js", Reader::Library("mqtt")),
    ("paho", Reader::Library("paho")),
    ("bare socket", Reader::Library("socket")),
];

/// Where everything is.
struct Place {
    fountain: Fountain,
    console: String,
    peers: String,
}

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut browser = Browser::start(options, "receive").await?;
    let place = Place {
        fountain: Fountain::open().await?,
        console: format!("http://{}/", files::serve(options.console.clone()).await?),
        peers: format!("http://{}/", files::serve(options.peers.clone()).await?),
    };
    let mut section = Section::new(
        "receive",
        format!(
            "{FLOOD} messages of QoS 0 (`timestamp,channel,value`; {SINGLE} where each has a frame of its own) to a page in {}, from a program that made all frames \
             beforehand; until the page has acknowledged one message of QoS 1 that comes last. The console is the shipped \
             one, as a static site, and knows the devices: it keeps every value, draws what is open and counts; mqtt.js and \
             paho parse the payload and keep the latest value of each channel; the bare socket parses nothing. Each \
             page was warmed up by {WARM} messages. Then {} messages a second for {} s. Peers: {}.",
            browser.version().await?,
            STEADY.0,
            options.seconds,
            peers(options, &["mqtt", "paho-mqtt"])?
        ),
    );
    for round in 1..=options.rounds {
        println!("── receive: round {round} of {}", options.rounds);
        for spread in SPREADS {
            for (name, reader) in READERS {
                if options.alone && matches!(reader, Reader::Library(_)) {
                    continue;
                }
                let read = read(options, &mut browser, &place, spread, reader, &mut section, name);
                read.await.with_context(|| format!("{}: {name}", spread.title))?;
            }
        }
    }
    section.process("the load", own_usage()?);
    browser.end().await?;
    Ok(section)
}

/// One reader in one round.
async fn read(
    options: &Options,
    browser: &mut Browser,
    place: &Place,
    spread: Spread,
    reader: Reader,
    section: &mut Section,
    name: &'static str,
) -> Result<()> {
    let (page, mut drinker) = match reader {
        Reader::Console { messages } => console(browser, place, spread, messages).await?,
        Reader::Library(library) => peer(browser, place, library).await?,
    };
    let mut stand = Stand { browser, page: &page, reader, sent: 0 };
    stand.pour(&mut drinker, &messages(spread, WARM), Some(FRAME)).await.context("warming up")?;
    let before = page.usage()?.resident as f64;
    for (kind, count, frame) in
        [("16 KiB frames", FLOOD, Some(FRAME)), ("a frame each", SINGLE, None)]
    {
        let figures = stand.pour(&mut drinker, &messages(spread, count), frame).await;
        let title = format!("{kind}, {}", spread.title);
        section.record(&title, name, figures.with_context(|| kind.to_owned())?);
    }
    let mut figures = stand.drip(&mut drinker, spread, options.seconds).await.context("steady")?;
    let after = page.usage()?.resident as f64;
    figures.extend([
        ("memory of the page's process, warm", bytes(before)),
        ("in the end", bytes(after)),
    ]);
    section.record(&format!("100 000 a second, {}", spread.title), name, figures);
    stand.all_there().await?;
    stand.browser.close(&page).await
}

/// A page that reads, and how much was sent to it.
struct Stand<'a> {
    browser: &'a mut Browser,
    page: &'a Page,
    reader: Reader,
    sent: usize,
}

impl Stand<'_> {
    async fn pour(
        &mut self,
        drinker: &mut Drinker,
        messages: &[Publish],
        frame: Option<usize>,
    ) -> Result<Round> {
        let (last, rest) = messages.split_last().context("no messages")?;
        let frames = drinker.frames(rest, frame);
        self.expect(frames.iter().map(|it| it.len()).sum(), last).await?;
        self.sent += messages.len();
        let look = self.browser.look();
        let wall = drinker.pour(&frames, last).await?;
        // What is left to paint belongs to it.
        tokio::time::sleep(SETTLE).await;
        let used = self.browser.used(self.page, &look);
        let count = messages.len() as u64;
        Ok(vec![
            ("messages", rate(count, wall)),
            ("CPU of page and worker a message", each(used.page + used.workers, count)),
            ("CPU of the page's thread a message", each(used.page, count)),
            ("CPU of all processes a message", each(used.all, count)),
        ])
    }

    async fn drip(&mut self, drinker: &mut Drinker, spread: Spread, seconds: f64) -> Result<Round> {
        let count = (STEADY.0 as f64 * seconds) as usize / STEADY.1 * STEADY.1;
        let messages = messages(spread, count);
        let (last, rest) = messages.split_last().context("no messages")?;
        let portions: Vec<_> =
            rest.chunks(STEADY.1).map(|it| drinker.frames(it, Some(FRAME))).collect();
        self.expect(portions.iter().flatten().map(|it| it.len()).sum(), last).await?;
        self.sent += messages.len();
        let pause = Duration::from_secs_f64(STEADY.1 as f64 / STEADY.0 as f64);
        let look = self.browser.look();
        let wall = drinker.drip(&portions, pause, last).await?;
        let used = self.browser.used(self.page, &look);
        Ok(vec![
            ("messages", rate(count as u64, wall)),
            ("CPU of the page's thread", cores(used.page, wall)),
            ("CPU of the workers", cores(used.workers, wall)),
            ("CPU of all processes", cores(used.all, wall)),
        ])
    }

    /// Tells the bare socket, which understands nothing, when it is over.
    async fn expect(&mut self, bytes: usize, (topic, payload): &Publish) -> Result<()> {
        if matches!(self.reader, Reader::Library("socket")) {
            let last = 2 + 2 + topic.len() + 2 + payload.len();
            ensure!(last < 0x80, "the last message is too long for the bare socket");
            self.browser.eval(self.page, &format!("window.expected = {}", bytes + last)).await?;
        }
        Ok(())
    }

    /// An error unless the page has counted every message.
    async fn all_there(&mut self) -> Result<()> {
        let seen = match self.reader {
            Reader::Library("socket") => return Ok(()),
            Reader::Library(_) => "window.seen".to_owned(),
            Reader::Console { .. } => {
                self.browser.click(self.page, "nav-messages").await?;
                let counts = query("message-counts");
                self.browser.wait(self.page, &format!("+{counts}?.dataset.seen > 0")).await?;
                tokio::time::sleep(SETTLE).await;
                format!("+{counts}.dataset.seen")
            }
        };
        let seen = self.browser.eval(self.page, &seen).await?;
        ensure!(seen.as_u64() == Some(self.sent as u64), "{seen} of {} were seen", self.sent);
        Ok(())
    }
}

/// The console, with the devices in it and everything subscribed.
async fn console(
    browser: &mut Browser,
    place: &Place,
    spread: Spread,
    messages: bool,
) -> Result<(Page, Drinker)> {
    let (page, mut drinker) = connect(browser, &place.console, &place.fountain).await?;
    import(browser, &page, &mut drinker, spread.devices, spread.channels).await?;
    browser.click(&page, "nav-messages").await?;
    browser.click(&page, "offer-#").await?;
    drinker.settle(SETTLE).await?;
    browser.expect(&page, "subscription-#", "data-state", "granted").await?;
    if !messages {
        browser.click(&page, "nav-devices").await?;
    }
    Ok((page, drinker))
}

/// The console as a static site, connected.
pub(super) async fn connect(
    browser: &mut Browser,
    console: &str,
    fountain: &Fountain,
) -> Result<(Page, Drinker)> {
    let page = browser.open(console).await?;
    browser.click(&page, "nav-connections").await?;
    let url = format!("ws://{}/mqtt", fountain.address);
    browser.fill(&page, "conn-host", &url).await?;
    browser.click(&page, "conn-connect").await?;
    let mut drinker = fountain.client().await?;
    drinker.settle(SETTLE).await?;
    browser.expect(&page, "link-state", "data-state", "connected").await?;
    Ok((page, drinker))
}

/// Tells the console of devices with so many channels each, and lets it subscribe to them.
pub(super) async fn import(
    browser: &mut Browser,
    page: &Page,
    drinker: &mut Drinker,
    devices: usize,
    channels: usize,
) -> Result<()> {
    browser.fill(page, "import-text", &device_file(devices, channels)).await?;
    browser.click(page, "import").await?;
    drinker.settle(SETTLE).await
}

/// Devices with so many channels each, as the console imports them.
pub(super) fn device_file(devices: usize, channels: usize) -> String {
    let channel = |id: &&str| {
        json!({
            "id": id, "name": id, "description": "", "direction": "display",
            "kind": { "float": { "unit": "", "bounds": null } },
        })
    };
    let channels: Vec<_> = FLOATS[..channels].iter().map(channel).collect();
    let device = |it: Device| json!({ "id": it.id, "key": it.key, "name": it.id, "channels": channels, "connection": 1 });
    let devices: Vec<_> = (0..devices).map(Device::new).map(device).collect();
    json!({ "devices": devices }).to_string()
}

/// A page with a library, subscribed to everything.
async fn peer(browser: &mut Browser, place: &Place, library: &str) -> Result<(Page, Drinker)> {
    let peers = &place.peers;
    let url =
        format!("{peers}receive.html?library={library}&url=ws://{}/mqtt", place.fountain.address);
    let page = browser.open(&url).await?;
    let mut drinker = place.fountain.client().await?;
    drinker.settle(SETTLE).await?;
    browser.wait(&page, "window.connected").await?;
    Ok((page, drinker))
}

/// Messages in turn from all channels of all devices, with times that go on.
fn messages(spread: Spread, count: usize) -> Vec<Publish> {
    let devices: Vec<_> = (0..spread.devices).map(Device::new).collect();
    let start = crate::clock::unix_millis();
    let message = |number: usize| {
        let device = &devices[number % spread.devices];
        let channel = FLOATS[number / spread.devices % spread.channels];
        let value = (number % 1000) as f64 / 10.0;
        let at = start + number as u64 / 100;
        (device.topic(&format!("/{channel}")), format!("{at},{channel},{value}"))
    };
    (0..count).map(message).collect()
}

/// How long a page may be silent before it is taken to be ready.
pub(super) const SETTLE: Duration = Duration::from_millis(300);
