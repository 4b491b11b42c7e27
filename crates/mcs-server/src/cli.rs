//! The command line.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use clap::{Args, Parser, Subcommand, ValueEnum};
use mcs_model::api::Role;
use mcs_model::{DeviceId, DeviceKey, ProductId, prototype_file};
use serde_json::{Value, json};

use crate::config::{Config, Settings};
use crate::store::{DeviceRow, Store};
use crate::{operators, random};

/// Broker, Command Server, REST API, history and firmware store in one binary.
#[derive(Parser)]
#[command(name = "mcs-server", version)]
pub struct Cli {
    /// Settings as TOML, named like the flags; variables and flags win over it
    #[arg(long, global = true, env = "MCS_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Subcommand)]
enum Command {
    /// Run the server
    Serve(Box<Settings>),
    /// Manage the people who may sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Manage prototypes
    #[command(subcommand)]
    Prototype(PrototypeCommand),
    /// Manage devices
    #[command(subcommand)]
    Device(DeviceCommand),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Add a user; the password is read from standard input
    Add {
        /// Letters, digits and - _ . @
        name: String,
        /// What the user may do in the console
        #[arg(long, value_enum)]
        role: RoleName,
        /// Read the password from standard input; the end of its line does not belong to it
        #[arg(long, required = true)]
        password_stdin: bool,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum PrototypeCommand {
    /// Import a prototype that MCS exported
    Import {
        file: PathBuf,
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Subcommand)]
enum DeviceCommand {
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
        #[command(flatten)]
        data: Data,
    },
    /// List all devices
    List {
        #[command(flatten)]
        data: Data,
    },
}

/// Where the server keeps everything.
#[derive(Args)]
struct Data {
    /// The server's data folder [default: ./data]
    #[arg(long = "data", env = "MCS_DATA", value_name = "DIR")]
    folder: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    /// Everything
    Admin,
    /// See, control devices, upload and push firmware
    Operator,
    /// See; that includes device keys, so it guards against accidents, not against intent
    Viewer,
}

/// What the command line asked for.
pub enum Task {
    /// Run a server.
    Serve(Box<Config>),
    /// Print this and end.
    Print(Value),
}

impl Cli {
    /// Does what an admin command says at once; it works on the data folder, whether a server runs
    /// on it or not.
    pub async fn run(self) -> Result<Task> {
        let file = match &self.config {
            Some(file) => Settings::from_file(file)?,
            None => Settings::default(),
        };
        let open = async |data: Data| {
            let settings = Settings { data: data.folder, ..Settings::default() };
            let folder = settings.or(file.clone()).into_config()?.data;
            Store::open(&folder).await
        };
        let (store, answer) = match self.command {
            Command::Serve(settings) => {
                return Ok(Task::Serve(Box::new(settings.or(file).into_config()?)));
            }
            Command::User(UserCommand::Add { name, role, password_stdin: _, data }) => {
                let user = operators::new_user(&name, role.into(), &read_password()?)?;
                let store = open(data).await?;
                store.add_user(&user).await?;
                (store, json!({ "user": user.name, "role": user.role }))
            }
            Command::Prototype(PrototypeCommand::Import { file, data }) => {
                let store = open(data).await?;
                let text = std::fs::read_to_string(&file)
                    .with_context(|| format!("cannot read {}", file.display()))?;
                let prototype = prototype_file::import(&text, random::id("P", 12)?.parse()?)
                    .with_context(|| format!("{} cannot be imported", file.display()))?;
                store.put_prototype(&prototype).await?;
                (store, json!({ "prodId": prototype.id }))
            }
            Command::Device(DeviceCommand::Add { product, name, id, key, data }) => {
                let store = open(data).await?;
                let name = name.trim().to_owned();
                ensure!(!name.is_empty(), "the name is empty");
                let device = DeviceRow {
                    id: id.map_or_else(|| Ok(random::id("D", 8)?.parse()?), anyhow::Ok)?,
                    key: key.map_or_else(|| Ok(random::id("", 16)?.parse()?), anyhow::Ok)?,
                    name,
                    prototype: product,
                };
                store.add_device(&device).await?;
                (store, json!({ "deviceId": device.id, "deviceKey": device.key }))
            }
            Command::Device(DeviceCommand::List { data }) => {
                let store = open(data).await?;
                let (_, _, devices) = store.registry().await?;
                let entry = |it: &DeviceRow| {
                    json!({ "deviceId": it.id, "deviceKey": it.key, "name": it.name,
                            "prodId": it.prototype })
                };
                let list = devices.iter().map(entry).collect();
                (store, list)
            }
        };
        store.close().await;
        Ok(Task::Print(answer))
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Admin => Self::Admin,
            RoleName::Operator => Self::Operator,
            RoleName::Viewer => Self::Viewer,
        }
    }
}

fn read_password() -> Result<String> {
    let mut password = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .context("cannot read the password")?;
    let password = password.strip_suffix('\n').unwrap_or(&password);
    Ok(password.strip_suffix('\r').unwrap_or(password).to_owned())
}
