//! Values as the table `points` holds them: numbers as numbers, everything else as JSON.

use anyhow::{Context as _, Result, bail};
use mcs_model::Value;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::insert::Bound;

/// The columns `kind` and `value`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stored {
    kind: i64,
    value: Cell,
}

#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Integer(i64),
    Real(f64),
    Text(String),
}

/// What rollups know of a value: the number (of a PWM the duty value), and the period.
pub(super) type Numbers = (Option<f64>, Option<f64>);

/// What [`numbers`] answers, in SQL.
pub(super) const NUMBER: &str =
    "CAST(CASE kind WHEN 0 THEN NULL WHEN 5 THEN value >> 16 ELSE value END AS REAL)";
/// The period of a PWM, in SQL.
pub(super) const PERIOD: &str = "CAST(CASE kind WHEN 5 THEN value & 65535 END AS REAL)";

const JSON: i64 = 0;
const SWITCH: i64 = 1;
const INTEGER: i64 = 2;
const FLOAT: i64 = 3;
const GPIO: i64 = 4;
/// The duty value in the upper bits, the period in the lower 16.
const PWM: i64 = 5;
const ANALOG: i64 = 6;

/// The numbers in a value; those that a chart can draw.
pub(super) fn numbers(value: &Value) -> Numbers {
    let period = match value {
        Value::Pwm { period, .. } => Some(f64::from(*period)),
        _ => None,
    };
    (value.as_number(), period)
}

impl Stored {
    pub(super) fn encode(value: &Value) -> Self {
        let (kind, value) = match value {
            Value::Switch(on) => (SWITCH, Cell::Integer(i64::from(*on))),
            Value::Integer(number) => (INTEGER, Cell::Integer(*number)),
            Value::Float(number) => (FLOAT, Cell::Real(*number)),
            Value::Gpio(high) => (GPIO, Cell::Integer(i64::from(*high))),
            Value::Pwm { value, period } => {
                (PWM, Cell::Integer(i64::from(*value) << 16 | i64::from(*period)))
            }
            Value::Analog(number) => (ANALOG, Cell::Integer(*number)),
            // Every variant is made of strings, integers and finite numbers: JSON can write them all.
            other => (JSON, Cell::Text(serde_json::to_string(other).unwrap_or_default())),
        };
        Self { kind, value }
    }

    pub(super) fn bind(self, query: Bound<'_>) -> Bound<'_> {
        let query = query.bind(self.kind);
        match self.value {
            Cell::Integer(number) => query.bind(number),
            Cell::Real(number) => query.bind(number),
            Cell::Text(text) => query.bind(text),
        }
    }
}

/// The value of a row, from its columns `kind` and `value`. Answers its size in the database as well,
/// roughly.
pub(super) fn decode(row: &SqliteRow, kind: &str, value: &str) -> Result<(Value, usize)> {
    let kind: i64 = row.try_get(kind)?;
    let integer = || row.try_get_unchecked::<i64, _>(value);
    let part = |number: i64| u16::try_from(number & 0xffff).unwrap_or_default();
    let value = match kind {
        SWITCH => Value::Switch(integer()? != 0),
        INTEGER => Value::Integer(integer()?),
        FLOAT => Value::Float(row.try_get_unchecked(value)?),
        GPIO => Value::Gpio(integer()? != 0),
        PWM => Value::Pwm { value: part(integer()? >> 16), period: part(integer()?) },
        ANALOG => Value::Analog(integer()?),
        JSON => {
            let text: &str = row.try_get_unchecked(value)?;
            let value = serde_json::from_str(text).context("a stored value cannot be read")?;
            return Ok((value, text.len()));
        }
        _ => bail!("a stored value is of an unknown kind"),
    };
    Ok((value, size_of::<i64>()))
}
