//! A plan as it is typed.

use core::time::Duration;

use mcs_fota::Terms;
use mcs_fota::rollout::{Plan, Wave};

#[cfg(test)]
mod tests;

/// The texts of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanForm([String; Field::ALL.len()]);

/// What is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Where each wave ends: counts and percentages, such as `1, 10 %, 50 %`.
    Waves,
    /// Devices at once.
    Parallel,
    /// Percent of a wave that have to be updated.
    Success,
    /// Failures that stop it; empty is never.
    MaxFailures,
    /// Percent of failures that stop it; empty is never.
    MaxFailedPercent,
    /// Hours until a device that sleeps is given up.
    Queued,
    /// Minutes from the notice to a sign of progress.
    Initiated,
    /// Minutes between two requests for the file.
    Downloading,
    /// Minutes from the whole file to the report.
    Downloaded,
    /// Minutes for writing the image.
    Updating,
    /// Minutes that a device has to keep the version; 0 is not at all.
    Confirming,
    /// Notices to a device that comes back with the old version.
    Attempts,
    /// Notices to a device that does not answer.
    Unanswered,
}

/// In seconds.
const HOUR: f64 = 3600.0;
const MINUTE: f64 = 60.0;
/// No time is longer.
const YEAR: f64 = 366.0 * 24.0 * HOUR;

impl Field {
    /// In the order of a form.
    pub const ALL: [Self; 13] = [
        Self::Waves,
        Self::Parallel,
        Self::Success,
        Self::MaxFailures,
        Self::MaxFailedPercent,
        Self::Queued,
        Self::Initiated,
        Self::Downloading,
        Self::Downloaded,
        Self::Updating,
        Self::Confirming,
        Self::Attempts,
        Self::Unanswered,
    ];
}

impl PlanForm {
    /// What would be typed for this plan.
    pub fn of(plan: &Plan) -> Self {
        let Terms { queued, initiated, downloading, downloaded, updating, confirming, .. } =
            plan.terms;
        let minutes = |it: Duration| (it.as_secs_f64() / MINUTE).to_string();
        let optional = |it: Option<u32>| it.map(|it| it.to_string()).unwrap_or_default();
        Self(Field::ALL.map(|field| match field {
            Field::Waves => waves_text(&plan.waves),
            Field::Parallel => plan.parallel.to_string(),
            Field::Success => plan.success.to_string(),
            Field::MaxFailures => optional(plan.max_failures),
            Field::MaxFailedPercent => optional(plan.max_failed_percent.map(u32::from)),
            Field::Queued => (queued.as_secs_f64() / HOUR).to_string(),
            Field::Initiated => minutes(initiated),
            Field::Downloading => minutes(downloading),
            Field::Downloaded => minutes(downloaded),
            Field::Updating => minutes(updating),
            Field::Confirming => minutes(confirming),
            Field::Attempts => plan.terms.attempts.to_string(),
            Field::Unanswered => plan.terms.unanswered.to_string(),
        }))
    }

    /// A text.
    pub fn text(&self, field: Field) -> &str {
        &self.0[field as usize]
    }

    /// Types a text.
    pub fn set(&mut self, field: Field, text: String) {
        self.0[field as usize] = text;
    }

    /// Whether a plan can be made with this text.
    pub fn is_wrong(&self, field: Field) -> bool {
        self.apply(field, &mut Plan::default()).is_none()
    }

    /// The plan; `None` while a text is wrong.
    pub fn plan(&self) -> Option<Plan> {
        let mut plan = Plan::default();
        for field in Field::ALL {
            self.apply(field, &mut plan)?;
        }
        plan.check().is_ok().then_some(plan)
    }

    fn apply(&self, field: Field, plan: &mut Plan) -> Option<()> {
        let text = self.text(field).trim();
        // Whole seconds.
        let seconds = |unit: f64, least: f64| {
            let seconds = (text.parse::<f64>().ok()? * unit).round();
            (least..=YEAR).contains(&seconds).then(|| Duration::from_secs_f64(seconds))
        };
        let count = || text.parse::<u8>().ok().filter(|it| *it > 0);
        let never = text.is_empty();
        match field {
            Field::Waves => plan.waves = waves(text)?,
            Field::Parallel => plan.parallel = text.parse().ok().filter(|it| *it > 0)?,
            Field::Success => plan.success = percent(text)?,
            Field::MaxFailures if never => plan.max_failures = None,
            Field::MaxFailures => {
                plan.max_failures = Some(text.parse().ok().filter(|it| *it > 0)?);
            }
            Field::MaxFailedPercent if never => plan.max_failed_percent = None,
            Field::MaxFailedPercent => plan.max_failed_percent = Some(percent(text)?),
            Field::Queued => plan.terms.queued = seconds(HOUR, 1.0)?,
            Field::Initiated => plan.terms.initiated = seconds(MINUTE, 1.0)?,
            Field::Downloading => plan.terms.downloading = seconds(MINUTE, 1.0)?,
            Field::Downloaded => plan.terms.downloaded = seconds(MINUTE, 1.0)?,
            Field::Updating => plan.terms.updating = seconds(MINUTE, 1.0)?,
            Field::Confirming => plan.terms.confirming = seconds(MINUTE, 0.0)?,
            Field::Attempts => plan.terms.attempts = count()?,
            Field::Unanswered => plan.terms.unanswered = count()?,
        }
        Some(())
    }
}

/// Waves as they are typed.
pub fn waves_text(waves: &[Wave]) -> String {
    let text = |wave: &Wave| match wave {
        Wave::Devices(count) => count.to_string(),
        Wave::Percent(share) => format!("{share} %"),
    };
    waves.iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Commas, arrows and blanks part them; nothing at all is everybody at once.
fn waves(text: &str) -> Option<Vec<Wave>> {
    let text = text.replace('\u{ff05}', "%").replace(" %", "%");
    let parts = text.split(|it: char| it.is_whitespace() || ",;、，→>-".contains(it));
    let waves = parts.filter(|it| !it.is_empty()).map(|part| match part.strip_suffix('%') {
        Some(share) => percent(share).map(Wave::Percent),
        None => part.parse().ok().filter(|it| *it > 0).map(Wave::Devices),
    });
    waves.collect::<Option<Vec<_>>>().filter(|it| it.len() <= 20)
}

fn percent(text: &str) -> Option<u8> {
    text.trim().parse().ok().filter(|it| (1..=100).contains(it))
}
