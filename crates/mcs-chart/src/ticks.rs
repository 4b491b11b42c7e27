//! Where the lines of a grid stand: round values, round times of the operator's wall clock.

#[cfg(test)]
mod tests;

/// A line of the grid across the values.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueTick {
    /// Where.
    pub value: f64,
    /// What stands beside it.
    pub label: String,
}

/// A line of the grid across the time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeTick {
    /// Where, in milliseconds since the epoch.
    pub at: u64,
    /// What stands below it.
    pub label: String,
}

/// Round ends around `min` and `max` that hold about `count` lines, and the step between them.
///
/// Rounding the ends outwards keeps the axis still while values wander inside.
pub(crate) fn value_axis(min: f64, max: f64, count: usize) -> (f64, f64, f64) {
    let (mut min, mut max) = if min <= max { (min, max) } else { (max, min) };
    if !min.is_finite() || !max.is_finite() {
        (min, max) = (0.0, 1.0);
    }
    // A flat line is drawn in the middle.
    if max - min <= f64::EPSILON * max.abs().max(1.0) * 4.0 {
        let room = (max.abs() * 0.05).max(0.5);
        (min, max) = (min - room, max + room);
    }
    let step = round_step((max - min) / count.max(1) as f64);
    ((min / step).floor() * step, (max / step).ceil() * step, step)
}

/// The lines of an axis that [`value_axis`] made.
pub(crate) fn value_ticks(lower: f64, upper: f64, step: f64) -> Vec<ValueTick> {
    let lines = ((upper - lower) / step).round();
    if !(0.0..=100.0).contains(&lines) {
        return Vec::new();
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100")]
    let lines = lines as u32;
    let decimals = decimals(step);
    (0..=lines)
        .map(|line| {
            let value = lower + step * f64::from(line);
            // 0.1 + 0.2 - 0.3 is not 0, but its label is.
            let value = if value.abs() < step / 1e6 { 0.0 } else { value };
            ValueTick { value, label: label(value, decimals, step) }
        })
        .collect()
}

/// Lines from `start` to `end` at round times of a clock that is `offset` milliseconds ahead of
/// UTC at a time, at most `most` of them.
pub fn time_ticks(start: u64, end: u64, offset: impl Fn(u64) -> i64, most: usize) -> Vec<TimeTick> {
    let span = end.saturating_sub(start);
    let most = most.max(1) as u64;
    let Some(step) = STEPS.into_iter().find(|step| span / step < most) else {
        return Vec::new();
    };
    let local = |at: u64| at.saturating_add_signed(offset(at));
    let first = local(start).div_ceil(step) * step;
    // A zone may change its clock within the window: each line asks for itself.
    let utc = |wall: u64| {
        let near = wall.saturating_add_signed(-offset(start));
        wall.saturating_add_signed(-offset(near))
    };
    (0..=span / step + 1)
        .map(|line| first + line * step)
        .map(|wall| (utc(wall), wall))
        .filter(|(at, _)| (start..=end).contains(at))
        .map(|(at, wall)| TimeTick { at, label: clock(wall, step) })
        .take(usize::try_from(most).unwrap_or(usize::MAX))
        .collect()
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const STEPS: [u64; 28] = [
    20,
    50,
    100,
    200,
    500,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    30 * DAY,
    60 * DAY,
];

/// The time of a line, or at midnight the day: `22 Nov` in figures that every language reads.
fn clock(local: u64, step: u64) -> String {
    let (hour, minute, second) = (local / HOUR % 24, local / MINUTE % 60, local / SECOND % 60);
    if step >= HOUR && local.is_multiple_of(DAY) {
        let (month, day) = day(local / DAY);
        format!("{month:02}-{day:02}")
    } else if step < SECOND {
        format!("{minute:02}:{second:02}.{:03}", local % SECOND)
    } else if step < MINUTE {
        format!("{hour:02}:{minute:02}:{second:02}")
    } else {
        format!("{hour:02}:{minute:02}")
    }
}

/// Month and day of a day since 1970, in the calendar of Gregory.
fn day(days: u64) -> (u64, u64) {
    // Years begin in March here, so that the day that comes and goes is the last one.
    let days = days + 719_468;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    (if month < 10 { month + 3 } else { month - 9 }, day)
}

/// The next of 1, 2, 5, 10, … times a power of ten.
fn round_step(raw: f64) -> f64 {
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| raw <= factor * power * (1.0 + 1e-9));
    factor.unwrap_or(10.0) * power
}

fn decimals(step: f64) -> usize {
    let digits = -(step.log10() + 1e-9).floor();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    let digits = digits.clamp(0.0, 9.0) as usize;
    digits
}

fn label(value: f64, decimals: usize, step: f64) -> String {
    if value.abs() >= 1e7 || step < 1e-6 {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.decimals$}");
    text.strip_prefix('-').map_or_else(|| text.clone(), |rest| format!("−{rest}"))
}
