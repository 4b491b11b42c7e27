//! Points from 100 devices into the store, beside brokers that store nothing.

mod clients;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::figures::{Round, Times, each, rate};
use crate::load::http::Http;
use crate::load::wire::Address;
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{self, Device, JSON, Ours, Subject};
use crate::{Options, clock, disk};

const DEVICES: usize = 100;

/// Points in one upload, by REST and to a device's topic.
const UPLOAD: usize = 5;

/// How a load looks.
#[derive(Clone, Copy)]
struct Load {
    title: &'static str,
    /// 0 or 1.
    qos: u8,
    /// Messages of one device that may be on the way; with QoS 0, until it asks by a ping whether they have come in.
    window: usize,
    /// Points in a message; more than one go to the device's topic.
    points: usize,
    /// Somebody reads everything.
    read: bool,
}

/// What no acknowledgement can undercut.
const DISK: &str = "Appending 4 KiB to a file and waiting until it is on the disk (`fdatasync`)";

const LOADS: [Load; 6] = [
    Load {
        title: "QoS 1, each device waits for its PUBACK",
        qos: 1,
        window: 1,
        points: 1,
        read: false,
    },
    Load { title: "QoS 1, 20 messages on the way", qos: 1, window: 20, points: 1, read: false },
    Load {
        title: "QoS 1, 20 messages on the way, one subscriber reads all",
        qos: 1,
        window: 20,
        points: 1,
        read: true,
    },
    Load { title: "QoS 0", qos: 0, window: 50, points: 1, read: false },
    Load { title: "QoS 0, one subscriber reads all", qos: 0, window: 50, points: 1, read: true },
    Load {
        title: "QoS 1 to the device's topic, 5 points a message",
        qos: 1,
        window: 20,
        points: UPLOAD,
        read: false,
    },
];

/// What a load came to.
struct Sent {
    messages: u64,
    wall: Duration,
    waits: Times,
}

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut section = Section::new(
        "ingest",
        format!(
            "{DEVICES} devices, each with a connection of its own, publish points for {} s in each of {} rounds, \
             to each broker in turn. Before mcs-server acknowledges a point of QoS 1, the point is checked against the \
             device's prototype and on the disk. The peers store nothing.",
            options.seconds, options.rounds
        ),
    );
    let mut ours = Ours::start(options, "ingest", DEVICES).await?;
    let devices: Vec<_> = (0..DEVICES).map(Device::new).collect();
    let mut peers = Vec::new();
    if !options.alone {
        peers.push(subjects::bare(options, "ingest").await?);
        peers.push(subjects::mosquitto(options, "ingest").await?);
    }
    let mut counts = vec![0; DEVICES];
    for round in 1..=options.rounds {
        println!("── ingest: round {round} of {}", options.rounds);
        let disk = disk::append(&options.folder)?;
        section.record(DISK, "the disk", disk);
        for load in LOADS {
            let before = ours.points().await?;
            let (figures, messages) =
                publish(options, &ours.broker, &devices, load, &mut counts).await?;
            section.record(load.title, ours.broker.name, figures);
            let accepted = ours.points().await? - before;
            let sent = messages * load.points as u64;
            ensure!(accepted == sent, "{sent} points were sent, {accepted} accepted");
            for peer in &peers {
                let mut counts = counts.clone();
                let (figures, _) = publish(options, peer, &devices, load, &mut counts).await?;
                section.record(load.title, peer.name, figures);
            }
        }
        let figures = upload(options, &ours, &devices, &mut counts).await?;
        section.record(
            "REST, 5 points a request, connections kept open",
            ours.broker.name,
            figures,
        );
    }
    stored(&ours, &devices, &counts).await?;
    section.note(format!(
        "All {} points were accepted, and the newest 1000 of each device found in the store in order and without a gap. \
         The database holds {:.0} bytes for each.",
        ours.points().await?,
        ours.database()? as f64 / ours.points().await? as f64
    ));
    for process in [&mut ours.broker].into_iter().chain(&mut peers) {
        section.process(process.name, process.process.usage()?);
    }
    section.process("the devices and the subscriber", own_usage()?);
    ours.broker.process.stop().await?;
    Ok(section)
}

/// One load on one broker for one round. Answers its figures, and how many messages went out.
async fn publish(
    options: &Options,
    subject: &Subject,
    devices: &[Device],
    load: Load,
    counts: &mut [u64],
) -> Result<(Round, u64)> {
    let mut clients = Vec::new();
    for device in devices {
        clients.push(subject.device(device).await?);
    }
    let (delivered_to, mut delivered) = watch::channel(0);
    let mut reading = JoinSet::new();
    if load.read {
        let mut reader = subject.operator(Address::Tcp(subject.mqtt)).await?;
        reader.subscribe("mcs/#", load.qos).await?;
        reading.spawn(clients::read(reader, delivered_to));
    }
    let before = subject.process.usage()?;
    let start = clock::now();
    let end = start + options.duration();
    let mut tasks = JoinSet::new();
    for (index, client) in clients.into_iter().enumerate() {
        let (device, count) = (devices[index].clone(), counts[index]);
        tasks.spawn(async move { (index, clients::send(client, device, load, count, end).await) });
    }
    let mut sent = Sent { messages: 0, wall: Duration::ZERO, waits: Times::default() };
    while let Some(done) = tasks.join_next().await {
        let (index, done) = done?;
        let (messages, waits) = done?;
        counts[index] += messages * load.points as u64;
        sent.messages += messages;
        sent.waits.extend(waits);
    }
    if load.read {
        // A reader that breaks down drops its end.
        let all = delivered.wait_for(|it| *it >= sent.messages);
        let waited = timeout(Duration::from_secs(30), all).await;
        let arrived = waited.is_ok_and(|it| it.is_ok());
        let delivered = *delivered.borrow();
        ensure!(
            arrived,
            "{}: of {} messages {delivered} reached the subscriber",
            subject.name,
            sent.messages
        );
    }
    sent.wall = start.elapsed();
    let cpu = subject.process.usage()?.cpu - before.cpu;
    Ok((figures(cpu, &mut sent, load), sent.messages))
}

fn figures(cpu: Duration, sent: &mut Sent, load: Load) -> Round {
    let mut round = vec![
        ("messages", rate(sent.messages, sent.wall)),
        ("CPU of the broker a message", each(cpu, sent.messages)),
    ];
    if load.points > 1 {
        round.push(("points", rate(sent.messages * load.points as u64, sent.wall)));
    }
    if load.qos > 0 {
        let (p50, p99) = sent.waits.p50_p99();
        round.extend([("PUBACK p50", p50), ("PUBACK p99", p99)]);
    }
    round
}

/// Uploads by REST for one round.
async fn upload(
    options: &Options,
    ours: &Ours,
    devices: &[Device],
    counts: &mut [u64],
) -> Result<Round> {
    let mut connections = Vec::new();
    for _ in devices {
        connections.push(Http::connect(ours.http).await?);
    }
    let before = ours.broker.process.usage()?;
    let start = clock::now();
    let end = start + options.duration();
    let mut tasks = JoinSet::new();
    for (index, mut http) in connections.into_iter().enumerate() {
        let (device, mut count) = (devices[index].clone(), counts[index]);
        tasks.spawn(async move {
            let path = format!("/mcs/v2/devices/{}/datapoints.csv", device.id);
            let header = format!("{}\r\nContent-Type: text/csv", device.header());
            let mut waits = Times::default();
            let mut requests = 0_u64;
            loop {
                let begun = clock::now();
                if begun >= end {
                    return anyhow::Ok((index, requests, waits));
                }
                let lines: Vec<_> = (0..UPLOAD)
                    .map(|_| {
                        count += 1;
                        format!("count,,{count}")
                    })
                    .collect();
                http.request("POST", &path, &header, &lines.join("\n")).await?;
                waits.add(begun.elapsed());
                requests += 1;
            }
        });
    }
    let mut sent = Sent { messages: 0, wall: Duration::ZERO, waits: Times::default() };
    while let Some(done) = tasks.join_next().await {
        let (index, requests, waits) = done??;
        counts[index] += requests * UPLOAD as u64;
        sent.messages += requests;
        sent.waits.extend(waits);
    }
    sent.wall = start.elapsed();
    let cpu = ours.broker.process.usage()?.cpu - before.cpu;
    let (p50, p99) = sent.waits.p50_p99();
    Ok(vec![
        ("requests", rate(sent.messages, sent.wall)),
        ("points", rate(sent.messages * UPLOAD as u64, sent.wall)),
        ("CPU of the server a request", each(cpu, sent.messages)),
        ("answer p50", p50),
        ("answer p99", p99),
    ])
}

/// Fails unless the newest points of each device are the last ones that it counted, without a gap.
async fn stored(ours: &Ours, devices: &[Device], counts: &[u64]) -> Result<()> {
    let mut http = Http::connect(ours.http).await?;
    for (device, count) in devices.iter().zip(counts) {
        let path =
            format!("/mcs/v2/devices/{}/datachannels/count/datapoints?limit=1000", device.id);
        let header = format!("{}\r\n{JSON}", device.header());
        let answer: Value = serde_json::from_slice(http.request("GET", &path, &header, "").await?)?;
        let points = answer["dataChannels"][0]["dataPoints"].as_array();
        let points = points.with_context(|| format!("no points: {answer}"))?;
        ensure!(points.len() as u64 == (*count).min(1000), "{} points are gone", device.id);
        for (expected, point) in (1..=*count).rev().zip(points) {
            let found = point["values"]["value"].to_string();
            let found = found.trim_matches('"');
            ensure!(found == expected.to_string(), "{}: {found}, not {expected}", device.id);
        }
    }
    Ok(())
}
