//! The process that runs code for one thread.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use mcs_model::function::Trouble;
use rustix::process::Signal;

use super::confined::{MAX_WORK, Task};
use super::sandbox::Ran;
use crate::cli::RUN_FUNCTIONS;

/// Most bytes of an answer: more than the sandbox lets code return and log.
const MAX_ANSWER: u64 = 4 << 20;

/// A process that is begun when there is code to run, and again when it has died.
pub(super) struct Process {
    program: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    /// None yet.
    pub(super) fn new(program: &Path) -> Self {
        Self { program: program.to_owned(), running: None }
    }

    /// Runs the code on a point's value, and waits for it.
    pub(super) fn run(&mut self, code: &str, value: &str) -> Ran {
        // A process may have died since its last run: that says nothing of this code.
        for _ in 0..2 {
            let error = match self.ask(code, value) {
                Ok(ran) => return ran,
                Err(error) => error,
            };
            let status = self.running.take().and_then(Running::end);
            if status.and_then(|it| it.signal()) == Some(Signal::XCPU.as_raw()) {
                return failed(Trouble::TimeLimit, MAX_WORK);
            }
            tracing::warn!(error = format!("{error:#}"), ?status, "no process for functions");
        }
        failed(Trouble::Broken, Duration::ZERO)
    }

    fn ask(&mut self, code: &str, value: &str) -> Result<Ran> {
        let running = match &mut self.running {
            Some(running) => running,
            none => none.insert(Running::begin(&self.program)?),
        };
        let mut line = serde_json::to_vec(&Task { code: code.into(), value: value.into() })?;
        line.push(b'\n');
        running.input.write_all(&line).context("it takes no code")?;
        line.clear();
        running.output.by_ref().take(MAX_ANSWER).read_until(b'\n', &mut line)?;
        ensure!(line.ends_with(b"\n"), "it did not answer");
        serde_json::from_slice(&line).context("it answered nonsense")
    }
}

impl Running {
    fn begin(program: &Path) -> Result<Self> {
        let mut child = Command::new(program)
            .arg(RUN_FUNCTIONS)
            .env_clear()
            .current_dir("/")
            // What a terminal sends to the server is not meant for it: it ends with its input.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", program.display()))?;
        let input = child.stdin.take().context("no input")?;
        let output = child.stdout.take().context("no output")?;
        Ok(Self { child, input, output: BufReader::new(output) })
    }

    /// Ends it. How it had ended, if it had.
    fn end(self) -> Option<ExitStatus> {
        let Self { mut child, input, output } = self;
        drop((input, output));
        child.wait().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.running.take().and_then(Running::end);
    }
}

fn failed(trouble: Trouble, took: Duration) -> Ran {
    Ran { returned: Err(trouble), console: Vec::new(), unlogged: 0, took }
}
