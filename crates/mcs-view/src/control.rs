//! The life of a command: sent, delivered, confirmed by what comes back, or failed with a reason.

use core::time::Duration;

use mcs_model::{Timestamp, Value};
use mcs_session::{Outcome, RequestId};
use mcs_time::Time;

use crate::protocol::{Control, ControlFailure, ControlStage};

#[cfg(test)]
mod tests;

/// How long a device may take to report what it was told.
const REPORT_TIMEOUT: Duration = Duration::from_secs(10);

/// How many overtaken commands of one channel are remembered: a slider sends many.
const MOST_OVERTAKEN: usize = 64;

/// The newest command of one channel.
///
/// A command is over when it is `Confirmed` or `Failed`; a newer one takes its place at any time.
/// Until the broker has it, only an equal value counts: another one was on its way before the
/// command. The same is true for a value that an overtaken command asked for.
#[derive(Debug)]
pub(crate) struct Life {
    control: Control,
    /// The broker's answer is still to come.
    request: Option<RequestId>,
    /// When the device's silence will be mentioned.
    silent_at: Option<Time>,
    /// What earlier commands asked for and the device has not reported.
    overtaken: Vec<Value>,
}

impl Life {
    /// A command that never left.
    pub(crate) fn failed(desired: Option<Value>, failure: ControlFailure, sent: Timestamp) -> Self {
        let control = Control { desired, stage: ControlStage::Failed(failure), sent };
        Self { control, request: None, silent_at: None, overtaken: Vec::new() }
    }

    /// A command that was handed to the connection; it takes the place of `former`.
    pub(crate) fn sent(
        desired: Value,
        request: RequestId,
        sent: Timestamp,
        former: Option<Self>,
    ) -> Self {
        let mut overtaken = Vec::new();
        if let Some(former) = former.filter(Self::is_open) {
            overtaken = former.overtaken;
            overtaken.extend(former.control.desired.filter(|it| !same(it, &desired)));
            overtaken.retain(|it| !same(it, &desired));
            let excess = overtaken.len().saturating_sub(MOST_OVERTAKEN);
            overtaken.drain(..excess);
        }
        let control = Control { desired: Some(desired), stage: ControlStage::Sent, sent };
        Self { control, request: Some(request), silent_at: None, overtaken }
    }

    /// What the card shows.
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// When [`Self::fell_silent`] is due.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.silent_at
    }

    /// The broker's answer to `request`. Says whether anything changed.
    pub(crate) fn published(&mut self, now: Time, request: RequestId, outcome: Outcome) -> bool {
        if self.request != Some(request) {
            return false;
        }
        self.request = None;
        if self.control.stage != ControlStage::Sent {
            return false;
        }
        match outcome {
            Outcome::Acknowledged | Outcome::Sent => {
                self.control.stage = ControlStage::Delivered;
                self.silent_at = Some(now + REPORT_TIMEOUT);
            }
            // There is nobody to wait for.
            Outcome::Unheard => self.fail(ControlFailure::NotDelivered),
            Outcome::Refused(code) => self.fail(ControlFailure::Refused(code.to_string())),
            Outcome::Unacknowledged => self.fail(ControlFailure::TimedOut),
            _ => self.fail(ControlFailure::NotConnected),
        }
        true
    }

    /// The channel's value as it came back. Says whether anything changed.
    pub(crate) fn reported(&mut self, value: &Value) -> bool {
        let Some(desired) = self.control.desired.as_ref().filter(|_| self.is_open()) else {
            return false;
        };
        if same(desired, value) {
            self.end(ControlStage::Confirmed);
        } else if let Some(earlier) = self.overtaken.iter().position(|it| same(it, value)) {
            self.overtaken.drain(..=earlier);
            return false;
        } else if self.control.stage == ControlStage::Sent {
            return false;
        } else {
            self.fail(ControlFailure::OtherValue);
        }
        true
    }

    /// The server says that the device has gone. Says whether anything changed.
    pub(crate) fn went_offline(&mut self) -> bool {
        let waiting = matches!(self.control.stage, ControlStage::Sent | ControlStage::Delivered);
        if waiting {
            self.fail(ControlFailure::DeviceOffline);
        }
        waiting
    }

    /// [`Self::deadline`] has come.
    pub(crate) fn fell_silent(&mut self) {
        self.silent_at = None;
        if self.control.stage == ControlStage::Delivered {
            self.control.stage = ControlStage::Unconfirmed;
        }
    }

    fn is_open(&self) -> bool {
        !matches!(self.control.stage, ControlStage::Confirmed | ControlStage::Failed(_))
    }

    fn fail(&mut self, failure: ControlFailure) {
        self.end(ControlStage::Failed(failure));
    }

    fn end(&mut self, stage: ControlStage) {
        self.control.stage = stage;
        self.silent_at = None;
        self.overtaken.clear();
    }
}

/// Whether a device that was told `desired` and reports `reported` has done so. Boards print two
/// decimals and calculate in single precision (CONTRACT §1.3), and hexadecimal digits in either
/// case.
fn same(desired: &Value, reported: &Value) -> bool {
    match (desired, reported) {
        (Value::Float(a), Value::Float(b)) => near(*a, *b),
        (
            Value::Gps { latitude, longitude, altitude },
            Value::Gps { latitude: north, longitude: east, altitude: up },
        ) => near(*latitude, *north) && near(*longitude, *east) && near(*altitude, *up),
        (Value::Hex(a), Value::Hex(b)) => a.eq_ignore_ascii_case(b),
        _ => desired == reported,
    }
}

fn near(desired: f64, reported: f64) -> bool {
    let error = (desired - reported).abs();
    let hundredths = reported * 100.0;
    let two_decimals = (hundredths - hundredths.round()).abs() < 1e-7;
    // A little above half of the last decimal: 0.125 may become 0.12 or 0.13.
    error <= desired.abs() * 1e-6 || (two_decimals && error <= 0.005_001)
}
