//! Events as lines.

use mcs_session::Event;

pub(super) fn event(event: &Event) -> String {
    match event {
        Event::Connecting { attempt } => format!("connecting, attempt {attempt}"),
        Event::Connected { version } => format!("connected, {version}"),
        Event::Disconnected { reason, retry_at: Some(at) } => {
            format!("disconnected: {reason}; retry at {at}")
        }
        Event::Disconnected { reason, retry_at: None } => format!("disconnected: {reason}"),
        Event::Message(message) => format!("message {message:?}"),
        Event::Subscribed { id, granted: Ok(qos) } => {
            format!("subscription {id}: QoS {}", *qos as u8)
        }
        Event::Subscribed { id, granted: Err(error) } => format!("subscription {id}: {error}"),
        Event::Published { id, outcome } => format!("request {id}: {outcome}"),
        other => format!("{other:?}"),
    }
}
