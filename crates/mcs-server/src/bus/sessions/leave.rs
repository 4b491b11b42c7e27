//! A client goes, and its session stays: everything that the broker holds for it moves to the disk.
//!
//! The broker itself keeps a session in a task that holds the client's closed socket. So it is told that another
//! connection takes the session over, as it would be [MQTT-3.1.4-2], and the other connection is the disk.

use anyhow::Result;
use rmqtt::inflight::MomentStatus;
use rmqtt::session::{OfflineInfo, Session};
use rmqtt::shared::Shared as _;
use rmqtt::types::{ConnectInfo, OfflineSession};
use rmqtt::utils::timestamp_millis;
use tokio::time::{Duration, sleep};
use tracing::error;

use super::Sessions;
use super::book::{Kept, Sent};
use super::message::{record, tag};
use crate::bus::connect::{is_private, may_keep};
use crate::store::Change;

/// The broker begins to wait with a will a moment after us, and a session that has left takes its will along.
const WILL_MARGIN: Duration = Duration::from_secs(1);

impl Sessions {
    /// The client of a session is gone.
    pub(super) async fn leave(&self, session: Session) {
        let patience = patience(&session).await;
        if patience == 0 {
            // The broker ends it.
            return;
        }
        if let Some(delay) = will_delay(&session).await {
            // The broker publishes the will, and has to hold the session until then [MQTT-3.1.3-9].
            self.0.closing.run_until_cancelled(sleep(delay.saturating_add(WILL_MARGIN))).await;
        }
        // Locked: the next connection is here already.
        let Ok(mut entry) = self.0.plain.entry(session.id.clone()).try_lock().await else { return };
        if entry.id_same() != Some(true) {
            return;
        }
        let left = match entry.kick(false, false, false).await {
            Ok(OfflineSession::Exist(Some(mut info))) => {
                self.confine(&mut info).await;
                self.left(info, Some(patience)).await
            }
            Ok(_) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = left {
            error!(%error, "an MQTT session is not kept as it should be");
        }
    }

    /// Takes out of a session what it may not keep.
    pub(super) async fn confine(&self, info: &mut OfflineInfo) {
        let name = info.id.client_id.clone();
        let (kept, lost) = std::mem::take(&mut info.subscriptions)
            .into_iter()
            .partition::<Vec<_>, _>(|(filter, _)| may_keep(&name, filter));
        info.subscriptions = kept;
        for (filter, _) in lost {
            self.unroute(&filter, &name).await;
        }
        info.inflight_messages.retain(|it| may_keep(&name, &it.publish.topic));
        info.offline_messages.retain(|(_, it)| may_keep(&name, &it.topic));
    }

    /// Takes over what the broker held for a session.
    pub(super) async fn left(&self, info: OfflineInfo, patience: Option<i64>) -> Result<()> {
        let name = info.id.client_id.clone();
        if !self.is_linked(&info.id) {
            // It has subscribed to nothing, or that could not be kept: there is nothing to come back for.
            for (filter, _) in &info.subscriptions {
                self.unroute(filter, &name).await;
            }
            return Ok(());
        }
        let permit = self.0.store.reserve().await?;
        let (name, stored, written) = {
            let mut book = self.book();
            let mut changes = Vec::new();
            let mut next = Vec::new();
            next.resize_with(info.inflight_messages.len() + info.offline_messages.len(), || {
                book.message()
            });
            let mut next = next.into_iter();
            let Some(kept) = book.kept.get_mut(&name) else { return Ok(()) };
            let session = kept.id;
            for inflight in &info.inflight_messages {
                let Some(packet) = inflight.publish.packet_id else { continue };
                let released = inflight.status == MomentStatus::UnComplete;
                let id = match (tag(&inflight.publish), next.next()) {
                    (Some(id), _) => id,
                    // It went to the broker before the session was kept.
                    (None, Some(id)) => {
                        changes.push(Change::Store(record(id, session, &inflight.publish)?));
                        id
                    }
                    (None, None) => continue,
                };
                kept.sent.insert(id, Sent { packet: packet.get(), released });
            }
            let sent = std::mem::take(&mut kept.sent);
            kept.queue.take_back(|id| sent.contains_key(&id));
            for (message, Sent { packet, released }) in sent {
                changes.push(Change::Send { message, packet, released });
            }
            let mut stored = Vec::new();
            let untagged = info.offline_messages.iter().filter(|(_, it)| tag(it).is_none());
            for ((_, publish), id) in untagged.zip(next) {
                let record = record(id, session, publish)?;
                let pushed = kept.queue.push(id, record.size(), None, self.0.budget);
                let dropped = pushed.dropped.len() + usize::from(!pushed.taken);
                changes.extend(pushed.taken.then_some(Change::Store(record)));
                changes
                    .extend(pushed.dropped.into_iter().map(|message| Change::Remove { message }));
                self.count_dropped(dropped, &name, kept);
                stored.push(id);
            }
            let expires = timestamp_millis() + patience.unwrap_or(kept.patience);
            kept.away(expires);
            changes.push(Change::Leave { session, expires });
            (name, stored, permit.write(changes))
        };
        let outcome = written.committed().await;
        self.settle(&name, |kept| {
            for id in stored {
                match &outcome {
                    Ok(()) => kept.queue.stored(id),
                    Err(_) => kept.queue.lost(id),
                }
            }
        });
        outcome
    }
}

impl Kept {
    /// Nobody is there until `expires`.
    fn away(&mut self, expires: i64) {
        self.link = None;
        self.expires = Some(expires);
        self.resuming = false;
        self.overflowed = false;
    }
}

/// How long a session waits for its client, in milliseconds: 0 when it ends with its connection.
pub(super) async fn patience(session: &Session) -> i64 {
    if is_private(&session.id.client_id) {
        return 0;
    }
    let connect = session.connect_info().await;
    if connect.is_ok_and(|it| matches!(&*it, ConnectInfo::V3(..)) && it.clean_start()) {
        return 0;
    }
    let disconnect = session.disconnect().await.unwrap_or(None);
    let patience = session.fitter.session_expiry_interval(disconnect.as_ref());
    patience.as_millis().try_into().unwrap_or(i64::MAX)
}

async fn will_delay(session: &Session) -> Option<Duration> {
    session.connect_info().await.ok()?.last_will()?.will_delay_interval()
}
