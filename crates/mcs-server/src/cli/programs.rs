//! `mcs-server app …` and `mcs-server token …`

use anyhow::{Result, ensure};
use clap::Subcommand;
use serde_json::{Value, json};

use crate::programs;
use crate::store::{ProgramKind, ProgramRow, Store};

#[derive(Subcommand)]
pub(super) enum ProgramCommand {
    /// Add one; its secret is printed once and kept nowhere
    Add {
        /// The user for whom it acts; it may do what that user may
        #[arg(long)]
        user: String,
        /// What it is for
        #[arg(long)]
        name: String,
    },
    /// List all
    List,
    /// Take one's rights away, at once
    Revoke {
        /// As the list shows it
        id: String,
    },
}

impl ProgramCommand {
    pub(super) async fn run(self, store: &Store, kind: ProgramKind) -> Result<Value> {
        match self {
            Self::Add { user, name } => {
                let made = programs::add(store, kind, &user, &name).await?;
                Ok(match kind {
                    ProgramKind::App => json!({ "appId": made.id, "appSecret": made.secret }),
                    ProgramKind::Token => json!({ "id": made.id, "token": made.secret }),
                })
            }
            Self::List => {
                let entry = |it: ProgramRow| json!({ "id": it.id, "user": it.user, "name": it.name, "created": it.created });
                Ok(store.programs(kind).await?.into_iter().map(entry).collect())
            }
            Self::Revoke { id } => {
                ensure!(store.remove_program(kind, &id).await?, "there is no {id:?}");
                Ok(json!({ "revoked": id }))
            }
        }
    }
}
