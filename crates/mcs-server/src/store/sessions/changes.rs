//! How changes become rows.

use sqlx::sqlite::SqlitePool;
use sqlx::{QueryBuilder, Sqlite, Transaction};

use super::{Change, MessageRecord};

/// Rows in one statement; eight parameters each, of SQLite's 32766.
const ROWS: usize = 512;

/// Applies all changes in one transaction.
pub(super) async fn commit(pool: &SqlitePool, changes: &[Change]) -> sqlx::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let mut messages = Messages::default();
    for change in changes {
        match change {
            Change::Store(message) => messages.stored.push(message),
            Change::Remove { message } => messages.removed.push(*message),
            other => {
                messages.flush(&mut tx).await?;
                apply(&mut tx, other).await?;
            }
        }
    }
    messages.flush(&mut tx).await?;
    tx.commit().await
}

/// Messages to store, and then to remove, in few statements.
#[derive(Default)]
struct Messages<'a> {
    stored: Vec<&'a MessageRecord>,
    removed: Vec<i64>,
}

impl Messages<'_> {
    async fn flush(&mut self, tx: &mut Transaction<'static, Sqlite>) -> sqlx::Result<()> {
        for messages in self.stored.chunks(ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO mqtt_messages \
                 (id, session, topic, payload, qos, retain, properties, created) ",
            );
            insert.push_values(messages, |mut row, message| {
                row.push_bind(message.id)
                    .push_bind(message.session)
                    .push_bind(&message.topic)
                    .push_bind(&message.payload[..])
                    .push_bind(message.qos)
                    .push_bind(message.retain)
                    .push_bind(&message.properties)
                    .push_bind(message.created);
            });
            insert.build().persistent(false).execute(&mut **tx).await?;
        }
        self.stored.clear();
        for messages in self.removed.chunks(ROWS) {
            let mut delete = QueryBuilder::<Sqlite>::new("DELETE FROM mqtt_messages WHERE id IN (");
            let mut list = delete.separated(", ");
            for message in messages {
                list.push_bind(message);
            }
            delete.push(")");
            delete.build().persistent(false).execute(&mut **tx).await?;
        }
        self.removed.clear();
        Ok(())
    }
}

async fn apply(tx: &mut Transaction<'static, Sqlite>, change: &Change) -> sqlx::Result<()> {
    let query = match change {
        Change::Keep(session) => sqlx::query(
            "INSERT INTO mqtt_sessions (id, name, created, patience, expires) \
             VALUES (?, ?, ?, ?, ?)",
        )
        .bind(session.id)
        .bind(&session.name)
        .bind(session.created)
        .bind(session.patience)
        .bind(session.expires),
        Change::Return { session, patience } => {
            sqlx::query("UPDATE mqtt_sessions SET patience = ?, expires = NULL WHERE id = ?")
                .bind(patience)
                .bind(session)
        }
        Change::Leave { session, expires } => {
            sqlx::query("UPDATE mqtt_sessions SET expires = ? WHERE id = ?")
                .bind(expires)
                .bind(session)
        }
        Change::Forget { session } => {
            sqlx::query("DELETE FROM mqtt_sessions WHERE id = ?").bind(session)
        }
        Change::Subscribe { session, filter, options } => sqlx::query(
            "INSERT INTO mqtt_subscriptions (session, filter, options) VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET options = excluded.options",
        )
        .bind(session)
        .bind(filter)
        .bind(options),
        Change::Unsubscribe { session, filter } => {
            sqlx::query("DELETE FROM mqtt_subscriptions WHERE session = ? AND filter = ?")
                .bind(session)
                .bind(filter)
        }
        Change::Send { message, packet, released } => {
            sqlx::query("UPDATE mqtt_messages SET packet = ?, released = ? WHERE id = ?")
                .bind(packet)
                .bind(released)
                .bind(message)
        }
        Change::Receive { name, packet } => sqlx::query(
            "INSERT INTO mqtt_received (name, packet) VALUES (?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(name)
        .bind(packet),
        Change::Release { name, packet: Some(packet) } => {
            sqlx::query("DELETE FROM mqtt_received WHERE name = ? AND packet = ?")
                .bind(name)
                .bind(packet)
        }
        Change::Release { name, packet: None } => {
            sqlx::query("DELETE FROM mqtt_received WHERE name = ?").bind(name)
        }
        // Collected by the caller.
        Change::Store(_) | Change::Remove { .. } => return Ok(()),
    };
    query.execute(&mut **tx).await.map(drop)
}
