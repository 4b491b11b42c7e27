//! `mcs-server prototype …`

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Subcommand;
use mcs_model::ProductId;
use mcs_model::prototype_file::{self, Imported};
use serde_json::{Value, json};

use crate::random;
use crate::store::{MAX_PROTOTYPES, Store};

#[derive(Subcommand)]
pub(super) enum PrototypeCommand {
    /// Import a prototype that MCS exported; channels of a type that is not supported are skipped
    Import { file: PathBuf },
    /// List all prototypes
    List,
    /// Print a prototype as MCS exports it
    Export { product: ProductId },
    /// Remove a prototype that has no devices, and its firmware
    Remove { product: ProductId },
}

impl PrototypeCommand {
    pub(super) async fn run(self, store: &Store) -> Result<Value> {
        match self {
            Self::Import { file } => {
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let imported = prototype_file::import(&text, random::id("P", 12)?.parse()?)
                    .with_context(|| format!("{} cannot be imported", file.display()))?;
                let Imported { prototype, carried, skipped } = imported;
                let added = store.add_prototype(&prototype, &carried, "").await?;
                ensure!(added, "there are {MAX_PROTOTYPES} prototypes already: remove some first");
                Ok(json!({ "prodId": prototype.id, "skipped": skipped }))
            }
            Self::List => {
                let (_, prototypes, devices) = store.registry().await?;
                let entry = |it: &mcs_model::Prototype| {
                    let devices = devices.iter().filter(|device| device.prototype == it.id);
                    json!({ "prodId": it.id, "name": it.name, "version": it.version,
                            "channels": it.channels.len(), "devices": devices.count() })
                };
                Ok(prototypes.iter().map(entry).collect())
            }
            Self::Export { product } => {
                let row = store.prototype(&product).await?;
                let row = row.with_context(|| format!("there is no prototype {product}"))?;
                Ok(prototype_file::export(&row.prototype, &row.carried))
            }
            Self::Remove { product } => {
                store.remove_prototype(&product).await?;
                Ok(json!({ "prodId": product }))
            }
        }
    }
}
