//! What the server does for its database without being asked.

use std::time::Duration;

use tokio::time::sleep;

use crate::app::App;
use crate::clock::{self, Stopwatch};
use crate::retention::Age;

/// How often to look at the disk.
const LOOK: Duration = Duration::from_secs(1);
/// A clock that is so far ahead is told, in milliseconds: a day.
const BEHIND: u64 = 24 * 60 * 60 * 1000;
/// How often to look for points that are kept no longer.
const KEEP: Duration = Duration::from_mins(5);

/// Works for ever.
pub(crate) async fn run(app: &App) {
    let look = async {
        loop {
            if let Err(error) = app.store.look_around().await {
                // Whoever writes meets the same trouble, and it is told there.
                tracing::debug!(%error, "the database's surroundings are not known");
            }
            sleep(LOOK).await;
        }
    };
    let keep = async {
        let clock = Stopwatch::start();
        let mut age = Age::starting(app.store.last_written(), clock.time());
        let mut was_behind = false;
        loop {
            let (now, behind) = age.advance(clock::now(), clock.time());
            let is_behind = behind > BEHIND && !app.config.keep.is_empty();
            if is_behind && !was_behind {
                tracing::warn!(
                    days = behind / BEHIND,
                    "the clock is far ahead of when something was stored last: old points go slowly, so that a wrong clock costs little"
                );
            }
            was_behind = is_behind;
            if let Err(error) = app.store.keep(now, &app.config.keep).await {
                tracing::warn!(%error, "points that are kept no longer could not be deleted");
            }
            sleep(KEEP).await;
        }
    };
    tokio::join!(look, keep);
}
