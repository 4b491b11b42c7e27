//! From a device to whoever watches it, at a rate that leaves everybody idle.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::figures::{Round, Times, each};
use crate::load::mqtt::{Client, Packet};
use crate::load::wire::Address;
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{self, Device, Ours, Subject};
use crate::{Options, clock};

/// Between two messages.
const PACE: Duration = Duration::from_millis(5);

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let mut section = Section::new(
        "latency",
        format!(
            "One device publishes {} points a second by MQTT over TCP, and one operator reads them: from the sending of \
             a point to its arrival. With QoS 1, mcs-server has it on the disk first; the broker alone and mosquitto \
             never do. {} rounds of {} s each.",
            1000 / PACE.as_millis(),
            options.rounds,
            options.seconds
        ),
    );
    let mut ours = Ours::start(options, "latency", 1).await?;
    let mut peers = Vec::new();
    if !options.alone {
        peers.push(subjects::bare(options, "latency").await?);
        peers.push(subjects::mosquitto(options, "latency").await?);
    }
    for round in 1..=options.rounds {
        println!("── latency: round {round} of {}", options.rounds);
        for (title, qos, over_websocket) in [
            ("QoS 0, TCP", 0, false),
            ("QoS 1, TCP", 1, false),
            ("QoS 0, to a WebSocket", 0, true),
            ("QoS 1, to a WebSocket", 1, true),
        ] {
            for subject in std::iter::once(&ours.broker).chain(&peers) {
                let address = match (over_websocket, subject.websocket) {
                    (false, _) => Address::Tcp(subject.mqtt),
                    (true, Some(address)) => Address::WebSocket(address),
                    (true, None) => continue,
                };
                let figures = watch(options, subject, address, qos).await;
                let figures = figures.with_context(|| format!("{title}: {}", subject.name))?;
                section.record(title, subject.name, figures);
            }
        }
    }
    for subject in std::iter::once(&ours.broker).chain(&peers) {
        section.process(subject.name, subject.process.usage()?);
    }
    section.process("the device and the operator", own_usage()?);
    ours.broker.process.stop().await?;
    Ok(section)
}

/// One round on one broker.
async fn watch(options: &Options, subject: &Subject, address: Address, qos: u8) -> Result<Round> {
    let device = Device::new(0);
    let mut operator = subject.operator(address).await?;
    operator.subscribe(&device.topic("/+"), qos).await?;
    let mut client = subject.device(&device).await?;
    let before = subject.process.usage()?;
    let mut pace = interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let count = u32::try_from(options.duration().as_millis() / PACE.as_millis())?;
    let mut times = Times::default();
    for number in 0..count {
        pace.tick().await;
        let sent = clock::now();
        let id = (qos > 0).then_some(1);
        client.publish(&device.topic("/count"), format!(",count,{number}").as_bytes(), id);
        client.flush().await?;
        let arrived = timeout(PATIENCE, arrival(&mut operator)).await;
        let value = arrived.context("a message is lost")??;
        times.add(sent.elapsed());
        ensure!(value == number.to_string(), "{value} came instead of {number}");
        if qos > 0 {
            ensure!(client.next().await? == Packet::PubAck(1), "another packet than the PUBACK");
        }
    }
    let cpu = subject.process.usage()?.cpu - before.cpu;
    let (p50, p99) = times.p50_p99();
    Ok(vec![("p50", p50), ("p99", p99), ("CPU of the broker a message", each(cpu, count.into()))])
}

/// The value of the next message; it is acknowledged.
async fn arrival(operator: &mut Client) -> Result<String> {
    loop {
        if let Packet::Publish { payload, id, .. } = operator.next().await? {
            let value = payload.rsplit(|it| *it == b',').next().unwrap_or_default();
            let value = String::from_utf8_lossy(value).into_owned();
            if let Some(id) = id {
                operator.acknowledge(id);
                operator.flush().await?;
            }
            return Ok(value);
        }
    }
}

/// What takes longer is lost.
const PATIENCE: Duration = Duration::from_secs(10);
