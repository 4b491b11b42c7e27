//! A mosquitto of our own, on a free loopback port.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Runs until it is dropped.
pub(super) struct Mosquitto {
    config: PathBuf,
    port: u16,
    process: Child,
}

impl Mosquitto {
    /// Starts a broker with these lines in its configuration, and waits until
    /// it listens.
    pub(super) async fn start(settings: &str) -> Self {
        // Another process may take the port first: then try another one.
        for _ in 0..10 {
            let port = free_port();
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
            let config = folder.join(format!("mosquitto-{port}.conf"));
            let listener = format!("listener {port} 127.0.0.1\n{settings}\n");
            std::fs::write(&config, listener).expect("the configuration is written");
            if let Some(process) = launch(&config).await {
                return Self { config, port, process };
            }
        }
        panic!("mosquitto does not start; run it by hand to see why");
    }

    pub(super) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) async fn kill(&mut self) {
        self.process.kill().await.expect("mosquitto dies");
    }

    /// The same broker again, on the same port, with no memory.
    pub(super) async fn restart(&mut self) {
        self.process = launch(&self.config).await.expect("mosquitto starts again");
    }
}

impl Drop for Mosquitto {
    fn drop(&mut self) {
        // Only a leftover file, should it fail.
        let _ = std::fs::remove_file(&self.config);
    }
}

/// A running broker, or `None` if it ended before it listened.
async fn launch(config: &Path) -> Option<Child> {
    let mut process = spawn(config);
    let stderr = process.stderr.take().expect("stderr is piped");
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        if line.ends_with(" running") {
            // Keep reading, or a full pipe stops the broker.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return Some(process);
        }
    }
    None
}

fn spawn(config: &Path) -> Child {
    // Debian keeps it where the search path of a normal user does not lead.
    for program in ["mosquitto", "/usr/sbin/mosquitto"] {
        let mut command = Command::new(program);
        command.arg("-v").arg("-c").arg(config);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        match command.spawn() {
            Ok(process) => return process,
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => panic!("{program} cannot be started: {error}"),
        }
    }
    panic!(
        "this test needs the broker mosquitto: install it, on Debian with `apt install mosquitto`"
    );
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound address").port()
}
