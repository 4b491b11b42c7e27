//! What is granted to users, device by device or for all devices of a prototype.

use anyhow::{Context as _, Result, bail};
use mcs_model::api::{Right, Role};
use mcs_model::{DeviceId, ProductId};

use super::Store;
use super::registry::move_on;
use super::users::{Mistake, parse_role};

/// A user, as far as it decides what the user may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonRow {
    /// The name.
    pub(crate) name: String,
    /// The password's hash: it differs once the password does.
    pub(crate) password: String,
    /// What the account allows by itself.
    pub(crate) role: Role,
    /// What is granted beyond that.
    pub(crate) grants: Vec<Grant>,
}

/// One right that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    /// On what.
    pub(crate) scope: Scope,
    /// To do what.
    pub(crate) right: Right,
}

/// What a grant is on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One device.
    Device(DeviceId),
    /// All devices of a prototype, its firmware too.
    Prototype(ProductId),
}

impl Scope {
    /// The columns `device` and `prototype`.
    fn columns(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Self::Device(id) => (Some(id.as_str()), None),
            Self::Prototype(id) => (None, Some(id.as_str())),
        }
    }
}

impl Store {
    /// Every user with what is granted to them, by name.
    pub(crate) async fn people(&self) -> Result<Vec<PersonRow>> {
        let mut tx = self.pool.begin().await?;
        let users: Vec<(String, String, String)> =
            sqlx::query_as("SELECT name, password, role FROM users ORDER BY name")
                .fetch_all(&mut *tx)
                .await?;
        let grants: Vec<(String, Option<String>, Option<String>, String)> = sqlx::query_as(
            "SELECT user, device, prototype, role FROM grants ORDER BY user, device, prototype",
        )
        .fetch_all(&mut *tx)
        .await?;
        let mut people = Vec::with_capacity(users.len());
        for (name, password, role) in users {
            let of_user = grants.iter().filter(|it| it.0 == name);
            let grants = of_user.map(|(_, device, prototype, word)| {
                grant(device.as_deref(), prototype.as_deref(), word)
            });
            let grants = grants.collect::<Result<_>>()?;
            people.push(PersonRow { name, password, role: parse_role(&role)?, grants });
        }
        Ok(people)
    }

    /// Grants a right, in place of what the user had on the same device or prototype.
    pub(crate) async fn grant(&self, user: &str, grant: &Grant) -> Result<()> {
        let mut tx = self.begin().await?;
        let (device, prototype) = grant.scope.columns();
        for (what, table, column, id) in [
            ("user", "users", "name", Some(user)),
            ("device", "devices", "id", device),
            ("prototype", "prototypes", "id", prototype),
        ] {
            let Some(id) = id else { continue };
            let sql =
                sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE {column} = ?"));
            let known: i64 = sqlx::query_scalar(sql).bind(id).fetch_one(&mut *tx).await?;
            if known == 0 {
                return Err(Mistake::Unknown(format!("there is no {what} {id}")).into());
            }
        }
        // Of the two unique pairs one has a NULL and never conflicts.
        sqlx::query(
            "INSERT OR REPLACE INTO grants (user, device, prototype, role) VALUES (?, ?, ?, ?)",
        )
        .bind(user)
        .bind(device)
        .bind(prototype)
        .bind(right_word(grant.right))
        .execute(&mut *tx)
        .await?;
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a grant back.
    pub(crate) async fn revoke(&self, user: &str, scope: &Scope) -> Result<()> {
        let mut tx = self.begin().await?;
        let (device, prototype) = scope.columns();
        let revoked =
            sqlx::query("DELETE FROM grants WHERE user = ? AND device IS ? AND prototype IS ?")
                .bind(user)
                .bind(device)
                .bind(prototype)
                .execute(&mut *tx)
                .await?;
        if revoked.rows_affected() == 0 {
            return Err(Mistake::Unknown(format!("{user} has no such grant")).into());
        }
        move_on(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }
}

fn grant(device: Option<&str>, prototype: Option<&str>, word: &str) -> Result<Grant> {
    let scope = match (device, prototype) {
        (Some(id), _) => Scope::Device(id.parse()?),
        (None, Some(id)) => Scope::Prototype(id.parse()?),
        (None, None) => bail!("a stored grant is on nothing"),
    };
    let right = parse_role(word)?.right().context("a stored grant allows nothing")?;
    Ok(Grant { scope, right })
}

/// Grants are called like the roles that allow the same with every device.
pub(crate) fn right_word(right: Right) -> &'static str {
    match right {
        Right::See => "viewer",
        Right::Control => "operator",
    }
}
