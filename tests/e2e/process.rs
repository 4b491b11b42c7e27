//! The programs under test, each on free ports, each gone with its owner.

use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::{dist, memory, output};

/// `mcs-server serve` with a data folder of its own.
pub(crate) struct Server {
    child: Child,
    /// With two simulated devices.
    demo: bool,
    /// Takes firmware only when this minisign key vouches for it.
    key: Option<String>,
    data: PathBuf,
    /// The console and REST.
    pub(crate) http: SocketAddr,
    /// MQTT.
    pub(crate) mqtt: SocketAddr,
    ws: SocketAddr,
    /// The Command Server.
    pub(crate) command: SocketAddr,
}

/// A mosquitto with nothing of ours.
pub(crate) struct Broker {
    _child: Child,
    /// MQTT.
    pub(crate) mqtt: SocketAddr,
    /// MQTT over WebSocket.
    pub(crate) ws: SocketAddr,
}

/// Any other program.
pub(crate) struct Program(Child);

impl Server {
    /// Starts with the demo and nothing else.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        Self::start_new(name, true, None).await
    }

    /// Starts with the demo, and takes firmware only when this minisign key vouches for it.
    pub(crate) async fn start_strict(name: &str, key: String) -> Result<Self> {
        Self::start_new(name, true, Some(key)).await
    }

    /// Starts with nothing, not even an account.
    pub(crate) async fn start_empty(name: &str) -> Result<Self> {
        Self::start_new(name, false, None).await
    }

    async fn start_new(name: &str, demo: bool, key: Option<String>) -> Result<Self> {
        let data = output().join(name).join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        Self::start_at(data, demo, key, [any; 4]).await
    }

    /// Kills the process without a warning, and starts it on the same data and ports.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        self.child.kill().await.context("the server cannot be killed")
    }

    /// Starts again where [`Self::kill`] ended, on the same ports.
    pub(crate) async fn start_again(&mut self) -> Result<()> {
        let addresses = [self.http, self.mqtt, self.ws, self.command];
        *self = Self::start_at(self.data.clone(), self.demo, self.key.clone(), addresses).await?;
        Ok(())
    }

    /// The most memory that the process has ever had, in bytes, where the system tells.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        memory::of(self.child.id()?, "VmHWM")
    }

    /// A request with a device's key; the answer's body when it is 200.
    pub(crate) async fn upload(&self, device: &str, key: &str, csv: &str) -> Result<()> {
        let mut stream = TcpStream::connect(self.http).await?;
        let request = format!(
            "POST /mcs/v2/devices/{device}/datapoints.csv HTTP/1.1\r\nHost: {}\r\ndeviceKey: {key}\r\n\
             Content-Type: text/csv\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{csv}",
            self.http,
            csv.len()
        );
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        ensure!(answer.starts_with("HTTP/1.1 200"), "the upload was refused: {answer}");
        Ok(())
    }

    /// Runs an admin command on the data of the running server, with `input` as its standard input.
    pub(crate) async fn admin(&self, arguments: &[&str], input: &str) -> Result<()> {
        self.admin_says(arguments, input).await.map(drop)
    }

    /// The same, and gives what it prints.
    pub(crate) async fn admin_says(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut admin = Command::new(built("mcs-server")?);
        admin.args(arguments).arg("--data").arg(&self.data);
        admin.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = admin.spawn()?;
        child.stdin.take().context("there is no input")?.write_all(input.as_bytes()).await?;
        let output = timeout(PATIENCE, child.wait_with_output()).await??;
        ensure!(output.status.success(), "{arguments:?} failed");
        Ok(String::from_utf8(output.stdout)?)
    }

    /// An address of the ready line.
    pub(crate) fn address(ready: &Value, name: &str) -> Result<SocketAddr> {
        let text = ready[name].as_str().with_context(|| format!("no {name} in {ready}"))?;
        Ok(text.parse()?)
    }

    async fn start_at(
        data: PathBuf,
        demo: bool,
        key: Option<String>,
        [http, mqtt, ws, command]: [SocketAddr; 4],
    ) -> Result<Self> {
        let mut server = Command::new(built("mcs-server")?);
        server
            .args(["serve", "--max-upload-points", "1000"])
            .args(demo.then_some("--demo"))
            .arg("--console")
            .arg(dist())
            .arg("--data")
            .arg(&data);
        if let Some(key) = &key {
            server.args(["--require-signed-firmware", "--firmware-key", key]);
        }
        for (option, address) in
            [("--http", http), ("--mqtt", mqtt), ("--ws", ws), ("--command", command)]
        {
            server.arg(option).arg(address.to_string());
        }
        let log = data.with_file_name("server.log");
        let mut child = spawn(&mut server, &log, Stdio::piped())?;
        let ready = line(&mut child, |line| line.contains(r#""ready":true"#))
            .await
            .with_context(|| format!("the server is not ready, see {}", log.display()))?;
        let ready: Value = serde_json::from_str(&ready).context("the ready line is no JSON")?;
        let address = |name: &str| Self::address(&ready, name);
        Ok(Self {
            demo,
            key,
            data,
            http: address("http")?,
            mqtt: address("mqtt")?,
            ws: address("ws")?,
            command: address("command")?,
            child,
        })
    }
}

impl Broker {
    /// Starts with an MQTT and a WebSocket listener, open to everybody.
    pub(crate) async fn start(name: &str) -> Result<Self> {
        Self::start_new(name, true).await
    }

    /// Starts, and lets nobody in.
    pub(crate) async fn start_closed(name: &str) -> Result<Self> {
        Self::start_new(name, false).await
    }

    async fn start_new(name: &str, open: bool) -> Result<Self> {
        let folder = output().join(name);
        fs::create_dir_all(&folder)?;
        let (mqtt, ws) = (free_port()?, free_port()?);
        let config = folder.join("mosquitto.conf");
        let text = format!(
            "per_listener_settings false\nallow_anonymous {open}\nmax_queued_messages 0\n\
             listener {} 127.0.0.1\nlistener {} 127.0.0.1\nprotocol websockets\n",
            mqtt.port(),
            ws.port()
        );
        fs::write(&config, text)?;
        let mut mosquitto = Command::new(program("MOSQUITTO", "mosquitto"));
        mosquitto.arg("-c").arg(&config);
        let child = spawn(&mut mosquitto, &folder.join("mosquitto.log"), Stdio::null())?;
        for address in [mqtt, ws] {
            until("mosquitto listens", async || Ok(TcpStream::connect(address).await.ok())).await?;
        }
        Ok(Self { _child: child, mqtt, ws })
    }
}

impl Program {
    /// A simulated board on a broker.
    pub(crate) fn board(name: &str, broker: SocketAddr, id: &str, key: &str) -> Result<Self> {
        let mut board = Command::new(built("mcs-device")?);
        board.arg("simulate").arg("--mqtt").arg(broker.to_string());
        board.args(["--id", id, "--key", key, "--rate", "5"]);
        let log = output().join(name).join("device.log");
        Ok(Self(spawn(&mut board, &log, Stdio::null())?))
    }

    /// A client that subscribes to a topic, and is a device by that.
    pub(crate) fn listen(name: &str, broker: SocketAddr, topic: &str) -> Result<Self> {
        let mut client = Command::new(program("MOSQUITTO_SUB", "mosquitto_sub"));
        client.args(["-h", "127.0.0.1", "-p", &broker.port().to_string(), "-t", topic]);
        let log = output().join(name).join("listener.log");
        Ok(Self(spawn(&mut client, &log, Stdio::null())?))
    }

    /// Publishes one message.
    pub(crate) async fn publish(
        name: &str,
        broker: SocketAddr,
        topic: &str,
        payload: &str,
    ) -> Result<()> {
        let mut client = Command::new(program("MOSQUITTO_PUB", "mosquitto_pub"));
        client.args(["-h", "127.0.0.1", "-p", &broker.port().to_string()]);
        client.args(["-q", "1", "-t", topic, "-m", payload]);
        let log = output().join(name).join("publisher.log");
        let mut child = spawn(&mut client, &log, Stdio::null())?;
        let status = timeout(PATIENCE, child.wait()).await??;
        ensure!(status.success(), "mosquitto_pub failed, see {}", log.display());
        Ok(())
    }

    /// Publishes one message of MQTT 5 with a user property.
    pub(crate) async fn publish_with(
        name: &str,
        broker: SocketAddr,
        topic: &str,
        payload: &str,
        [key, value]: [&str; 2],
    ) -> Result<()> {
        let mut client = Command::new(program("MOSQUITTO_PUB", "mosquitto_pub"));
        client.args(["-V", "5", "-h", "127.0.0.1", "-p", &broker.port().to_string()]);
        client.args(["-D", "publish", "user-property", key, value]);
        client.args(["-q", "1", "-t", topic, "-m", payload]);
        let log = output().join(name).join("publisher.log");
        let mut child = spawn(&mut client, &log, Stdio::null())?;
        let status = timeout(PATIENCE, child.wait()).await??;
        ensure!(status.success(), "mosquitto_pub failed, see {}", log.display());
        Ok(())
    }

    /// `mcs-server serve` with a certificate, and its ready line.
    pub(crate) async fn server(name: &str, cert: &Path, key: &Path) -> Result<(Self, Value)> {
        let data = output().join(name).join("data");
        if data.exists() {
            fs::remove_dir_all(&data)?;
        }
        let mut server = Command::new(built("mcs-server")?);
        server.args(["serve", "--demo"]).arg("--console").arg(dist()).arg("--data").arg(&data);
        for listener in ["--http", "--https", "--mqtt", "--ws", "--command"] {
            server.args([listener, "127.0.0.1:0"]);
        }
        server.arg("--tls-cert").arg(cert).arg("--tls-key").arg(key);
        let log = data.with_file_name("server.log");
        let mut child = spawn(&mut server, &log, Stdio::piped())?;
        let ready = line(&mut child, |line| line.contains(r#""ready":true"#)).await?;
        Ok((Self(child), serde_json::from_str(&ready)?))
    }

    /// A program of the machine; what it prints goes to a file.
    pub(crate) fn run(name: &str, program: &str, arguments: &[&str]) -> Result<Self> {
        let log = output().join(name).join("program.log");
        Ok(Self(spawn(Command::new(program).args(arguments), &log, Stdio::null())?))
    }

    /// A WebDriver on a free port, and its address.
    pub(crate) async fn driver(name: &str) -> Result<(Self, String)> {
        let log = output().join(name).join("chromedriver.log");
        // It chooses a port by one address family and may find it taken in the other.
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut driver = Command::new(program("CHROMEDRIVER", "chromedriver"));
            driver.arg("--port=0");
            let mut child = spawn(&mut driver, &log, Stdio::piped())?;
            match line(&mut child, |line| line.contains("started successfully on port")).await {
                Ok(started) => {
                    let port = started.trim_end_matches('.').rsplit(' ').next();
                    let address = format!("http://127.0.0.1:{}", port.unwrap_or_default());
                    return Ok((Self(child), address));
                }
                Err(error) if attempts == 5 => return Err(error.context("chromedriver")),
                Err(_) => {}
            }
        }
    }

    /// Its number in the system, while it runs.
    pub(crate) fn id(&self) -> Option<u32> {
        self.0.id()
    }

    /// Ends it at once.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.0.kill().await?)
    }
}

/// A program of the machine: named by a variable, or found on the path.
pub(crate) fn program(variable: &str, name: &str) -> PathBuf {
    std::env::var_os(variable).map_or_else(|| PathBuf::from(name), PathBuf::from)
}

/// Asks until there is an answer, for at most half a minute.
pub(crate) async fn until<T>(
    what: &str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let asking = async {
        loop {
            if let Some(answer) = ask().await? {
                return Ok(answer);
            }
            sleep(PAUSE).await;
        }
    };
    match timeout(PATIENCE, asking).await {
        Ok(answer) => answer,
        Err(_) => bail!("waited {} s in vain until {what}", PATIENCE.as_secs()),
    }
}

/// How long a test waits for one thing.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// How long it pauses between two questions.
const PAUSE: Duration = Duration::from_millis(50);

/// A program of the workspace, built beside this test.
fn built(name: &str) -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.ancestors().nth(2).context("the test is in no target folder")?;
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    ensure!(
        program.is_file(),
        "{} is not built: run `cargo xtask test build e2e`",
        program.display()
    );
    Ok(program)
}

fn spawn(command: &mut Command, log: &Path, stdout: Stdio) -> Result<Child> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let log = File::options().create(true).append(true).open(log)?;
    let name = command.as_std().get_program().to_owned();
    command
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("{} does not start", name.display()))
}

/// The first line of a program's output that is `wanted`; what follows is read and dropped.
async fn line(child: &mut Child, wanted: impl Fn(&str) -> bool) -> Result<String> {
    let output = child.stdout.take().context("there is no output")?;
    let mut lines = BufReader::new(output).lines();
    let looking = async {
        while let Some(line) = lines.next_line().await? {
            if wanted(&line) {
                return Ok(line);
            }
        }
        bail!("the program ended first")
    };
    let found = timeout(PATIENCE, looking).await.context("it stays silent")??;
    // A full pipe would stop the program.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Ok(found)
}

fn free_port() -> Result<SocketAddr> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?)
}
