//! What functions returned is stored and sent on, and their history kept.

use mcs_model::api::DeviceChange;
use mcs_model::function::Trouble;

use super::Done;
use crate::app::App;
use crate::clock;
use crate::ingest::{self, Author};
use crate::store::Write;

/// Runs that are recorded at once.
const BATCH: usize = 64;

/// Records what the threads have done, until they end.
pub(crate) async fn run(app: &App) {
    let Some(mut done) = app.functions.done.lock().ok().and_then(|mut it| it.take()) else {
        return;
    };
    let mut batch = Vec::with_capacity(BATCH);
    while done.recv_many(&mut batch, BATCH).await > 0 {
        settle(app, &mut batch).await;
        if let Err(error) = app.store.add_runs(batch.iter().map(Done::row).collect()).await {
            tracing::warn!(%error, "the history of functions was not kept");
        }
        for Done { device, channel, .. } in batch.drain(..) {
            app.events.tell(&device.id, DeviceChange::Function(channel));
        }
    }
}

/// Stores the points of some runs, and sends them on in their order.
async fn settle(app: &App, batch: &mut [Done]) {
    let mut pending = Vec::with_capacity(batch.len());
    for done in batch.iter() {
        // The same input gives the same points: whoever sends it again does not double them.
        if done.points.is_empty() {
            pending.push(None);
            continue;
        }
        let (device, points) = (done.device.id.clone(), done.points.clone());
        let write = Write { device, points, came: clock::now(), resent: true };
        pending.push(Some(app.store.write(write).await));
    }
    for (done, pending) in batch.iter_mut().zip(pending) {
        let stored = match pending {
            None => continue,
            Some(Ok(pending)) => pending.committed().await,
            Some(Err(error)) => Err(error),
        };
        if let Err(error) = stored {
            tracing::debug!(device = %done.device.id, %error, "a function's points were not stored");
            done.run.troubles.push(Trouble::NotStored);
            done.run.points.clear();
            continue;
        }
        app.metrics.points.add(done.points.len());
        // What the device is told of it has nobody to hear.
        ingest::command(app, &done.device, &done.points, Author::User).await;
        ingest::forward_to_mqtt(app, &done.device, &done.points).await;
    }
}
