//! The server starts: kept sessions come from the disk into the broker.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex};

use anyhow::{Result, anyhow};
use rmqtt::context::ServerContext;
use rmqtt::shared::DefaultShared;
use rmqtt::types::{ClientId, Id, TimestampMillis};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::book::{Book, Kept};
use super::{Inner, Sessions, received};
use crate::bus::Limits;
use crate::bus::connect::{session_device, user};
use crate::store::{Change, SessionRecord, SessionStore};

impl Sessions {
    /// Brings the kept sessions into a broker that does not listen yet. `inside` is the server's own session there.
    pub(in crate::bus) async fn restore(
        broker: &ServerContext,
        store: SessionStore,
        limits: &Limits,
        inside: Id,
    ) -> Result<Self> {
        let records = store.load().await?;
        let last_session = records.last().map_or(0, |record| record.id);
        let mut book = Book::starting_after(last_session, store.last_message().await?);
        let now = rmqtt::utils::timestamp_millis();
        for record in records {
            let name = ClientId::from(record.name.as_str());
            let owner = Id::new(inside.node_id, inside.lid, None, None, name.clone(), None);
            if let Some(kept) = kept(broker, &store, record, owner, now).await? {
                book.kept.insert(name, kept);
            }
        }
        let received = received::load(&store).await?;
        let sessions = Self(Arc::new(Inner {
            broker: broker.clone(),
            plain: DefaultShared::new(Some(broker.clone())),
            store,
            budget: limits.queue,
            most: limits.clients,
            inside,
            book: Mutex::new(book),
            received: Mutex::new(received),
            patience: limits.session,
            dropped: AtomicU64::new(0),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
        }));
        *broker.extends.shared_mut().await = Box::new(sessions.clone());
        sessions.register().await;
        let sweeping = sessions.clone();
        sessions.0.tasks.spawn(async move { sweeping.sweep().await });
        Ok(sessions)
    }
}

/// The session of a record with its subscriptions in the router; `None` when it is over, and forgotten.
async fn kept(
    broker: &ServerContext,
    store: &SessionStore,
    record: SessionRecord,
    owner: Id,
    now: TimestampMillis,
) -> Result<Option<Kept>> {
    let expires = record.expires.unwrap_or(now + record.patience);
    // Nobody can come back to a session that is neither a user's nor a device's.
    let unreachable = user(&record.name).is_none() && session_device(&record.name).is_none();
    if expires <= now || unreachable {
        store.write(vec![Change::Forget { session: record.id }]).await?.committed().await?;
        return Ok(None);
    }
    for (filter, options) in store.subscriptions(record.id).await? {
        let options = match serde_json::from_str(&options) {
            Ok(options) => options,
            Err(error) => {
                tracing::error!(session = record.id, %error,
                    "a subscription is dropped: its options cannot be read");
                let drop = Change::Unsubscribe { session: record.id, filter };
                store.write(vec![drop]).await?.committed().await?;
                continue;
            }
        };
        let router = broker.extends.router().await;
        router.add(&filter, owner.clone(), options).await.map_err(|it| anyhow!(it))?;
    }
    if record.expires.is_none() {
        // The process was killed: since when the client is gone, nobody knows.
        let leave = Change::Leave { session: record.id, expires };
        store.write(vec![leave]).await?.committed().await?;
    }
    let record = SessionRecord { expires: Some(expires), ..record };
    Ok(Some(Kept::new(&record, owner, None, store.waiting(record.id).await?)))
}
