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

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
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
    let (metrics, health, sessions) = (&app.metrics, app.store.health(), app.bus().sessions());
    let all = app.hub.all();
    let online = |transport| {
        let here = all.iter().filter(|(_, it)| it.transports.contains(&transport));
        here.count() as u64
    };
    let mut text = String::new();
    let mut metric = |kind: &str, name: &str, help: &str, values: &[(&str, u64)]| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let mut counter = |name: &str, help: &str, value| metric("counter", name, help, &[("", value)]);
    counter("mcs_points_total", "Data points accepted.", metrics.points.get());
    counter("mcs_refused_points_total", "Data points refused.", metrics.refused_points.get());
    counter("mcs_http_requests_total", "HTTP requests answered.", metrics.requests.get());
    counter(
        "mcs_command_connections_total",
        "Command Server connections that came in.",
        metrics.command_connections.get(),
    );
    counter("mcs_store_failures_total", "Commits that failed.", health.failed());
    counter(
        "mcs_mqtt_dropped_messages_total",
        "Messages that a kept MQTT session's client will not get.",
        sessions.dropped,
    );
    let mut gauge = |name: &str, help: &str, values: &[_]| metric("gauge", name, help, values);
    let up = u64::from(health.trouble().is_none());
    gauge("mcs_store_up", "Whether points can be stored.", &[("", up)]);
    gauge(
        "mcs_mqtt_kept_sessions",
        "MQTT sessions that outlive their connections.",
        &[("", sessions.kept as u64)],
    );
    gauge(
        "mcs_mqtt_waiting_messages",
        "Messages that wait in them.",
        &[("", sessions.waiting as u64)],
    );
    gauge(
        "mcs_devices_online",
        "Devices that can be reached.",
        &[
            (r#"{transport="mqtt"}"#, online(Transport::Mqtt)),
            (r#"{transport="command"}"#, online(Transport::Command)),
        ],
    );
    let devices = app.registry.snapshot().devices.len() as u64;
    gauge("mcs_devices", "Registered devices.", &[("", devices)]);
    text
}
