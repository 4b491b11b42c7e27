//! One clock out of two. `performance.now()` runs evenly but may stand still while the machine
//! sleeps; `Date.now()` knows of the sleep but jumps when somebody sets it.

use mcs_time::Time;
use mcs_view::Timestamp;

/// A difference between both clocks that is no rounding, in milliseconds.
const JUMP: f64 = 1_000.0;

/// A wall clock that moved less than this is not worth telling, in milliseconds.
const WORTH_TELLING: f64 = 100.0;

/// Both clocks as they were read last, and the time that they make.
#[derive(Clone, Copy, Debug)]
pub struct Drift {
    even: f64,
    wall: f64,
    time: f64,
    /// The wall clock minus the time, as it was told last.
    told: Option<f64>,
}

impl Drift {
    /// Time starts at zero, with both clocks in milliseconds.
    pub fn new(even: f64, wall: f64) -> Self {
        Self { even, wall, time: 0.0, told: None }
    }

    /// The time, and the wall clock when it moved against it. Time never runs backwards; a wall
    /// clock that leaps forward counts as sleep, so that what is due is due at once.
    pub fn read(&mut self, even: f64, wall: f64) -> (Time, Option<Timestamp>) {
        let passed = (even - self.even).max(0.0);
        let by_wall = wall - self.wall;
        self.time += if by_wall - passed > JUMP { by_wall } else { passed };
        (self.even, self.wall) = (even, wall);
        let offset = wall - self.time;
        let moved = self.told.is_none_or(|told| (offset - told).abs() > WORTH_TELLING);
        if moved {
            self.told = Some(offset);
        }
        (Time::from_millis(whole(self.time)), moved.then(|| Timestamp::from_millis(whole(wall))))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds below 2^53, and a clock before 1970 counts as 1970"
)]
fn whole(millis: f64) -> u64 {
    millis as u64
}
