//! Ten thousand devices that wait for commands.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::figures::{Figure, Round, Times, bytes, cores, each, rate};
use crate::load::crowd::{Crowd, PERIOD, Protocol};
use crate::load::http::Http;
use crate::load::mqtt::Packet;
use crate::load::wire::Address;
use crate::process::own_usage;
use crate::report::Section;
use crate::subjects::{self, Device, Ours, Subject};
use crate::{Options, clock};

/// Boards on the Command Server, as far as a process may open so many files.
const BOARDS: usize = 10_000;

/// Uploads by REST that wait for their answer at the same time.
const REST: usize = 32;

/// Messages to devices that wait for their PUBACK at the same time.
const WINDOW: u16 = 32;

/// When a command was sent, and when its sender was told that it is accepted.
type Order = (Instant, Instant);

pub(crate) async fn run(options: &Options) -> Result<Section> {
    let files = usize::try_from(options.files)?;
    let boards = BOARDS.min(files.saturating_sub(500));
    // Of our broker each client holds three.
    let clients = boards.min(files.saturating_sub(500) / 3);
    let mut section = Section::new(
        "command",
        format!(
            "{boards} boards hold a connection to the Command Server, {clients} clients one to MQTT (subscribed to \
             their own topics, QoS 1), with a heartbeat or ping every {} s. Then each gets one command: an upload to its \
             controller, {REST} at a time by REST or {WINDOW} at a time by MQTT. mcs-server stores each before it is \
             sent. A process may hold {files} files here. {} rounds, with fresh processes each.",
            PERIOD.as_secs(),
            options.rounds
        ),
    );
    for round in 1..=options.rounds {
        println!("── command: round {round} of {}", options.rounds);
        let mut ours = Ours::start(options, "command", boards).await?;
        let to = Protocol::Command(ours.command);
        let mut crowd = present(options, &mut section, &ours.broker, COMMAND, to, boards).await?;
        let sent = by_rest(ours.http, boards);
        fan_out(&mut section, REST_CASE, COMMAND, &ours.broker, &mut crowd, sent).await?;
        let sent = by_mqtt(&ours.broker, boards);
        fan_out(&mut section, MQTT_CASE, COMMAND, &ours.broker, &mut crowd, sent).await?;
        drop(crowd);
        section.process("mcs-server, Command Server", ours.broker.process.usage()?);
        ours.broker.process.stop().await?;

        let mut ours = Ours::start(options, "command", clients).await?;
        let to = Protocol::Mqtt(ours.broker.mqtt);
        let mut crowd = present(options, &mut section, &ours.broker, MQTT, to, clients).await?;
        let sent = by_rest(ours.http, clients);
        fan_out(&mut section, REST_CASE, MQTT, &ours.broker, &mut crowd, sent).await?;
        let sent = by_mqtt(&ours.broker, clients);
        fan_out(&mut section, MQTT_CASE, MQTT, &ours.broker, &mut crowd, sent).await?;
        drop(crowd);
        section.process("mcs-server, MQTT", ours.broker.process.usage()?);
        ours.broker.process.stop().await?;

        if options.alone {
            continue;
        }
        let mut peer = subjects::mosquitto(options, "command").await?;
        let to = Protocol::Mqtt(peer.mqtt);
        let mut crowd = present(options, &mut section, &peer, peer.name, to, clients).await?;
        let sent = by_mqtt(&peer, clients);
        fan_out(&mut section, MQTT_CASE, peer.name, &peer, &mut crowd, sent).await?;
        drop(crowd);
        section.process(peer.name, peer.process.usage()?);
        peer.process.stop().await?;
    }
    section.process("the devices and their commander", own_usage()?);
    Ok(section)
}

/// Connects everybody, and then lets nothing happen but heartbeats.
async fn present(
    options: &Options,
    section: &mut Section,
    subject: &Subject,
    name: &'static str,
    protocol: Protocol,
    size: usize,
) -> Result<Crowd> {
    let before = subject.process.usage()?;
    let start = clock::now();
    let crowd = Crowd::gather(protocol, size).await?;
    let wall = start.elapsed();
    let after = subject.process.usage()?;
    let resident = after.resident.saturating_sub(before.resident);
    section.record(
        "Devices connect",
        name,
        vec![
            ("connections, until known", rate(size as u64, wall)),
            ("CPU of the server a connection", each(after.cpu - before.cpu, size as u64)),
            ("memory a connection", bytes(resident as f64 / size as f64)),
        ],
    );
    let (before, start) = (subject.process.usage()?, clock::now());
    sleep(options.duration() * 2).await;
    let (cpu, wall) = (subject.process.usage()?.cpu - before.cpu, start.elapsed());
    section.record("Nothing but heartbeats", name, vec![("CPU, of one core", cores(cpu, wall))]);
    Ok(crowd)
}

/// Commands everybody once.
async fn fan_out(
    section: &mut Section,
    case: &str,
    name: &'static str,
    subject: &Subject,
    crowd: &mut Crowd,
    sending: impl Future<Output = Result<Vec<Order>>>,
) -> Result<()> {
    let before = subject.process.usage()?;
    let start = clock::now();
    let (orders, arrivals) = tokio::try_join!(sending, crowd.commanded())?;
    let wall = start.elapsed();
    let cpu = subject.process.usage()?.cpu - before.cpu;
    section.record(case, name, figures(&orders, &arrivals, wall, cpu));
    Ok(())
}

fn figures(orders: &[Order], arrivals: &[Instant], wall: Duration, cpu: Duration) -> Round {
    let (mut way, mut rest) = (Times::default(), Times::default());
    for ((sent, accepted), arrived) in orders.iter().zip(arrivals) {
        way.add(*arrived - *sent);
        // Before its sender knows it: that counts as no time.
        rest.add(arrived.saturating_duration_since(*accepted));
    }
    let count = arrivals.len() as u64;
    let named =
        |names: [&'static str; 2], (p50, p99): (Figure, Figure)| [(names[0], p50), (names[1], p99)];
    let mut round =
        vec![("commands", rate(count, wall)), ("CPU of the server a command", each(cpu, count))];
    round.extend(named(["sent to arrived, p50", "sent to arrived, p99"], way.p50_p99()));
    round.extend(named(["accepted to arrived, p50", "accepted to arrived, p99"], rest.p50_p99()));
    round
}

/// Uploads to every device's controller by REST.
async fn by_rest(http: SocketAddr, size: usize) -> Result<Vec<Order>> {
    let mut tasks = JoinSet::new();
    for first in 0..REST {
        let mut http = Http::connect(http).await?;
        tasks.spawn(async move {
            let mut orders = Vec::new();
            for number in (first..size).step_by(REST) {
                let device = Device::new(number);
                let path = format!("/mcs/v2/devices/{}/datapoints.csv", device.id);
                let header = format!("{}\r\nContent-Type: text/csv", device.header());
                let sent = clock::now();
                http.request("POST", &path, &header, "lamp,,1").await?;
                orders.push((number, (sent, clock::now())));
            }
            anyhow::Ok(orders)
        });
    }
    let mut orders = Vec::new();
    while let Some(done) = tasks.join_next().await {
        orders.extend(done??);
    }
    orders.sort_unstable_by_key(|(number, _)| *number);
    Ok(orders.into_iter().map(|(_, order)| order).collect())
}

/// Publishes to every device's controller by MQTT.
async fn by_mqtt(subject: &Subject, size: usize) -> Result<Vec<Order>> {
    let mut client = subject.operator(Address::Tcp(subject.mqtt)).await?;
    let mut free: Vec<u16> = (1..=WINDOW).collect();
    let mut on_the_way = vec![0; usize::from(WINDOW)];
    let mut sent = Vec::new();
    let mut accepted = vec![None; size];
    let mut acknowledged = 0;
    while acknowledged < size {
        while sent.len() < size
            && let Some(id) = free.pop()
        {
            on_the_way[usize::from(id) - 1] = sent.len();
            client.publish(&Device::new(sent.len()).topic("/lamp"), b",lamp,0", Some(id));
            sent.push(clock::now());
        }
        client.flush().await?;
        client.fill().await?;
        let now = clock::now();
        while let Some(packet) = client.ready()? {
            let Packet::PubAck(id) = packet else { continue };
            let number = on_the_way.get(usize::from(id) - 1).context("an unknown PUBACK")?;
            accepted[*number] = Some(now);
            acknowledged += 1;
            free.push(id);
        }
    }
    Ok(sent.into_iter().zip(accepted.into_iter().flatten()).collect())
}

const COMMAND: &str = "mcs-server, Command Server";

const MQTT: &str = "mcs-server, MQTT";

const REST_CASE: &str = "A command to each, by REST";

const MQTT_CASE: &str = "A command to each, by MQTT";
