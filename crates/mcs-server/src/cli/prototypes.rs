//! `mcs-server prototype …`

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Subcommand;
use mcs_model::{ProductId, prototype_file};
use serde_json::{Value, json};

use crate::random;
use crate::store::Store;

#[derive(Subcommand)]
pub(super) enum PrototypeCommand {
    /// Import a prototype that MCS exported
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
                let prototype = prototype_file::import(&text, random::id("P", 12)?.parse()?)
                    .with_context(|| format!("{} cannot be imported", file.display()))?;
                store.put_prototype(&prototype).await?;
                Ok(json!({ "prodId": prototype.id }))
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
                let (_, prototypes, _) = store.registry().await?;
                let prototype = prototypes.iter().find(|it| it.id == product);
                let prototype =
                    prototype.with_context(|| format!("there is no prototype {product}"))?;
                Ok(prototype_file::export(prototype))
            }
            Self::Remove { product } => {
                store.remove_prototype(&product).await?;
                Ok(json!({ "prodId": product }))
            }
        }
    }
}
