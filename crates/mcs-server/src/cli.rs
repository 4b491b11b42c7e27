//! The command line.

mod devices;
mod programs;
mod prototypes;
mod users;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};

use crate::config::{Config, Settings};
use crate::functions;
use crate::store::{ProgramKind, Store};

use devices::DeviceCommand;
use programs::ProgramCommand;
use prototypes::PrototypeCommand;
use users::UserCommand;

/// What a server tells this program that shall run code for it.
pub(crate) const RUN_FUNCTIONS: &str = "run-functions";

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
    /// Manage the people who may sign in, and what they may do
    User(Admin<UserCommand>),
    /// Manage prototypes
    Prototype(Admin<PrototypeCommand>),
    /// Manage devices
    Device(Admin<DeviceCommand>),
    /// Manage applications, which call with appId and appSecret
    App(Admin<ProgramCommand>),
    /// Manage API tokens, which programs send as Authorization: Bearer
    Token(Admin<ProgramCommand>),
    /// Copy the database as it is now, whether a server runs on it or not
    Backup(Backup),
    /// Run the code of functions for a server
    #[command(name = RUN_FUNCTIONS, hide = true)]
    RunFunctions,
}

/// A command that works on the data folder, whether a server runs on it or not. A running server takes the
/// change over within a second.
#[derive(Args)]
struct Admin<C: Subcommand> {
    #[command(subcommand)]
    command: C,
    /// The server's data folder [default: ./data]
    #[arg(long, global = true, env = "MCS_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Args)]
struct Backup {
    /// A new file. The folder firmware, beside the database, is copied like any other
    file: PathBuf,
    /// The server's data folder [default: ./data]
    #[arg(long, env = "MCS_DATA", value_name = "DIR")]
    data: Option<PathBuf>,
}

/// What the command line asked for.
pub enum Task {
    /// Run a server.
    Serve(Box<Config>),
    /// Print this and end.
    Print(Value),
}

impl Cli {
    /// Runs the code of functions until nobody wants any more, if that is what this program is for.
    pub fn run_functions(&self) -> Option<Result<()>> {
        matches!(self.command, Command::RunFunctions).then(functions::confined)
    }

    /// Does what an admin command says at once.
    pub async fn run(self) -> Result<Task> {
        let file = match &self.config {
            Some(file) => Settings::from_file(file)?,
            None => Settings::default(),
        };
        match self.command {
            Command::Serve(settings) => Ok(Task::Serve(Box::new(settings.or(file).into_config()?))),
            Command::User(admin) => {
                let begins = matches!(admin.command, UserCommand::Add { .. });
                admin.run(file, begins, UserCommand::run).await
            }
            Command::Prototype(admin) => {
                let begins = matches!(admin.command, PrototypeCommand::Import { .. });
                admin.run(file, begins, PrototypeCommand::run).await
            }
            Command::Device(admin) => admin.run(file, false, DeviceCommand::run).await,
            Command::App(admin) => {
                let run = async |it: ProgramCommand, on: &Store| it.run(on, ProgramKind::App).await;
                admin.run(file, false, run).await
            }
            Command::Token(admin) => {
                let run =
                    async |it: ProgramCommand, on: &Store| it.run(on, ProgramKind::Token).await;
                admin.run(file, false, run).await
            }
            Command::RunFunctions => bail!("{RUN_FUNCTIONS} is nothing that runs beside others"),
            Command::Backup(Backup { file: to, data }) => {
                let run = async |on: &Store| {
                    on.backup(&to).await?;
                    Ok(json!({ "backup": to }))
                };
                in_data_folder(data, file, false, run).await
            }
        }
    }
}

impl<C: Subcommand> Admin<C> {
    /// `begins` says that the command may be the first in a new data folder.
    async fn run(
        self,
        file: Settings,
        begins: bool,
        run: impl AsyncFnOnce(C, &Store) -> Result<Value>,
    ) -> Result<Task> {
        let Self { command, data } = self;
        in_data_folder(data, file, begins, async |store: &Store| run(command, store).await).await
    }
}

/// Works on the database of a data folder. A new folder is made only for a command that `begins` there: elsewhere
/// its name is a slip.
async fn in_data_folder(
    data: Option<PathBuf>,
    file: Settings,
    begins: bool,
    run: impl AsyncFnOnce(&Store) -> Result<Value>,
) -> Result<Task> {
    let data = Settings { data, ..Settings::default() }.or(file).into_config()?.data;
    let known = begins || Store::exists(&data);
    ensure!(known, "there is no database in the data folder {}", data.display());
    let store = Store::open(&data).await?;
    let answer = run(&store).await;
    store.close().await;
    Ok(Task::Print(answer?))
}
