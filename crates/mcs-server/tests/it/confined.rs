//! The processes in which the code of functions runs.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::client::Request;
use crate::functions::draft;
use crate::process::Process;
use crate::{Folder, add_user, soon};

/// The engine does not stop within one of its own steps, and this one takes years.
const STUCK: &str = "Array.prototype.reverse.call({ length: 2 ** 53 - 1 })";
const QUICK: &str = "return { temp_cel: context.value }";

struct Author {
    server: Process,
    token: String,
}

impl Author {
    async fn new(folder: &Folder) -> Self {
        add_user(folder, "admin").await;
        let server = Process::start(folder, &[]).await;
        let token = server.token("admin", "secret").await;
        Self { server, token }
    }

    /// What becomes of code that is tried on a value.
    async fn attempt(&self, code: &str) -> Value {
        let trial = json!({ "draft": draft(code), "channel": "temp_fht", "value": "41" });
        let request = Request::new(self.server.http(), "POST", "/api/functions/try");
        let reply = request.header("Authorization", &self.token).body(trial.to_string()).send();
        let reply = soon("the run", reply).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply.json()
    }

    async fn works(&self) {
        let run = self.attempt(QUICK).await;
        assert_eq!(run["points"], json!([{ "channel": "temp_cel", "value": "41" }]), "{run}");
    }

    /// The folders of the processes below `/proc`.
    fn processes(&self) -> Vec<PathBuf> {
        let of_the_server = format!("PPid:\t{}\n", self.server.id());
        let all = std::fs::read_dir("/proc").expect("Linux").flatten().map(|it| it.path());
        let status = |it: &PathBuf| std::fs::read_to_string(it.join("status")).unwrap_or_default();
        all.filter(|it| status(it).contains(&of_the_server)).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn code_runs_where_nothing_of_the_machine_is_in_reach() {
    let folder = Folder::new();
    let author = Author::new(&folder).await;
    assert_eq!(author.processes(), [] as [PathBuf; 0], "nobody asked for one");
    author.works().await;
    let processes = author.processes();
    let process = processes.first().expect("a process");
    let read = |name: &str| std::fs::read_to_string(process.join(name)).expect("Linux");
    assert_eq!(read("environ"), "");
    assert_eq!(process.join("cwd").read_link().expect("Linux"), PathBuf::from("/"));
    for file in std::fs::read_dir(process.join("fd")).expect("Linux").flatten() {
        let file = file.path().read_link().expect("Linux").display().to_string();
        assert!(!file.starts_with("socket:") && !file.contains("sqlite"), "{file}");
    }
    for rule in ["NoNewPrivs:\t1", "Seccomp:\t2"] {
        assert!(read("status").contains(rule), "{}", read("status"));
    }
    for limit in ["Max open files            0 ", "Max core file size        0 "] {
        assert!(read("limits").contains(limit), "{}", read("limits"));
    }
    author.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn code_that_nothing_interrupts_is_ended_by_the_system() {
    let folder = Folder::new();
    let author = Author::new(&folder).await;
    assert_eq!(author.attempt(STUCK).await["troubles"], json!(["timeLimit"]));
    author.works().await;
    assert_eq!(author.attempt(STUCK).await["troubles"], json!(["setAside"]));
    author.server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_was_killed_is_replaced_and_none_outlives_the_server() {
    let folder = Folder::new();
    let author = Author::new(&folder).await;
    author.works().await;
    let killed = author.processes();
    for process in &killed {
        let pid = process.file_name().expect("a number");
        assert!(Command::new("kill").arg("-KILL").arg(pid).status().expect("kill").success());
    }
    author.works().await;
    author.works().await;
    let processes = author.processes();
    assert!(!processes.is_empty());
    author.server.end("-KILL").await;
    soon("their end", async {
        while processes.iter().any(|it| it.exists()) {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
