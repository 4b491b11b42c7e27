//! The topic tree and the loudest topics, as of now.

use mcs_sorted::Set;
use mcs_time::Time;

use super::topics::{Topic, Topics};
use crate::protocol::{ConnectionId, Load, Loudness, RateRow, RatesView, TopicRef};
use crate::protocol::{TreeLook, TreeRow, TreeView};

/// Most rows of one answer.
const MOST_ROWS: usize = 500;

/// Most of the loudest topics that are listed.
const MOST_LOUD: usize = 200;

/// A level that is seen, while its topics are gone through.
struct Node<'a> {
    connection: ConnectionId,
    path: &'a str,
    depth: usize,
    branches: bool,
    open: bool,
    topics: u64,
    load: Load,
}

/// The part of the tree that is on the screen.
pub(super) fn tree(topics: &Topics, look: &TreeLook, now: Time) -> TreeView {
    let open: Set<_> = look.open.iter().map(|it| (it.connection, it.path.as_str())).collect();
    let mut nodes: Vec<Node<'_>> = Vec::new();
    // The nodes above and at the topic before.
    let mut path: Vec<usize> = Vec::new();
    for topic in topics.iter() {
        let load = load(topic, now);
        for (depth, level) in levels(&topic.name).enumerate() {
            let is_same = |it: &Node<'_>| it.connection == topic.connection && it.path == level;
            let known = path.get(depth).copied();
            let at = match known.filter(|at| nodes.get(*at).is_some_and(is_same)) {
                Some(at) => at,
                None => {
                    path.truncate(depth);
                    path.push(nodes.len());
                    let connection = topic.connection;
                    let open = open.contains(&(connection, level));
                    let node = Node {
                        connection,
                        path: level,
                        depth,
                        branches: false,
                        open,
                        topics: 0,
                        load: Load::default(),
                    };
                    nodes.push(node);
                    nodes.len() - 1
                }
            };
            let Some(node) = nodes.get_mut(at) else { break };
            node.topics += 1;
            add(&mut node.load, load);
            if level.len() < topic.name.len() {
                node.branches = true;
                if !node.open {
                    break;
                }
            }
        }
    }
    let total = nodes.len() as u64;
    let first = look.first.min(total.saturating_sub(look.count.into()));
    let skipped = usize::try_from(first).unwrap_or(usize::MAX);
    let count = (look.count as usize).min(MOST_ROWS);
    TreeView { total, first, rows: nodes.into_iter().skip(skipped).take(count).map(row).collect() }
}

/// The loudest topics and the sum of all.
pub(super) fn rates(topics: &Topics, by: Loudness, now: Time) -> RatesView {
    let mut sum = Load::default();
    let mut all: Vec<_> = topics.iter().map(|topic| (load(topic, now), topic)).collect();
    all.iter().for_each(|(load, _)| add(&mut sum, *load));
    let loudness = |load: &Load| match by {
        Loudness::MessageRate => f64::from(load.message_rate),
        Loudness::ByteRate => f64::from(load.byte_rate),
        Loudness::Messages => load.messages as f64,
        Loudness::Bytes => load.bytes as f64,
    };
    mcs_sorted::sort_by(&mut all, |(a, _), (b, _)| loudness(b).total_cmp(&loudness(a)));
    let row = |(load, topic): (Load, &Topic)| {
        let path = topic.name.to_string();
        let topic = TopicRef { connection: topic.connection, path };
        RateRow { topic, place: None, load }
    };
    let topics = all.len() as u64;
    RatesView { rows: all.into_iter().take(MOST_LOUD).map(row).collect(), topics, load: sum }
}

fn load(topic: &Topic, now: Time) -> Load {
    let (message_rate, byte_rate) = topic.rate.at(now);
    Load {
        messages: topic.messages,
        bytes: topic.bytes,
        message_rate: shown(message_rate),
        byte_rate: shown(byte_rate),
    }
}

/// A rate that fades never gets to nothing by itself.
fn shown(rate: f64) -> f32 {
    if rate < 0.005 { 0.0 } else { rate as f32 }
}

fn add(sum: &mut Load, load: Load) {
    sum.messages += load.messages;
    sum.bytes += load.bytes;
    sum.message_rate += load.message_rate;
    sum.byte_rate += load.byte_rate;
}

fn row(node: Node<'_>) -> TreeRow {
    TreeRow {
        topic: TopicRef { connection: node.connection, path: node.path.to_owned() },
        depth: u32::try_from(node.depth).unwrap_or(u32::MAX),
        branches: node.branches,
        open: node.open,
        topics: node.topics,
        load: node.load,
    }
}

/// `a`, `a/b`, `a/b/c`
fn levels(topic: &str) -> impl Iterator<Item = &str> {
    let ends = topic.match_indices('/').map(|(at, _)| at).chain([topic.len()]);
    ends.filter_map(|end| topic.get(..end))
}
