//! Users.

use std::fmt;

use anyhow::{Context as _, Result};
use mcs_model::api::Role;
use sqlx::{Sqlite, Transaction};

use super::Store;
use super::registry::move_on;
use super::writer::millis;
use crate::clock;

/// A user.
#[derive(Clone, Debug)]
pub(crate) struct UserRow {
    /// The name.
    pub(crate) name: String,
    /// The password's hash as a PHC string.
    pub(crate) password: String,
    /// What the user may do.
    pub(crate) role: Role,
}

/// Somebody who proved to be a user: by a session that has not expired, or by a program of the user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionRow {
    /// Which session it is; programs have none.
    pub(crate) id: Option<String>,
    /// Whose it is.
    pub(crate) user: String,
    /// What that user may do now.
    pub(crate) role: Role,
}

/// What was asked for about people and cannot be: whoever asked can set it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mistake {
    /// There is no such thing; which, in words.
    Unknown(String),
    /// Somebody has this name.
    Taken(String),
    /// It is no name for a user.
    Name,
    /// Nobody would administer any more.
    LastAdministrator,
    /// It is no password; why, in words.
    Password(&'static str),
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(what) => f.write_str(what),
            Self::Taken(name) => write!(f, "there is a user {name} already"),
            Self::Name => f.write_str("a user name is 1 to 64 letters, digits or - _ . @"),
            Self::LastAdministrator => f.write_str("nobody else is an administrator"),
            Self::Password(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Mistake {}

impl Store {
    /// Adds a user. The name must be new.
    pub(crate) async fn add_user(&self, user: &UserRow) -> Result<()> {
        let mut tx = self.begin().await?;
        let added = sqlx::query(
            "INSERT INTO users (name, password, role, created) VALUES (?, ?, ?, ?) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&user.name)
        .bind(&user.password)
        .bind(role_word(user.role))
        .bind(millis(clock::now()))
        .execute(&mut *tx)
        .await?;
        if added.rows_affected() == 0 {
            return Err(Mistake::Taken(user.name.clone()).into());
        }
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Whether there is anybody.
    pub(crate) async fn has_users(&self) -> Result<bool> {
        let one: Option<(i64,)> =
            sqlx::query_as("SELECT 1 FROM users LIMIT 1").fetch_optional(&self.pool).await?;
        Ok(one.is_some())
    }

    /// The user with this name.
    pub(crate) async fn user(&self, name: &str) -> Result<Option<UserRow>> {
        let row: Option<(String, String, String)> =
            sqlx::query_as("SELECT name, password, role FROM users WHERE name = ?")
                .bind(name)
                .fetch_optional(&self.pool)
                .await?;
        row.map(|(name, password, role)| Ok(UserRow { name, password, role: parse_role(&role)? }))
            .transpose()
    }

    /// Gives a user another password, and ends the user's sessions but the one with the token hash `kept`.
    pub(crate) async fn set_password(
        &self,
        user: &str,
        password: &str,
        kept: Option<&[u8]>,
    ) -> Result<()> {
        let mut tx = self.begin().await?;
        let changed = sqlx::query("UPDATE users SET password = ? WHERE name = ?")
            .bind(password)
            .bind(user)
            .execute(&mut *tx)
            .await?;
        known(changed.rows_affected(), user)?;
        sqlx::query("DELETE FROM sessions WHERE user = ? AND token IS NOT ?")
            .bind(user)
            .bind(kept)
            .execute(&mut *tx)
            .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a user another role. Whoever takes it from the only administrator is refused: two who take it
    /// from each other at the same time leave one.
    pub(crate) async fn set_role(&self, user: &str, role: Role) -> Result<()> {
        let mut tx = self.begin().await?;
        if role != Role::Admin {
            others_administer(&mut tx, user).await?;
        }
        let changed = sqlx::query("UPDATE users SET role = ? WHERE name = ?")
            .bind(role_word(role))
            .bind(user)
            .execute(&mut *tx)
            .await?;
        known(changed.rows_affected(), user)?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a user, with sessions and grants, unless it is the only administrator.
    pub(crate) async fn remove_user(&self, user: &str) -> Result<()> {
        let mut tx = self.begin().await?;
        others_administer(&mut tx, user).await?;
        let removed =
            sqlx::query("DELETE FROM users WHERE name = ?").bind(user).execute(&mut *tx).await?;
        known(removed.rows_affected(), user)?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// Whom a program acts for.
pub(super) fn session(row: Option<(String, String)>) -> Result<Option<SessionRow>> {
    row.map(|(user, role)| Ok(SessionRow { id: None, user, role: parse_role(&role)? })).transpose()
}

fn role_word(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Operator => "operator",
        Role::Viewer => "viewer",
        Role::Member => "member",
    }
}

/// That `user` is not the only administrator.
async fn others_administer(tx: &mut Transaction<'_, Sqlite>, user: &str) -> Result<()> {
    let (is_admin, others): (bool, bool) = sqlx::query_as(
        "SELECT EXISTS (SELECT 1 FROM users WHERE name = ?1 AND role = 'admin'), \
         EXISTS (SELECT 1 FROM users WHERE name <> ?1 AND role = 'admin')",
    )
    .bind(user)
    .fetch_one(&mut **tx)
    .await?;
    match is_admin && !others {
        true => Err(Mistake::LastAdministrator.into()),
        false => Ok(()),
    }
}

/// That a statement found the user.
fn known(rows: u64, user: &str) -> Result<(), Mistake> {
    match rows {
        0 => Err(Mistake::Unknown(format!("there is no user {user}"))),
        _ => Ok(()),
    }
}

pub(super) fn parse_role(word: &str) -> Result<Role> {
    match word {
        "admin" => Ok(Role::Admin),
        "operator" => Ok(Role::Operator),
        "viewer" => Ok(Role::Viewer),
        "member" => Ok(Role::Member),
        _ => Err(anyhow::anyhow!("a stored role cannot be read")).context(word.to_owned()),
    }
}
