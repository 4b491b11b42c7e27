//! The sessions of people. Tokens and tickets are hashed before they come here, and never leave again.

use anyhow::Result;
use mcs_model::Timestamp;

use super::Store;
use super::users::{SessionRow, parse_role};
use super::writer::millis;
use crate::clock;

/// A session that begins.
#[derive(Debug)]
pub(crate) struct NewSession {
    /// Names it, and opens nothing.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) user: String,
    /// The hash of its token.
    pub(crate) token: Vec<u8>,
    /// The hash of its MQTT password.
    pub(crate) ticket: Vec<u8>,
    /// When it ends.
    pub(crate) expires: Timestamp,
    /// Where it was opened.
    pub(crate) address: String,
    /// What the browser or program there calls itself.
    pub(crate) program: String,
}

/// What a user is told of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnSessionRow {
    /// Names it.
    pub(crate) id: String,
    /// Since when it is open, in milliseconds.
    pub(crate) opened: i64,
    /// When it was used last, as far as that is kept.
    pub(crate) seen: i64,
    /// Where it was opened; empty if that was not kept.
    pub(crate) address: String,
    /// What the browser or program there called itself; empty if it did not.
    pub(crate) program: String,
}

impl Store {
    /// Opens a session, and forgets those that have expired.
    pub(crate) async fn add_session(&self, session: &NewSession) -> Result<()> {
        let now = millis(clock::now());
        let mut tx = self.begin().await?;
        sqlx::query("DELETE FROM sessions WHERE expires <= ?").bind(now).execute(&mut *tx).await?;
        sqlx::query(
            "INSERT INTO sessions (token, ticket, user, expires, id, opened, seen, address, program) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&session.token)
        .bind(&session.ticket)
        .bind(&session.user)
        .bind(millis(session.expires))
        .bind(&session.id)
        .bind(now)
        .bind(now)
        .bind(&session.address)
        .bind(&session.program)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The session with this token hash.
    pub(crate) async fn session(&self, token: &[u8]) -> Result<Option<SessionRow>> {
        let row = sqlx::query_as(
            "SELECT s.id, u.name, u.role FROM sessions s JOIN users u ON u.name = s.user \
             WHERE s.token = ? AND s.expires > ?",
        )
        .bind(token)
        .bind(millis(clock::now()))
        .fetch_optional(&self.pool)
        .await?;
        opened(row)
    }

    /// The session with this ticket hash.
    pub(crate) async fn session_of_ticket(&self, ticket: &[u8]) -> Result<Option<SessionRow>> {
        let row = sqlx::query_as(
            "SELECT s.id, u.name, u.role FROM sessions s JOIN users u ON u.name = s.user \
             WHERE s.ticket = ? AND s.expires > ?",
        )
        .bind(ticket)
        .bind(millis(clock::now()))
        .fetch_optional(&self.pool)
        .await?;
        opened(row)
    }

    /// The sessions of a user.
    pub(crate) async fn own_sessions(&self, user: &str) -> Result<Vec<OwnSessionRow>> {
        let rows: Vec<(String, i64, i64, String, String)> = sqlx::query_as(
            "SELECT id, opened, seen, address, program FROM sessions WHERE user = ? AND expires > ?",
        )
        .bind(user)
        .bind(millis(clock::now()))
        .fetch_all(&self.pool)
        .await?;
        let row = |(id, opened, seen, address, program)| OwnSessionRow {
            id,
            opened,
            seen,
            address,
            program,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Keeps when sessions were used last.
    pub(crate) async fn set_sessions_seen(&self, seen: &[(String, Timestamp)]) -> Result<()> {
        if seen.is_empty() {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        for (id, at) in seen {
            sqlx::query("UPDATE sessions SET seen = ? WHERE id = ?")
                .bind(millis(*at))
                .bind(id)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Ends the session with this token hash.
    pub(crate) async fn remove_session(&self, token: &[u8]) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE token = ?").bind(token).execute(&self.pool).await?;
        Ok(())
    }

    /// Ends the session of a user that has this id; whether there was one.
    pub(crate) async fn remove_own_session(&self, user: &str, id: &str) -> Result<bool> {
        let removed = sqlx::query("DELETE FROM sessions WHERE user = ? AND id = ?")
            .bind(user)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(removed.rows_affected() > 0)
    }

    /// Ends every session of a user.
    pub(crate) async fn remove_sessions(&self, user: &str) -> Result<()> {
        sqlx::query("DELETE FROM sessions WHERE user = ?").bind(user).execute(&self.pool).await?;
        Ok(())
    }
}

fn opened(row: Option<(String, String, String)>) -> Result<Option<SessionRow>> {
    row.map(|(id, user, role)| Ok(SessionRow { id: Some(id), user, role: parse_role(&role)? }))
        .transpose()
}
