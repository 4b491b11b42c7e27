//! Applications and API tokens. Their secrets are hashed before they come here.

use anyhow::{Result, ensure};

use super::Store;
use super::users::{SessionRow, session};
use super::writer::millis;
use crate::clock;

/// What kind of program acts for a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProgramKind {
    /// Calls with `appId` and `appSecret`.
    App,
    /// Calls with a bearer token.
    Token,
}

/// A program that acts for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProgramRow {
    /// The appId; of a token only a name to revoke it by.
    pub(crate) id: String,
    /// For whom it acts.
    pub(crate) user: String,
    /// What its owner calls it.
    pub(crate) name: String,
    /// When it was made, in milliseconds.
    pub(crate) created: i64,
}

impl ProgramKind {
    fn word(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Token => "token",
        }
    }
}

impl Store {
    /// Adds a program of a user, who must exist.
    pub(crate) async fn add_program(
        &self,
        kind: ProgramKind,
        id: &str,
        secret: &[u8],
        user: &str,
        name: &str,
    ) -> Result<()> {
        ensure!(self.user(user).await?.is_some(), "there is no user {user}");
        sqlx::query(
            "INSERT INTO programs (id, kind, secret, user, name, created) VALUES (?, ?, ?, ?, ?, ?)",
        )
        .bind(id)
        .bind(kind.word())
        .bind(secret)
        .bind(user)
        .bind(name)
        .bind(millis(clock::now()))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Every program of a kind, oldest first.
    pub(crate) async fn programs(&self, kind: ProgramKind) -> Result<Vec<ProgramRow>> {
        let rows: Vec<(String, String, String, i64)> = sqlx::query_as(
            "SELECT id, user, name, created FROM programs WHERE kind = ? ORDER BY created, id",
        )
        .bind(kind.word())
        .fetch_all(&self.pool)
        .await?;
        let row = |(id, user, name, created)| ProgramRow { id, user, name, created };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Removes a program; whether there was one.
    pub(crate) async fn remove_program(&self, kind: ProgramKind, id: &str) -> Result<bool> {
        let removed = sqlx::query("DELETE FROM programs WHERE kind = ? AND id = ?")
            .bind(kind.word())
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(removed.rows_affected() > 0)
    }

    /// The hash of an application's secret, and for whom it acts.
    pub(crate) async fn app(&self, id: &str) -> Result<Option<(Vec<u8>, SessionRow)>> {
        let row: Option<(Vec<u8>, String, String)> = sqlx::query_as(
            "SELECT p.secret, u.name, u.role FROM programs p JOIN users u ON u.name = p.user \
             WHERE p.kind = 'app' AND p.id = ?",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?;
        let Some((secret, user, role)) = row else { return Ok(None) };
        Ok(session(Some((user, role)))?.map(|user| (secret, user)))
    }

    /// For whom the API token with this hash acts.
    pub(crate) async fn token(&self, secret: &[u8]) -> Result<Option<SessionRow>> {
        let row = sqlx::query_as(
            "SELECT u.name, u.role FROM programs p JOIN users u ON u.name = p.user \
             WHERE p.kind = 'token' AND p.secret = ?",
        )
        .bind(secret)
        .fetch_optional(&self.pool)
        .await?;
        session(row)
    }
}
