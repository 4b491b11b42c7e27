//! Counters for `GET /metrics`.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use mcs_model::api::Transport;

use crate::app::App;

/// A number that only grows.
#[derive(Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Adds `n`.
    pub(crate) fn add(&self, n: usize) {
        self.0.fetch_add(n as u64, Ordering::Relaxed);
    }
}

/// What the server counts.
#[derive(Default)]
pub(crate) struct Metrics {
    /// Data points accepted.
    pub(crate) points: Counter,
    /// Data points refused.
    pub(crate) refused_points: Counter,
    /// HTTP requests answered.
    pub(crate) requests: Counter,
    /// Command Server connections that came in.
    pub(crate) command_connections: Counter,
}

/// The Prometheus text format.
pub(crate) fn render(app: &App) -> String {
    let metrics = &app.metrics;
    let mut text = String::new();
    let mut counter = |name: &str, help: &str, counter: &Counter| {
        let value = counter.0.load(Ordering::Relaxed);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {value}");
    };
    counter("mcs_points_total", "Data points accepted.", &metrics.points);
    counter("mcs_refused_points_total", "Data points refused.", &metrics.refused_points);
    counter("mcs_http_requests_total", "HTTP requests answered.", &metrics.requests);
    counter(
        "mcs_command_connections_total",
        "Command Server connections that came in.",
        &metrics.command_connections,
    );
    let health = app.store.health();
    let (failed, well) = (health.failed(), u8::from(health.trouble().is_none()));
    let _ = writeln!(
        text,
        "# HELP mcs_store_failures_total Commits that failed.\n\
         # TYPE mcs_store_failures_total counter\nmcs_store_failures_total {failed}\n\
         # HELP mcs_store_up Whether points can be stored.\n\
         # TYPE mcs_store_up gauge\nmcs_store_up {well}"
    );
    let sessions = app.bus().sessions();
    let _ = write!(
        text,
        "# HELP mcs_mqtt_dropped_messages_total Messages that a kept MQTT session's client will not get.\n\
         # TYPE mcs_mqtt_dropped_messages_total counter\n\
         mcs_mqtt_dropped_messages_total {}\n\
         # HELP mcs_mqtt_kept_sessions MQTT sessions that outlive their connections.\n\
         # TYPE mcs_mqtt_kept_sessions gauge\n\
         mcs_mqtt_kept_sessions {}\n\
         # HELP mcs_mqtt_waiting_messages Messages that wait in them.\n\
         # TYPE mcs_mqtt_waiting_messages gauge\n\
         mcs_mqtt_waiting_messages {}\n",
        sessions.dropped, sessions.kept, sessions.waiting,
    );
    let all = app.hub.all();
    let _ = writeln!(text, "# HELP mcs_devices_online Devices that can be reached.");
    let _ = writeln!(text, "# TYPE mcs_devices_online gauge");
    for (name, transport) in [("mqtt", Transport::Mqtt), ("command", Transport::Command)] {
        let online = all.iter().filter(|(_, it)| it.transports.contains(&transport)).count();
        let _ = writeln!(text, "mcs_devices_online{{transport=\"{name}\"}} {online}");
    }
    let devices = app.registry.snapshot().devices.len();
    let _ = writeln!(
        text,
        "# HELP mcs_devices Registered devices.\n# TYPE mcs_devices gauge\nmcs_devices {devices}"
    );
    text
}
