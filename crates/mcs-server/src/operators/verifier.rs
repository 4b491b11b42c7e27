//! Checks passwords on a thread of its own, one at a time.
//!
//! Argon2 fills 19 MiB for each password. Allocators are slow to give such pieces back and keep
//! one for each thread, so the thread holds on to its own.

use std::thread;

use anyhow::{Context as _, Result};
use argon2::password_hash::phc::{Output, PasswordHash};
use argon2::{Algorithm, Argon2, Block, Params, Version};
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
            let mut memory = Vec::new();
            while let Some(job) = waiting.blocking_recv() {
                // Nobody needs the answer to somebody who has gone.
                if !job.right.is_closed() {
                    let _ = job.right.send(verify(&job.password, &job.hash, &mut memory));
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

fn verify(password: &str, hash: &str, memory: &mut Vec<Block>) -> bool {
    let right = || {
        let hash = PasswordHash::new(hash).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        let version = hash.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
        let params = Params::try_from(&hash).ok()?;
        let expected = hash.hash?;
        memory.resize(params.block_count(), Block::new());
        let mut bytes = [0; Output::MAX_LENGTH];
        let output = bytes.get_mut(..expected.len())?;
        Argon2::new(algorithm, version, params)
            .hash_password_into_with_memory(password.as_bytes(), &hash.salt?, output, memory)
            .ok()?;
        // Compared in constant time.
        Some(Output::new(output).ok()? == expected)
    };
    right().unwrap_or(false)
}
