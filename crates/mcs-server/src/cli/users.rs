//! `mcs-server user …`

use std::io::Read as _;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand, ValueEnum};
use mcs_model::api::{Right, Role};
use mcs_model::{DeviceId, ProductId};
use serde_json::{Value, json};

use crate::operators;
use crate::store::{Grant, Scope, Store, right_word};

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Add a user; the password is read from standard input
    Add {
        /// Letters, digits and - _ . @
        name: String,
        /// What the user may do
        #[arg(long, value_enum)]
        role: RoleName,
        #[command(flatten)]
        password: Password,
    },
    /// List all users with their grants
    List,
    /// Set a password, read from standard input; the user is signed out everywhere
    Passwd {
        name: String,
        #[command(flatten)]
        password: Password,
    },
    /// Set a role
    Role {
        name: String,
        #[arg(value_enum)]
        role: RoleName,
    },
    /// Remove a user; who is signed in is signed out
    Remove { name: String },
    /// Let a user see or control one device, or all devices of a prototype
    Grant {
        name: String,
        #[command(flatten)]
        on: On,
        /// What the user may do there
        #[arg(long, value_enum)]
        role: GrantName,
    },
    /// Take a grant back
    Revoke {
        name: String,
        #[command(flatten)]
        on: On,
    },
}

/// Where the password comes from: a flag would show it to everybody on the machine.
#[derive(Args)]
pub(super) struct Password {
    /// Read the password from standard input; the end of its line does not belong to it
    #[arg(long, required = true)]
    password_stdin: bool,
}

/// What a grant is on.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct On {
    /// One device
    #[arg(long, value_name = "ID")]
    device: Option<DeviceId>,
    /// All devices of a prototype, and its firmware
    #[arg(long, value_name = "PRODID")]
    prototype: Option<ProductId>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    /// Everything
    Admin,
    /// See and control every device, upload and push firmware
    Operator,
    /// See every device, but no key
    Viewer,
    /// Nothing but what is granted
    Member,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum GrantName {
    /// See and control, push firmware
    Operator,
    /// See
    Viewer,
}

impl UserCommand {
    pub(super) async fn run(self, store: &Store) -> Result<Value> {
        match self {
            Self::Add { name, role, password } => {
                let user = operators::new_user(&name, role.into(), &password.read()?)?;
                store.add_user(&user).await?;
                Ok(json!({ "user": user.name, "role": user.role }))
            }
            Self::List => {
                let people = store.people().await?;
                let entry = |it: &crate::store::PersonRow| {
                    let grants: Vec<_> = it.grants.iter().map(grant).collect();
                    json!({ "user": it.name, "role": it.role, "grants": grants })
                };
                Ok(people.iter().map(entry).collect())
            }
            Self::Passwd { name, password } => {
                let hash = operators::hash_password(&password.read()?)?;
                store.set_password(&name, &hash, None).await?;
                Ok(json!({ "user": name }))
            }
            Self::Role { name, role } => {
                let role = Role::from(role);
                store.set_role(&name, role).await?;
                Ok(json!({ "user": name, "role": role }))
            }
            Self::Remove { name } => {
                store.remove_user(&name).await?;
                Ok(json!({ "user": name }))
            }
            Self::Grant { name, on, role } => {
                let granted = Grant { scope: on.scope()?, right: role.into() };
                store.grant(&name, &granted).await?;
                Ok(json!({ "user": name, "grant": grant(&granted) }))
            }
            Self::Revoke { name, on } => {
                let scope = on.scope()?;
                store.revoke(&name, &scope).await?;
                Ok(json!({ "user": name }))
            }
        }
    }
}

impl Password {
    fn read(&self) -> Result<String> {
        let mut password = String::new();
        std::io::stdin()
            .take(4096)
            .read_to_string(&mut password)
            .context("cannot read the password")?;
        let password = password.strip_suffix('\n').unwrap_or(&password);
        Ok(password.strip_suffix('\r').unwrap_or(password).to_owned())
    }
}

impl On {
    fn scope(self) -> Result<Scope> {
        let device = self.device.map(Scope::Device);
        device.or(self.prototype.map(Scope::Prototype)).context("name a device or a prototype")
    }
}

fn grant(grant: &Grant) -> Value {
    let role = right_word(grant.right);
    match &grant.scope {
        Scope::Device(id) => json!({ "deviceId": id, "role": role }),
        Scope::Prototype(id) => json!({ "prodId": id, "role": role }),
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Admin => Self::Admin,
            RoleName::Operator => Self::Operator,
            RoleName::Viewer => Self::Viewer,
            RoleName::Member => Self::Member,
        }
    }
}

impl From<GrantName> for Right {
    fn from(name: GrantName) -> Self {
        match name {
            GrantName::Operator => Self::Control,
            GrantName::Viewer => Self::See,
        }
    }
}
