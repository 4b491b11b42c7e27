//! Named steps with their durations.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Runs steps in turn; the first that fails ends it.
pub(crate) struct Steps {
    wanted: Vec<String>,
    done: Vec<(&'static str, Duration)>,
}

impl Steps {
    /// All steps, or those named in `wanted` only.
    pub(crate) fn new(wanted: &[String]) -> Self {
        Self { wanted: wanted.to_vec(), done: Vec::new() }
    }

    /// Runs `work` under a heading, unless only other steps are wanted.
    pub(crate) fn run(
        &mut self,
        name: &'static str,
        what: &str,
        work: impl FnOnce() -> Result<()>,
    ) -> Result<()> {
        if !self.wanted.is_empty() && !self.wanted.iter().any(|it| it == name) {
            return Ok(());
        }
        println!("\n── {name}: {what}");
        let start = now();
        let result = work();
        let took = start.elapsed();
        if result.is_err() {
            self.print_done();
            println!("{name:>8}  {}  FAILED", clock(took));
        } else {
            println!("── {name}: passed in {}", clock(took).trim());
        }
        self.done.push((name, took));
        result.with_context(|| format!("the step `{name}` failed"))
    }

    /// Prints what every step took.
    pub(crate) fn summary(&self) {
        self.print_done();
        let total = self.done.iter().map(|(_, took)| *took).sum();
        println!("{:>8}  {}  all {} steps passed", "total", clock(total), self.done.len());
    }

    fn print_done(&self) {
        println!("\n── Summary");
        for (name, took) in &self.done {
            println!("{name:>8}  {}  passed", clock(*took));
        }
    }
}

fn clock(took: Duration) -> String {
    let seconds = took.as_secs();
    format!("{:>3} min {:02} s", seconds / 60, seconds % 60)
}

#[expect(clippy::disallowed_methods, reason = "this is where the tasks read the clock")]
fn now() -> Instant {
    Instant::now()
}
