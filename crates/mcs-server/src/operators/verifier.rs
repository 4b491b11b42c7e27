//! Checks passwords on a thread of its own, one at a time.
//!
//! Argon2 fills 19 MiB for each password, and an allocator keeps such blocks for each thread that
//! ever held one: one thread means one block.

use std::thread;

use anyhow::{Context as _, Result};
use argon2::Argon2;
use argon2::password_hash::PasswordVerifier as _;
use tokio::sync::{mpsc, oneshot};

#[cfg(test)]
mod tests;

/// The thread ends with its `Verifier`.
pub(super) struct Verifier {
    jobs: mpsc::Sender<Job>,
}

/// So many passwords wait already that one more would wait for long.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Busy;

struct Job {
    password: String,
    hash: String,
    right: oneshot::Sender<bool>,
}

/// Passwords that wait.
const WAITING: usize = 32;

impl Verifier {
    /// Starts the thread.
    pub(super) fn start() -> Result<Self> {
        let (jobs, mut waiting) = mpsc::channel::<Job>(WAITING);
        let work = move || {
            while let Some(job) = waiting.blocking_recv() {
                // Nobody needs the answer to somebody who has gone.
                if !job.right.is_closed() {
                    let _ = job.right.send(verify(&job.password, &job.hash));
                }
            }
        };
        thread::Builder::new().name("passwords".to_owned()).spawn(work)?;
        Ok(Self { jobs })
    }

    /// Whether `password` has this `hash`, a PHC string.
    pub(super) async fn verify(
        &self,
        password: String,
        hash: String,
    ) -> Result<Result<bool, Busy>> {
        let (right, verdict) = oneshot::channel();
        match self.jobs.try_send(Job { password, hash, right }) {
            Ok(()) => Ok(Ok(verdict.await.context("the password was not checked")?)),
            Err(mpsc::error::TrySendError::Full(_)) => Ok(Err(Busy)),
            Err(error @ mpsc::error::TrySendError::Closed(_)) => Err(error).context("no verifier"),
        }
    }
}

fn verify(password: &str, hash: &str) -> bool {
    Argon2::default().verify_password(password.as_bytes(), hash).is_ok()
}
