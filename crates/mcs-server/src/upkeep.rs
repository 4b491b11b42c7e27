//! What the server does for its database without being asked.

use std::time::Duration;

use tokio::time::sleep;

use crate::app::App;
use crate::clock;

/// How often to look at the disk.
const LOOK: Duration = Duration::from_secs(1);
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
        loop {
            if let Err(error) = app.store.keep(clock::now(), &app.config.keep).await {
                tracing::warn!(%error, "points that are kept no longer could not be deleted");
            }
            sleep(KEEP).await;
        }
    };
    tokio::join!(look, keep);
}
