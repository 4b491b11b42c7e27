//! The rules of the log, one module for each part.

mod found;
mod query;
mod show;

use std::sync::Arc;

use mcs_model::Timestamp;
use mcs_session::{Message, Qos};
use mcs_time::Time;

use super::*;
use crate::protocol::Filter;

/// A message with QoS 0.
fn message(topic: &str, payload: impl AsRef<[u8]>) -> Message {
    Message {
        topic: Arc::from(topic),
        payload: payload.as_ref().into(),
        qos: Qos::AtMostOnce,
        retain: false,
        duplicate: false,
        properties: mcs_session::Properties::default(),
    }
}

/// A log with room for so many bytes.
fn messages(budget: usize) -> Messages {
    Messages { log: Log::new(budget), ..Messages::new() }
}

fn receive(messages: &mut Messages, topic: &str, payload: impl AsRef<[u8]>) {
    let wall = Timestamp::from_millis(1000);
    messages.received(Time::ZERO, wall, ConnectionId(1), &message(topic, payload));
}

/// The log as the page sees it, once everything was searched.
fn look(messages: &mut Messages, look: Look) -> LogView {
    messages.look(look);
    loop {
        let view = messages.view(Time::ZERO, &Devices::default(), |_| true, true).expect("a view");
        let log = view.log.expect("the log");
        if log.unsearched == 0 {
            return log;
        }
    }
}

fn query(query: &str) -> Look {
    let filter = Filter { query: query.to_owned(), ..Filter::default() };
    Look { filter, rows: Rows::Newest { count: 100 }, ..Look::default() }
}

fn topics(log: &LogView) -> Vec<&str> {
    log.rows.iter().map(|it| it.topic.as_str()).collect()
}
