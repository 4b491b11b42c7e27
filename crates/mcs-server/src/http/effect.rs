//! What a request does to the world, done whole even when its sender is gone.
//!
//! A board may send and restart without waiting for the answer; its connection then breaks, and
//! with it goes the task that serves the request, wherever it is at that moment.

use anyhow::Result;
use tracing::Instrument as _;

use crate::app::App;

/// Runs `effect` to its end, whether anybody still waits for the outcome or not. Once this is
/// polled nothing but the end of the process cuts it, and a server that stops waits for it.
pub(super) async fn whole<T: Send + 'static>(
    app: &App,
    effect: impl Future<Output = Result<T>> + Send + 'static,
) -> Result<T> {
    app.tasks.spawn(effect.in_current_span()).await?
}
