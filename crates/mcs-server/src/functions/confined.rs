//! The program as one that runs the code of functions, and can do nothing else.
//!
//! Were there a hole in the engine, what came through it would find no file, no socket, no other
//! process and no environment; and code within a step that the engine does not interrupt is
//! ended by the system.

use std::borrow::Cow;
use std::io::{BufRead as _, Write as _};
use std::time::Duration;

use anyhow::{Context as _, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setpriority_process, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::sandbox;

/// Code that works for longer is ended together with its process: the system counts whole seconds.
pub(super) const MAX_WORK: Duration = Duration::from_secs(2);
/// Bytes of addresses: what the program itself takes, and the engine.
const MEMORY: u64 = 512 << 20;
/// Later than everything that serves devices and operators.
const PRIORITY: i32 = 10;

/// What to run: one line of JSON each, answered by a line of [`sandbox::Ran`].
#[derive(Serialize, Deserialize)]
pub(super) struct Task<'a> {
    pub(super) code: Cow<'a, str>,
    pub(super) value: Cow<'a, str>,
}

/// Runs what comes in, until nothing comes any more.
pub(crate) fn serve() -> Result<()> {
    confine()?;
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    let mut line = String::new();
    while input.read_line(&mut line)? > 0 {
        let Task { code, value } = serde_json::from_str(&line)?;
        limit_work()?;
        let mut answer = serde_json::to_vec(&sandbox::run(&code, &value))?;
        answer.push(b'\n');
        output.write_all(&answer)?;
        output.flush()?;
        line.clear();
    }
    Ok(())
}

fn confine() -> Result<()> {
    setpriority_process(None, PRIORITY).context("no lower priority")?;
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 0),
        (Resource::Nproc, 0),
        (Resource::As, MEMORY),
    ];
    for (resource, most) in limits {
        let limit = Rlimit { current: Some(most), maximum: Some(most) };
        setrlimit(resource, limit).with_context(|| format!("no limit for {resource:?}"))?;
    }
    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
    system_calls::limit().context("no limit for system calls")?;
    Ok(())
}

/// From now on the process may work for [`MAX_WORK`].
fn limit_work() -> Result<()> {
    let worked = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec)?;
    let most = worked + MAX_WORK.as_secs();
    setrlimit(Resource::Cpu, Rlimit { current: Some(most), ..getrlimit(Resource::Cpu) })?;
    Ok(())
}

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod system_calls {
    use anyhow::Result;
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
        SeccompRule, apply_filter,
    };

    /// To read, to answer, to have memory, to know the time, to end.
    const ALLOWED: [i64; 24] = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
        libc::SYS_close,
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_futex,
        libc::SYS_getpid,
        libc::SYS_getrandom,
        libc::SYS_gettid,
        libc::SYS_gettimeofday,
        libc::SYS_madvise,
        libc::SYS_mmap,
        libc::SYS_mprotect,
        libc::SYS_mremap,
        libc::SYS_munmap,
        libc::SYS_read,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
        libc::SYS_tgkill,
        libc::SYS_write,
    ];

    /// Every other system call fails from here on.
    pub(super) fn limit() -> Result<()> {
        // Of limits only our own can be changed.
        let own = SeccompCondition::new(0, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, 0)?;
        let mut rules: std::collections::BTreeMap<_, _> =
            ALLOWED.into_iter().map(|call| (call, Vec::new())).collect();
        rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![own])?]);
        let refuse = SeccompAction::Errno(u32::try_from(libc::EPERM)?);
        let arch = std::env::consts::ARCH.try_into()?;
        let filter = SeccompFilter::new(rules, refuse, SeccompAction::Allow, arch)?;
        let program: BpfProgram = filter.try_into()?;
        Ok(apply_filter(&program)?)
    }
}
