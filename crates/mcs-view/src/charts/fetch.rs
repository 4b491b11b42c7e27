//! History for the charts on the screen.

use mcs_model::api;

use super::{Ask, Key, shifted, window};
use crate::console::Console;
use crate::io::Fetched;
use crate::protocol::{ChartRequest, Level, News, Stroke};
use crate::rest::{self, Call};

/// How much later than its own clock says a device's points may be, in milliseconds.
const LATER: u64 = 5_000;

impl Console {
    /// Asks the server for what is missing of the charts on the screen.
    pub(crate) fn fetch_history(&mut self, requests: &[ChartRequest]) {
        if self.signed_in.is_none() {
            return;
        }
        let (now, wall) = (self.clock.now(), self.clock.wall());
        for chart in requests {
            let Some(device) = self.devices.get(&chart.device) else { continue };
            let clock = self.charts.now(chart.time, wall, device.clock(wall));
            let shown = window(chart, clock);
            let mut wanted = shown;
            if shown.until >= wall.as_millis() {
                // A device's clock may be ahead, and what comes next is of interest too.
                wanted.until = u64::MAX;
            }
            let before = chart.compare_ms.map(|by| shifted(shown, by));
            for id in &chart.channels {
                let Some(stroke) = device.channel(id).and_then(Stroke::of) else { continue };
                let key: Key = (chart.device.clone(), id.clone(), chart.time);
                for span in [Some(wanted), before].into_iter().flatten() {
                    let length = chart.window_ms;
                    let times = (now, wall);
                    let ask = self.charts.fetch(&key, (span, length), stroke, device.live, times);
                    let (device, channel, time) = key.clone();
                    let call = match ask {
                        Some(Ask::Span(span)) => {
                            let end = clock.as_millis().saturating_add(LATER);
                            Call::Series { device, channel, time, span, end }
                        }
                        Some(Ask::Before(before)) => Call::Before { device, channel, time, before },
                        None => continue,
                    };
                    self.out.push_back(self.rest.call(call));
                }
            }
        }
    }

    /// The answer to a question for history.
    pub(crate) fn history_fetched(&mut self, key: &Key, ask: Ask, fetched: Fetched) {
        let now = self.clock.now();
        let channel = self.devices.get(&key.0).and_then(|it| it.channel(&key.1));
        let Some(kind) = channel.map(|it| it.kind.clone()) else {
            return self.charts.failed(key, ask, now, false);
        };
        match fetched {
            Fetched::Answer { status: 200, body } => {
                let taken = match ask {
                    Ask::Span(span) => api::from_json(&body)
                        .map(|answer| self.charts.fetched(key, span, &kind, &answer)),
                    Ask::Before(before) => api::from_json(&body)
                        .map(|answer| self.charts.preceded(key, before, &kind, &answer)),
                };
                if let Err(error) = taken {
                    self.charts.failed(key, ask, now, true);
                    self.misunderstood(&error.to_string());
                }
            }
            Fetched::Answer { status: status @ 400..=499, body } if status != 429 => {
                self.charts.failed(key, ask, now, true);
                let why = rest::error_text(status, &body);
                self.notices.add(Level::Error, News::NoHistory(key.1.clone(), why));
            }
            // Its absence is seen in the chart, and it is tried again.
            Fetched::Answer { .. } | Fetched::Unreachable => {
                self.charts.failed(key, ask, now, false);
            }
        }
    }
}
