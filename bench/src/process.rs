//! Programs under test, and what each of them uses (`/proc`).

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::Range;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::{sleep, timeout};

/// A running program; it goes with its owner.
pub(crate) struct Process {
    child: Child,
    pid: u32,
    output: Lines<BufReader<ChildStdout>>,
}

/// What a process has used since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Usage {
    /// CPU time of all its threads, in user and kernel.
    pub(crate) cpu: Duration,
    /// Bytes of memory that it holds now.
    pub(crate) resident: u64,
    /// The most that it held.
    pub(crate) peak: u64,
}

impl Process {
    /// Starts; what it says on standard error goes into a file.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let name = command.as_std().get_program().to_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", name.display()))?;
        let pid = child.id().context("it ended at once")?;
        let output = child.stdout.take().context("it has no output")?;
        Ok(Self { child, pid, output: BufReader::new(output).lines() })
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> Result<String> {
        let line =
            timeout(PATIENCE, self.output.next_line()).await.context("it says nothing")??;
        line.context("it ended")
    }

    /// Asks it to stop, as a service manager does, and waits until it has.
    pub(crate) async fn stop(&mut self) -> Result<()> {
        let kill = Command::new("kill").args(["-TERM", &self.pid.to_string()]).status().await?;
        ensure!(kill.success(), "cannot stop process {}", self.pid);
        timeout(PATIENCE, self.child.wait()).await.context("it does not stop")??;
        Ok(())
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.pid
    }

    /// What it has used so far.
    pub(crate) fn usage(&self) -> Result<Usage> {
        usage(&self.pid.to_string())
    }
}

/// What this process has used so far.
pub(crate) fn own_usage() -> Result<Usage> {
    usage("self")
}

/// CPU time of all programs that this process has started and seen end.
pub(crate) fn children_cpu() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').context("no fields")?;
    let ticks = fields.split_whitespace().skip(13).take(2).map(str::parse::<u64>);
    let ticks = ticks.collect::<Result<Vec<_>, _>>()?;
    Ok(Duration::from_millis(ticks.iter().sum::<u64>() * TICK))
}

/// Two ports that are free now on every address: mosquitto's WebSockets want it so. None of those that the system
/// gives to clients, of whom there are thousands.
pub(crate) fn free_ports() -> Result<[SocketAddr; 2]> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::UNSPECIFIED, *port)).is_ok();
    let start = PORTS.start + u16::try_from(std::process::id() % 1000)? * 8;
    let mut free = (start..PORTS.end).filter(is_free);
    let mut next = || Some(SocketAddr::from((Ipv4Addr::LOCALHOST, free.next()?)));
    Ok([next().context("no port is free")?, next().context("no port is free")?])
}

/// Waits until something listens.
pub(crate) async fn listening(address: SocketAddr) -> Result<()> {
    let connecting = async {
        while tokio::net::TcpStream::connect(address).await.is_err() {
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, connecting).await.with_context(|| format!("nothing listens on {address}"))
}

/// What the process with a number, or `self`, has used so far.
pub(crate) fn usage(pid: &str) -> Result<Usage> {
    let read = |name: &str| fs::read_to_string(format!("/proc/{pid}/{name}"));
    parse(&read("stat")?, &read("status")?)
        .with_context(|| format!("cannot read what process {pid} uses"))
}

/// Reads `/proc/PID/stat` and `/proc/PID/status`.
fn parse(stat: &str, status: &str) -> io::Result<Usage> {
    let malformed = || io::Error::from(io::ErrorKind::InvalidData);
    // The program's name may hold anything, even a parenthesis.
    let (_, fields) = stat.rsplit_once(')').ok_or_else(malformed)?;
    let mut ticks = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let mut tick = || ticks.next().and_then(Result::ok).ok_or_else(malformed);
    let cpu = Duration::from_millis((tick()? + tick()?) * TICK);
    let size = |name: &str| {
        let line = status.lines().find_map(|it| it.strip_prefix(name)).ok_or_else(malformed)?;
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().map_err(|_| malformed())?;
        Ok::<_, io::Error>(kib * 1024)
    };
    Ok(Usage { cpu, resident: size("VmRSS:")?, peak: size("VmHWM:")? })
}

/// Below the ports that Linux gives to clients.
const PORTS: Range<u16> = 20_000..30_000;

/// How long a program may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(120);

/// Milliseconds in a tick of the kernel's accounting: `CLK_TCK` is 100 on every Linux.
const TICK: u64 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_is_read_past_a_name_with_parentheses() {
        let stat = "42 (a) b) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 4 0";
        let status = "Name:\ta\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        let usage = parse(stat, status).expect("a usage");
        let expected =
            Usage { cpu: Duration::from_secs(3), resident: 1024 * 1024, peak: 2048 * 1024 };
        assert_eq!(usage, expected);
        assert!(parse("42 (a", status).is_err());
    }
}
