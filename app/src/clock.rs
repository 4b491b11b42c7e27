//! The operator's clock and time zone: the only place that asks for them.

use core::cell::Cell;

use js_sys::Date;
use wasm_bindgen::JsValue;

use crate::format::LocalTime;
use crate::preferences::Clock;
use crate::texts::format as t;

thread_local! {
    static CHOSEN: Cell<Clock> = const { Cell::new(Clock::Local) };
}

/// From now on times are those of `clock`.
pub(crate) fn set(clock: Clock) {
    CHOSEN.set(clock);
}

/// Milliseconds since the Unix epoch.
pub(crate) fn now() -> u64 {
    millis(Date::now())
}

/// The time of `at` milliseconds since the epoch, on the clock that the operator chose.
pub(crate) fn local(at: u64) -> LocalTime {
    let date = date(at);
    if is_utc() {
        return LocalTime {
            year: date.get_utc_full_year(),
            month: date.get_utc_month() + 1,
            day: date.get_utc_date(),
            hour: date.get_utc_hours(),
            minute: date.get_utc_minutes(),
            second: date.get_utc_seconds(),
        };
    }
    LocalTime {
        year: date.get_full_year(),
        month: date.get_month() + 1,
        day: date.get_date(),
        hour: date.get_hours(),
        minute: date.get_minutes(),
        second: date.get_seconds(),
    }
}

/// The name of the time zone that times are in, such as `Europe/Vienna`.
pub(crate) fn zone() -> String {
    if is_utc() {
        return "UTC".to_owned();
    }
    local_zone()
}

/// The name of the operator's time zone.
pub(crate) fn local_zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::default();
    js_sys::Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone"))
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| t::local_time().to_owned())
}

/// Whether times are those of UTC.
pub(crate) fn is_utc() -> bool {
    CHOSEN.get() == Clock::Utc
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
