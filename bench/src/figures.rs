//! What is measured: figures of rounds, their medians, and how they are written.

use std::fmt;
use std::time::Duration;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Unit {
    /// Events a second.
    Rate,
    /// Seconds.
    Time,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    Throughput,
    /// Just so many.
    Count,
    /// Of one core: 1 is a core that does nothing else.
    Cores,
}

/// A value with its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figure {
    /// The value, in the unit's base.
    pub(crate) value: f64,
    /// What it counts.
    pub(crate) unit: Unit,
}

/// The figures of one subject in one round, in the order in which they are reported.
pub(crate) type Round = Vec<(&'static str, Figure)>;

/// How often something happened in some time.
pub(crate) fn rate(count: u64, time: Duration) -> Figure {
    Figure { value: count as f64 / time.as_secs_f64(), unit: Unit::Rate }
}

/// A number of things.
pub(crate) fn count(value: usize) -> Figure {
    Figure { value: value as f64, unit: Unit::Count }
}

/// A time.
pub(crate) fn time(seconds: f64) -> Figure {
    Figure { value: seconds, unit: Unit::Time }
}

/// A time for each of `count` events.
pub(crate) fn each(time: Duration, count: u64) -> Figure {
    Figure { value: time.as_secs_f64() / count.max(1) as f64, unit: Unit::Time }
}

/// A size.
pub(crate) fn bytes(value: f64) -> Figure {
    Figure { value, unit: Unit::Bytes }
}

/// CPU time in some wall time.
pub(crate) fn cores(cpu: Duration, wall: Duration) -> Figure {
    Figure { value: cpu.as_secs_f64() / wall.as_secs_f64(), unit: Unit::Cores }
}

/// Median, least and most of several rounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    /// The median.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The most.
    pub(crate) max: f64,
}

impl Spread {
    /// Of these values; of none it is all zero.
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or_default();
        let half = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            at(half)
        } else {
            at(half.wrapping_sub(1)).midpoint(at(half))
        };
        Self { median, min: at(0), max: at(values.len().saturating_sub(1)) }
    }
}

/// Times of single events, for their percentiles.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// Another event took so long.
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// Those of another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Median and 99th percentile.
    pub(crate) fn p50_p99(&mut self) -> (Figure, Figure) {
        self.0.sort_unstable();
        let at = |share: f64| {
            let index = (self.0.len() as f64 * share) as usize;
            let index = index.min(self.0.len().saturating_sub(1));
            time(self.0.get(index).copied().unwrap_or_default().as_secs_f64())
        };
        (at(0.5), at(0.99))
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value;
        let steps: &[(f64, &str)] = match self.unit {
            Unit::Rate => &[(1e6, " M/s"), (1e3, " k/s"), (1.0, " /s")],
            Unit::Time => &[(1.0, " s"), (1e-3, " ms"), (1e-6, " µs")],
            Unit::Bytes => &[(1048576.0, " MiB"), (1024.0, " KiB"), (1.0, " B")],
            Unit::Count => &[(1.0, "")],
            Unit::Throughput => &[(1048576.0, " MiB/s"), (1024.0, " KiB/s"), (1.0, " B/s")],
            Unit::Cores => &[(0.01, " %")],
        };
        let fits = steps.iter().find(|(size, _)| value.abs() >= *size).or(steps.last());
        let (size, name) = fits.copied().unwrap_or((1.0, ""));
        write!(f, "{}{name}", three_digits(value / size))
    }
}

/// A number with three significant digits, as far as they stand behind the point.
pub(crate) fn three_digits(value: f64) -> String {
    match value.abs() {
        it if it >= 99.95 => format!("{value:.0}"),
        it if it >= 9.995 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_holds_the_middle_and_both_ends() {
        let spread = |values: &[f64]| Spread::of(values.to_vec());
        assert_eq!(spread(&[3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(spread(&[4.0, 1.0]), Spread { median: 2.5, min: 1.0, max: 4.0 });
        assert_eq!(spread(&[]), Spread { median: 0.0, min: 0.0, max: 0.0 });
    }

    #[test]
    fn percentiles_are_times_that_occurred() {
        let mut times = Times::default();
        (1..=200).for_each(|it| times.add(Duration::from_millis(it)));
        assert_eq!(times.p50_p99(), (time(0.101), time(0.199)));
        assert_eq!(Times::default().p50_p99(), (time(0.0), time(0.0)));
    }

    #[test]
    fn figures_are_written_with_three_digits_and_the_unit_that_fits() {
        for (figure, text) in [
            (rate(41_234, Duration::from_secs(1)), "41.2 k/s"),
            (rate(7, Duration::from_secs(2)), "3.50 /s"),
            (time(0.000_012_34), "12.3 µs"),
            (time(0.000_000_1), "0.10 µs"),
            (time(1.5), "1.50 s"),
            (bytes(2048.0), "2.00 KiB"),
            (cores(Duration::from_millis(25), Duration::from_secs(1)), "2.50 %"),
        ] {
            assert_eq!(figure.to_string(), text);
        }
    }
}
