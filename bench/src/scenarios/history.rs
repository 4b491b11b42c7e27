//! Ten million points: to be written, kept and asked for.

use std::fmt::Write as _;
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;
use tokio::task::JoinSet;

use crate::figures::{Round, Times, bytes, each, rate};
use crate::load::http::Http;
use crate::load::mqtt::{Client, Packet};
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{Device, FLOATS, JSON, Ours};
use crate::{Options, clock};

const DEVICES: usize = 10;

/// Points in one upload: as many as the server takes.
const UPLOAD: usize = 1000;

/// Uploads of a device on the way.
const WINDOW: u16 = 4;

/// Requests of one kind in a round.
const REQUESTS: usize = 100;

/// Entries in a downsampled history.
const BUCKETS: u64 = 1000;

/// Milliseconds between two points of a channel.
const STEP: u64 = 1000;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Query {
    Newest,
    Thousand,
    Range,
    Devices,
    Day,
    Whole,
}

const QUERIES: [(Query, &str); 6] = [
    (Query::Newest, "The newest point of a channel"),
    (Query::Thousand, "The newest 1000 points of a channel"),
    (Query::Range, "1000 points out of the middle of a channel"),
    (Query::Devices, "All devices with the newest point of each of their channels"),
    (Query::Day, "A day of a channel as 1000 columns of least and most"),
    (Query::Whole, "The whole history of a channel as 1000 columns of least and most"),
];

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let steps = options.points / (DEVICES * FLOATS.len());
    let mut section = Section::new(
        "history",
        format!(
            "{} points: {DEVICES} devices with {} channels of floats, a point a second each, uploaded to the devices' \
             topics by MQTT (QoS 1, {UPLOAD} points a message, {WINDOW} messages of a device on the way). Then \
             {REQUESTS} requests of each kind for channels at random, one at a time, over HTTP and JSON, in each of \
             {} rounds; beside them SQL on the same file for the same rows by the `sqlite3` program, which makes no JSON \
             and whose clock counts milliseconds.",
            steps * DEVICES * FLOATS.len(),
            FLOATS.len(),
            options.rounds
        ),
    );
    let mut ours = Ours::start(options, "history", DEVICES).await?;
    let now = clock::unix_millis();
    let span = now - steps as u64 * STEP..now;
    let figures = fill(&ours, steps, span.start).await?;
    section.record("Filling", ours.broker.name, figures);
    for round in 1..=options.rounds {
        println!("── history: round {round} of {}", options.rounds);
        for (query, title) in QUERIES {
            let figures = ask(&ours, query, round, &span).await;
            section.record(title, ours.broker.name, figures.with_context(|| title)?);
            if let Some(sqlite3) = options.sqlite3.as_deref().filter(|_| !options.alone) {
                let figures = plain(sqlite3, &ours.data, query, round, &span).await;
                section.record(title, "plain SQL", figures.with_context(|| title)?);
            }
        }
    }
    section.process(ours.broker.name, ours.broker.process.usage()?);
    section.process("the devices and whoever asks", own_usage()?);
    ours.broker.process.stop().await?;
    Ok(section)
}

/// Uploads all points. Several devices at once; each device's points by time.
async fn fill(ours: &Ours, steps: usize, start: u64) -> Result<Round> {
    println!("── history: filling");
    let before = ours.broker.process.usage()?;
    let begun = clock::now();
    let mut tasks = JoinSet::new();
    for number in 0..DEVICES {
        let device = Device::new(number);
        let client = ours.broker.device(&device).await?;
        tasks.spawn(fill_device(client, device, steps, start));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let wall = begun.elapsed();
    let after = ours.broker.process.usage()?;
    let points = (steps * DEVICES * FLOATS.len()) as u64;
    let accepted = ours.points().await?;
    ensure!(accepted == points, "{points} points were sent, {accepted} accepted");
    Ok(vec![
        ("points", rate(points, wall)),
        ("CPU of the server a point", each(after.cpu - before.cpu, points)),
        ("database a point", bytes(ours.database()? as f64 / points as f64)),
        ("most memory of the server", bytes(after.peak as f64)),
    ])
}

async fn fill_device(mut client: Client, device: Device, steps: usize, start: u64) -> Result<()> {
    let topic = device.topic("");
    let mut uploads = (0..steps as u64).step_by(UPLOAD / FLOATS.len());
    let mut free: Vec<u16> = (1..=WINDOW).collect();
    loop {
        while let Some(id) = free.pop() {
            let Some(first) = uploads.next() else {
                free.push(id);
                break;
            };
            client.publish(&topic, upload(first, steps as u64, start).as_bytes(), Some(id));
        }
        if free.len() == usize::from(WINDOW) {
            return Ok(());
        }
        if let Packet::PubAck(id) = client.next().await? {
            free.push(id);
        }
    }
}

/// The points of all channels from step `first` on: a slow wave and some noise.
fn upload(first: u64, steps: u64, start: u64) -> String {
    let mut lines = String::new();
    let end = steps.min(first + (UPLOAD / FLOATS.len()) as u64);
    for step in first..end {
        for (channel, name) in FLOATS.iter().enumerate() {
            let wave = (step as f64 / 3000.0 + channel as f64).sin() * 5.0;
            let noise = ((step * 7919 + channel as u64 * 131) % 100) as f64 / 100.0;
            // Writing to a String cannot fail.
            let _ = writeln!(lines, "{},{name},{:.2}", start + step * STEP, 20.0 + wave + noise);
        }
    }
    lines
}

/// A round of requests over HTTP.
async fn ask(ours: &Ours, query: Query, round: usize, span: &Range<u64>) -> Result<Round> {
    let mut http = Http::connect(ours.http).await?;
    let before = ours.broker.process.usage()?;
    let mut times = Times::default();
    let mut size = 0;
    for number in 0..REQUESTS {
        let (device, channel) = pick(round * REQUESTS + number);
        let device = Device::new(device);
        let points = format!("/mcs/v2/devices/{}/datachannels/{channel}/datapoints", device.id);
        let series = format!("/api/devices/{}/channels/{channel}/series", device.id);
        let path = match query {
            Query::Newest => points,
            Query::Thousand => format!("{points}?limit=1000"),
            Query::Range => {
                let Range { start, end } = middle(number, span);
                format!("{points}?start={start}&end={end}&limit=1000")
            }
            Query::Devices => "/api/devices".to_owned(),
            Query::Day | Query::Whole => {
                let Range { start, end } = columns(query, span);
                format!("{series}?start={start}&end={end}&buckets={BUCKETS}")
            }
        };
        let header = format!("{}\r\n{}\r\n{JSON}", device.header(), ours.authorization);
        let begun = clock::now();
        let answer = http.request("GET", &path, &header, "").await?.len();
        times.add(begun.elapsed());
        size += answer;
    }
    let cpu = ours.broker.process.usage()?.cpu - before.cpu;
    let (p50, p99) = times.p50_p99();
    Ok(vec![
        ("p50", p50),
        ("p99", p99),
        ("CPU a request", each(cpu, REQUESTS as u64)),
        ("answer", bytes(size as f64 / REQUESTS as f64)),
    ])
}

/// A round of statements by the `sqlite3` program, which tells the time of each.
async fn plain(
    sqlite3: &Path,
    data: &Path,
    query: Query,
    round: usize,
    span: &Range<u64>,
) -> Result<Round> {
    let mut script = String::from(".output /dev/null\n.timer on\n");
    for number in 0..REQUESTS {
        let (device, channel) = pick(round * REQUESTS + number);
        let device = Device::new(device).id;
        let of = format!(
            "series = (SELECT id FROM series WHERE device = '{device}' AND channel = '{channel}')"
        );
        let statement = match query {
            Query::Newest => {
                format!(
                    "SELECT at, value FROM points WHERE {of} ORDER BY at DESC, arrived DESC LIMIT 1"
                )
            }
            Query::Thousand => {
                format!(
                    "SELECT at, value FROM points WHERE {of} ORDER BY at DESC, arrived DESC LIMIT 1000"
                )
            }
            Query::Range => {
                let Range { start, end } = middle(number, span);
                format!(
                    "SELECT at, value FROM points WHERE {of} AND at BETWEEN {start} AND {end} \
                     ORDER BY at DESC, arrived DESC LIMIT 1000"
                )
            }
            Query::Devices => {
                "SELECT device, channel, (SELECT value FROM points WHERE series = id \
                 ORDER BY at DESC, arrived DESC LIMIT 1) FROM series"
                    .to_owned()
            }
            Query::Day | Query::Whole => {
                let Range { start, end } = columns(query, span);
                format!(
                    "SELECT min(value), max(value) FROM points WHERE {of} AND at BETWEEN {start} AND {end} \
                     GROUP BY (at - {start}) * {BUCKETS} / ({end} - {start})"
                )
            }
        };
        script.push_str(&statement);
        script.push_str(";\n");
    }
    let mut command = Command::new(sqlite3);
    command.arg("-readonly").arg(data.join("mcs.sqlite3")).arg("-cmd").arg("PRAGMA query_only=1");
    command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
    let mut child = command.spawn().context("sqlite3 does not start")?;
    let mut stdin = child.stdin.take().context("no input")?;
    tokio::io::AsyncWriteExt::write_all(&mut stdin, script.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    ensure!(output.status.success(), "sqlite3 failed");
    let (mut times, mut cpu, mut count) = (Times::default(), Duration::ZERO, 0);
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // Run Time: real 0.012 user 0.010101 sys 0.000000
        let Some(figures) = line.strip_prefix("Run Time: real ") else { continue };
        let seconds: Vec<f64> = figures.split(' ').filter_map(|it| it.parse().ok()).collect();
        let [real, user, system] = seconds[..] else { continue };
        times.add(Duration::from_secs_f64(real));
        cpu += Duration::from_secs_f64(user + system);
        count += 1;
    }
    ensure!(count == REQUESTS as u64, "sqlite3 told {count} times");
    let (p50, p99) = times.p50_p99();
    Ok(vec![("p50", p50), ("p99", p99), ("CPU a request", each(cpu, count))])
}

/// A device and a channel: as good as random, and the same ones for everybody.
fn pick(number: usize) -> (usize, &'static str) {
    let random = number.wrapping_mul(2_654_435_761) >> 7;
    (random % DEVICES, FLOATS[random / DEVICES % FLOATS.len()])
}

/// The time of 1000 points somewhere within.
fn middle(number: usize, span: &Range<u64>) -> Range<u64> {
    let length = 999 * STEP;
    let room = (span.end - span.start).saturating_sub(length);
    let start = span.start + room * (number as u64 * 37 % 100) / 100;
    start..start + length
}

/// What of the history is shown.
fn columns(query: Query, span: &Range<u64>) -> Range<u64> {
    let start = if query == Query::Day { span.end.saturating_sub(DAY) } else { span.start };
    start.max(span.start)..span.end
}
