//! The clients of an MQTT load: devices that publish, and a subscriber that reads.

use std::time::Instant;

use anyhow::{Context as _, Result};
use tokio::sync::watch;

use super::Load;
use crate::clock;
use crate::figures::Times;
use crate::load::mqtt::{Client, Packet};
use crate::subjects::Device;

/// Publishes until `end`, and until everything is acknowledged. Answers the number of messages, and how long each
/// acknowledgement took.
pub(super) async fn send(
    mut client: Client,
    device: Device,
    load: Load,
    mut count: u64,
    end: Instant,
) -> Result<(u64, Times)> {
    let topic = device.topic(if load.points > 1 { "" } else { "/count" });
    let payload = |count: &mut u64| {
        let lines: Vec<_> = (0..load.points)
            .map(|_| {
                *count += 1;
                format!(",count,{count}")
            })
            .collect();
        lines.join("\n")
    };
    let (mut messages, mut waits) = (0, Times::default());
    if load.qos == 0 {
        while clock::now() < end {
            for _ in 0..load.window {
                client.publish(&topic, payload(&mut count).as_bytes(), None);
            }
            client.ping();
            while client.next().await? != Packet::PingResp {}
            messages += load.window as u64;
        }
        return Ok((messages, waits));
    }
    let mut on_the_way = vec![None; load.window];
    let mut free: Vec<u16> = (1..=u16::try_from(load.window)?).collect();
    loop {
        let now = clock::now();
        if now < end {
            for id in free.drain(..) {
                client.publish(&topic, payload(&mut count).as_bytes(), Some(id));
                on_the_way[usize::from(id) - 1] = Some(now);
                messages += 1;
            }
        } else if free.len() == load.window {
            return Ok((messages, waits));
        }
        client.flush().await?;
        client.fill().await?;
        let now = clock::now();
        while let Some(packet) = client.ready()? {
            let Packet::PubAck(id) = packet else { continue };
            let since = on_the_way.get_mut(usize::from(id) - 1).and_then(Option::take);
            waits.add(now - since.context("a PUBACK that nobody waits for")?);
            free.push(id);
        }
    }
}

/// Reads and acknowledges everything, and tells how many messages have come.
pub(super) async fn read(mut client: Client, delivered: watch::Sender<u64>) -> Result<()> {
    loop {
        client.flush().await?;
        client.fill().await?;
        let (mut messages, mut owed) = (0, Vec::new());
        while let Some(packet) = client.ready()? {
            if let Packet::Publish { id, .. } = packet {
                messages += 1;
                owed.extend(id);
            }
        }
        owed.into_iter().for_each(|id| client.acknowledge(id));
        delivered.send_modify(|it| *it += messages);
    }
}
