//! `mcs-server device …`

use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::Subcommand;
use mcs_model::{DeviceId, DeviceKey, ProductId};
use serde_json::{Value, json};

use crate::store::{DeviceRow, Store};
use crate::{programs, random};

#[derive(Subcommand)]
pub(super) enum DeviceCommand {
    /// Add a device
    Add {
        /// The prototype
        product: ProductId,
        #[arg(long)]
        name: String,
        /// 8 random characters if absent
        #[arg(long)]
        id: Option<DeviceId>,
        /// 16 random characters if absent
        #[arg(long)]
        key: Option<DeviceKey>,
    },
    /// Add many devices: all or none
    Import {
        /// The prototype
        product: ProductId,
        /// One device a line: id,key,name; without a name the id is the name
        file: PathBuf,
    },
    /// List all devices
    List,
    /// Give a device another name
    Rename {
        id: DeviceId,
        #[arg(long)]
        name: String,
    },
    /// Give a device another key; connections with the former one are closed
    Rekey {
        id: DeviceId,
        /// 16 random characters if absent
        #[arg(long)]
        key: Option<DeviceKey>,
    },
    /// Make an activation code, good for one use, in place of an older one of the device
    Code { id: DeviceId },
    /// Remove a device with its history
    Remove { id: DeviceId },
}

impl DeviceCommand {
    pub(super) async fn run(self, store: &Store) -> Result<Value> {
        match self {
            Self::Add { product, name, id, key } => {
                let device = DeviceRow {
                    id: id.map_or_else(random::device_id, Ok)?,
                    key: key.map_or_else(random::device_key, Ok)?,
                    name: checked(&name)?,
                    prototype: product,
                };
                store.add_device(&device).await?;
                Ok(json!({ "deviceId": device.id, "deviceKey": device.key }))
            }
            Self::Import { product, file } => {
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let devices = listed(&text, &product)?;
                store.add_devices(&devices).await?;
                Ok(json!({ "devices": devices.len() }))
            }
            Self::List => {
                let (_, _, devices) = store.registry().await?;
                let entry = |it: &DeviceRow| {
                    json!({ "deviceId": it.id, "deviceKey": it.key, "name": it.name,
                            "prodId": it.prototype })
                };
                Ok(devices.iter().map(entry).collect())
            }
            Self::Rename { id, name } => {
                let name = checked(&name)?;
                store.rename_device(&id, &name).await?;
                Ok(json!({ "deviceId": id, "name": name }))
            }
            Self::Rekey { id, key } => {
                let key = key.map_or_else(random::device_key, Ok)?;
                store.set_key(&id, &key).await?;
                Ok(json!({ "deviceId": id, "deviceKey": key }))
            }
            Self::Code { id } => {
                let code = programs::activation_code()?;
                store.put_activation(&id, &random::digest(code.as_bytes())).await?;
                Ok(json!({ "deviceId": id, "activationCode": code }))
            }
            Self::Remove { id } => {
                store.remove_device(&id).await?;
                Ok(json!({ "deviceId": id }))
            }
        }
    }
}

/// The devices of a list. An error names the line, but does not tell it: a key stands in it.
fn listed(text: &str, product: &ProductId) -> Result<Vec<DeviceRow>> {
    let device = |line: &str| {
        let mut fields = line.splitn(3, ',').map(str::trim);
        let id: DeviceId = fields.next().unwrap_or_default().parse()?;
        let key = fields.next().unwrap_or_default().parse()?;
        let name = fields.next().filter(|name| !name.is_empty()).unwrap_or(id.as_str());
        let name = checked(name)?;
        anyhow::Ok(DeviceRow { id, key, name, prototype: product.clone() })
    };
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| device(line).with_context(|| format!("line {}", at + 1))).collect()
}

fn checked(name: &str) -> Result<String> {
    let name = name.trim();
    ensure!(!name.is_empty(), "the name is empty");
    ensure!(name.chars().count() <= 200, "the name is longer than 200 characters");
    ensure!(!name.chars().any(char::is_control), "the name has control characters");
    Ok(name.to_owned())
}
