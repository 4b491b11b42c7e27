//! The program itself, in a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};

use serde_json::{Value, json};

use crate::client::Request;
use crate::{program, soon};

/// A server in a process of its own.
pub(crate) struct Process {
    child: Child,
    /// What it printed when it was ready.
    pub(crate) ready: Value,
}

impl Process {
    pub(crate) async fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_with(data, arguments, &[]).await
    }

    pub(crate) async fn start_with(
        data: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        Self::start_logging(data, &data.join("server.log"), arguments, variables).await
    }

    pub(crate) async fn start_logging(
        data: &Path,
        log: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let free = "127.0.0.1:0";
        let listeners = ["serve", "--http", free, "--mqtt", free, "--ws", free, "--command", free];
        let log = File::options().create(true).append(true).open(log);
        let log = log.expect("a file");
        let mut command = program(data, &[&listeners, arguments].concat());
        let mut child = command
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("to run");
        let stdout = child.stdout.take().expect("a pipe");
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        let line = soon("the ready line", line).await.expect("a thread").expect("a line");
        let ready = serde_json::from_str(&line).expect("one line of JSON");
        Self { child, ready }
    }

    pub(crate) fn http(&self) -> SocketAddr {
        self.address("http")
    }

    pub(crate) fn mqtt(&self) -> SocketAddr {
        self.address("mqtt")
    }

    pub(crate) fn address(&self, listener: &str) -> SocketAddr {
        self.ready[listener].as_str().and_then(|it| it.parse().ok()).expect("an address")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Files and sockets that it has open.
    pub(crate) fn descriptors(&self) -> usize {
        let open = std::fs::read_dir(format!("/proc/{}/fd", self.id()));
        open.expect("Linux").count()
    }

    /// The list of devices for somebody who signs in.
    pub(crate) async fn devices(&self, name: &str, password: &str) -> Value {
        let token = self.token(name, password).await;
        let list = Request::new(self.http(), "GET", "/api/devices").header("Authorization", &token);
        list.send().await.json()
    }

    /// Signs in. Answers what to send as `Authorization`.
    pub(crate) async fn token(&self, name: &str, password: &str) -> String {
        let body = json!({ "name": name, "password": password }).to_string();
        let login = Request::new(self.http(), "POST", "/api/login").body(body).send().await.json();
        format!("Bearer {}", login["token"].as_str().expect("a token"))
    }

    /// Ends it as a service manager does.
    pub(crate) async fn terminate(self) {
        let status = self.end("-TERM").await;
        assert!(status.success(), "{status}");
    }

    pub(crate) async fn end(mut self, signal: &str) -> ExitStatus {
        let pid = self.child.id().to_string();
        let kill = std::process::Command::new("kill").args([signal, &pid]).status().expect("kill");
        assert!(kill.success());
        let status = tokio::task::spawn_blocking(move || self.child.wait());
        soon("the end", status).await.expect("a thread").expect("a status")
    }
}
