//! One clock out of two.

use mcs_engine::drift::Drift;
use mcs_time::Time;
use mcs_view::Timestamp;
use wasm_bindgen_test::wasm_bindgen_test;

const WALL: u64 = 1_700_000_000_000;

fn drift() -> Drift {
    let mut drift = Drift::new(500.0, WALL as f64);
    drift.read(500.0, WALL as f64);
    drift
}

#[wasm_bindgen_test]
fn the_first_reading_tells_the_wall_clock_and_the_next_ones_do_not() {
    let mut drift = Drift::new(500.0, WALL as f64);
    let wall = Timestamp::from_millis(WALL);
    assert_eq!(drift.read(500.0, WALL as f64), (Time::ZERO, Some(wall)));
    assert_eq!(drift.read(600.0, (WALL + 99) as f64), (Time::from_millis(100), None));
}

#[wasm_bindgen_test]
fn sleep_counts_though_the_even_clock_stood_still() {
    let reading = drift().read(600.0, (WALL + 60_100) as f64);
    assert_eq!(reading, (Time::from_millis(60_100), None));
}

#[wasm_bindgen_test]
fn a_wall_clock_set_back_moves_the_offset_and_not_the_time() {
    let mut drift = drift();
    let earlier = WALL - 3_600_000;
    let wall = Some(Timestamp::from_millis(earlier));
    assert_eq!(drift.read(600.0, earlier as f64), (Time::from_millis(100), wall));
    assert_eq!(drift.read(700.0, (earlier + 100) as f64), (Time::from_millis(200), None));
}
