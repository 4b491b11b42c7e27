//! What is different between two states of a prototype.

use mcs_model::{ChannelId, Prototype};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The name is this one now.
    Name(String),
    /// The version is this one now.
    Version(String),
    /// The description is another one.
    Description,
    /// The channel is new.
    Added(ChannelId),
    /// The channel is gone.
    Removed(ChannelId),
    /// The channel is of another type.
    Retyped(ChannelId),
    /// The channel's name, description, direction or settings are others.
    Edited(ChannelId),
    /// The channels that both have stand in another order.
    Order,
}

/// What is different in `after`.
pub fn changes(before: &Prototype, after: &Prototype) -> Vec<Change> {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(Change::Name(after.name.clone()));
    }
    if before.version != after.version {
        changes.push(Change::Version(after.version.clone()));
    }
    if before.description != after.description {
        changes.push(Change::Description);
    }
    for channel in &after.channels {
        let id = || channel.id.clone();
        match before.channel(&channel.id) {
            None => changes.push(Change::Added(id())),
            Some(former) if former.kind.name() != channel.kind.name() => {
                changes.push(Change::Retyped(id()));
            }
            Some(former) if former != channel => changes.push(Change::Edited(id())),
            Some(_) => {}
        }
    }
    let gone = before.channels.iter().filter(|it| after.channel(&it.id).is_none());
    changes.extend(gone.map(|it| Change::Removed(it.id.clone())));
    let order = |of: &Prototype, other: &Prototype| {
        let both = of.channels.iter().filter(|it| other.channel(&it.id).is_some());
        both.map(|it| it.id.clone()).collect::<Vec<_>>()
    };
    if order(before, after) != order(after, before) {
        changes.push(Change::Order);
    }
    changes
}
