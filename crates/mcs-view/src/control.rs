//! The life of a command: sent, delivered, confirmed by what comes back, or failed with a reason;
//! before that it may wait for its device.

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
    /// When the device's silence will be mentioned, or the waiting is over.
    due: Option<Time>,
    /// What earlier commands asked for and the device has not reported.
    overtaken: Vec<Value>,
    /// The times of commands that the broker will send back to us.
    echoes: Vec<Timestamp>,
}

impl Life {
    /// A command that never left.
    pub(crate) fn failed(desired: Option<Value>, failure: ControlFailure, sent: Timestamp) -> Self {
        Self::at_stage(desired, ControlStage::Failed(failure), sent)
    }

    /// A command that waits for its device until `due`, which is `until` for people.
    pub(crate) fn waiting(desired: Value, due: Time, until: Timestamp, sent: Timestamp) -> Self {
        let waiting = Self::at_stage(Some(desired), ControlStage::Waiting { until }, sent);
        Self { due: Some(due), ..waiting }
    }

    /// A value that came without a command of ours.
    pub(crate) fn elsewhere(value: Value, at: Timestamp) -> Self {
        Self::at_stage(Some(value), ControlStage::Elsewhere, at)
    }

    /// A command that was handed to the connection; it takes the place of `former`. `echoed` says
    /// that the broker sends it back to us, as MQTT 3.1.1 has no way to ask it not to.
    pub(crate) fn sent(
        desired: Value,
        request: RequestId,
        sent: Timestamp,
        echoed: bool,
        former: Option<Self>,
    ) -> Self {
        let mut life = Self::at_stage(None, ControlStage::Sent, sent);
        if let Some(former) = former {
            if former.is_under_way() {
                life.overtaken = former.overtaken;
                life.overtaken.extend(former.control.desired);
                life.overtaken.retain(|it| !same(it, &desired));
            }
            life.echoes = former.echoes;
        }
        if echoed {
            life.echoes.push(sent);
        }
        keep_newest(&mut life.overtaken);
        keep_newest(&mut life.echoes);
        life.control.desired = Some(desired);
        Self { request: Some(request), ..life }
    }

    fn at_stage(desired: Option<Value>, stage: ControlStage, sent: Timestamp) -> Self {
        let control = Control { desired, stage, sent };
        Self { control, request: None, due: None, overtaken: Vec::new(), echoes: Vec::new() }
    }

    /// What the card shows.
    pub(crate) fn control(&self) -> &Control {
        &self.control
    }

    /// When [`Self::time_out`] is due.
    pub(crate) fn deadline(&self) -> Option<Time> {
        self.due
    }

    /// What waits to be sent.
    pub(crate) fn waits(&self) -> Option<&Value> {
        let waits = matches!(self.control.stage, ControlStage::Waiting { .. });
        self.control.desired.as_ref().filter(|_| waits)
    }

    /// Whether it is the command that the broker has to answer with `request`.
    pub(crate) fn awaits(&self, request: RequestId) -> bool {
        self.request == Some(request)
    }

    /// Whether a point of this time is one of our own commands, sent back by the broker.
    pub(crate) fn is_own(&mut self, at: Timestamp) -> bool {
        let echo = self.echoes.iter().position(|it| *it == at);
        echo.map(|place| self.echoes.remove(place)).is_some()
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
                // No board reports that a button was pressed.
                let awaited = !matches!(self.control.desired, Some(Value::Gamepad { .. }));
                self.due = awaited.then(|| now + REPORT_TIMEOUT);
            }
            // There is nobody to wait for.
            Outcome::Unheard => self.fail(ControlFailure::NotDelivered),
            Outcome::Refused(code) => self.fail(ControlFailure::Refused(code.0)),
            Outcome::Unacknowledged => self.fail(ControlFailure::TimedOut),
            _ => self.fail(ControlFailure::NotConnected),
        }
        true
    }

    /// The channel's value as it came back. Says whether anything changed.
    pub(crate) fn reported(&mut self, value: &Value) -> bool {
        let Some(desired) = self.control.desired.as_ref().filter(|_| self.is_under_way()) else {
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
    pub(crate) fn time_out(&mut self) {
        self.due = None;
        match self.control.stage {
            ControlStage::Delivered => self.control.stage = ControlStage::Unconfirmed,
            ControlStage::Waiting { .. } => self.fail(ControlFailure::Expired),
            _ => {}
        }
    }

    /// The device may still do what it was told.
    fn is_under_way(&self) -> bool {
        let stage = &self.control.stage;
        stage.is_open() && !matches!(stage, ControlStage::Waiting { .. })
    }

    fn fail(&mut self, failure: ControlFailure) {
        self.end(ControlStage::Failed(failure));
    }

    fn end(&mut self, stage: ControlStage) {
        self.control.stage = stage;
        self.due = None;
        self.overtaken.clear();
    }
}

/// Whether a device that was told `desired` and reports `reported` has done so. Boards print two
/// decimals and calculate in single precision (CONTRACT §1.3), and hexadecimal digits in either
/// case.
pub(crate) fn same(desired: &Value, reported: &Value) -> bool {
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

fn keep_newest<T>(list: &mut Vec<T>) {
    list.drain(..list.len().saturating_sub(MOST_OVERTAKEN));
}
