//! The operator's clock and time zone: the only place that asks for them.

use js_sys::Date;
use wasm_bindgen::JsValue;

use crate::format::LocalTime;

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> u64 {
    millis(Date::now())
}

/// The wall-clock time of `at` milliseconds since the epoch.
pub(crate) fn local(at: u64) -> LocalTime {
    let date = date(at);
    LocalTime {
        year: date.get_full_year(),
        month: date.get_month() + 1,
        day: date.get_date(),
        hour: date.get_hours(),
        minute: date.get_minutes(),
        second: date.get_seconds(),
    }
}

/// How far the wall clock is ahead of UTC at `at`, in milliseconds.
pub(crate) fn offset(at: u64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole minutes of at most a day")]
    let minutes = date(at).get_timezone_offset() as i64;
    -minutes * 60_000
}

/// The time zone's name, such as `Europe/Vienna`.
pub(crate) fn zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::default();
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| "local time".to_owned())
}

fn date(at: u64) -> Date {
    #[expect(clippy::cast_precision_loss, reason = "exact for 285 000 years")]
    let at = at as f64;
    Date::new(&JsValue::from_f64(at))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "after 1970")]
fn millis(value: f64) -> u64 {
    value as u64
}
