//! Retained messages [MQTT-3.3.1-5].

use anyhow::Result;

use super::Store;

/// A retained message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RetainedRow {
    /// Its topic.
    pub(crate) topic: String,
    /// What subscribers get.
    pub(crate) payload: Vec<u8>,
    /// 0, 1 or 2.
    pub(crate) qos: u8,
}

impl Store {
    /// Keeps a message in place of the one with its topic; an empty one only takes that away.
    pub(crate) async fn retain(&self, topic: &str, payload: &[u8], qos: u8) -> Result<()> {
        let query = if payload.is_empty() {
            sqlx::query("DELETE FROM retained WHERE topic = ?").bind(topic)
        } else {
            sqlx::query(
                "INSERT INTO retained (topic, payload, qos) VALUES (?, ?, ?) ON CONFLICT DO \
                 UPDATE SET payload = excluded.payload, qos = excluded.qos",
            )
            .bind(topic)
            .bind(payload)
            .bind(qos)
        };
        query.execute(&self.pool).await?;
        Ok(())
    }

    /// Every retained message.
    pub(crate) async fn retained(&self) -> Result<Vec<RetainedRow>> {
        let rows: Vec<(String, Vec<u8>, u8)> =
            sqlx::query_as("SELECT topic, payload, qos FROM retained ORDER BY topic")
                .fetch_all(&self.pool)
                .await?;
        let row = |(topic, payload, qos)| RetainedRow { topic, payload, qos };
        Ok(rows.into_iter().map(row).collect())
    }
}
