//! What outlives the server. A broker's folder is locked until its process ends, so this takes processes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use mcs_server::bus::{Config, EmbeddedBus, Limits};

use crate::gate::{DEVICE, TestGate};
use crate::wire::{Hello, Message, Raw, VERSIONS, Version};
use crate::{free_port, fresh_folder};

const FOLDER: &str = "MCS_BUS_FOLDER";

/// A broker in a process of its own, until it is told to stop.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "restart::a_broker_for_another_process", "--ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let lines = BufReader::new(child.stdout.as_mut().expect("piped")).lines();
        let address = lines
            .map_while(Result::ok)
            .find_map(|line| {
                line.split_once("listening on ").and_then(|(_, address)| address.parse().ok())
            })
            .expect("an address");
        Self { child, address }
    }

    fn stop(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("an end").success());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "run by the tests of this file, in a process of its own"]
async fn a_broker_for_another_process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let config = Config {
        mqtt: free_port(),
        mqtts: None,
        sessions: folder.into(),
        limits: Limits::default(),
    };
    let bus = EmbeddedBus::start(config, TestGate::new().0).await.expect("a broker");
    println!("listening on {}", bus.mqtt());
    std::io::stdout().flush().expect("written");
    let told = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    told.await.expect("a thread").expect("the end of the input");
    bus.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_what_waits_in_them_outlive_the_server() {
    let folder = fresh_folder();
    let topic = format!("{DEVICE}/switch");
    let id = |version| format!("returning-{version:?}");

    let broker = Process::start(&folder);
    for version in VERSIONS {
        let id = id(version);
        let mut device = Raw::connect(broker.address, &Hello::new(version, &id).lasting()).await;
        device.subscribe(&format!("{DEVICE}/+"), 1).await;
        device.disconnect().await;
    }
    let mut console = Raw::connect(broker.address, &Hello::new(Version::V311, "console")).await;
    for i in 0..100 {
        console.publish(&Message::new(&topic, &i.to_string(), 1)).await;
    }
    broker.stop();

    let broker = Process::start(&folder);
    let mut console = Raw::connect(broker.address, &Hello::new(Version::V311, "console")).await;
    console.publish(&Message::new(&topic, "100", 1)).await;
    for version in VERSIONS {
        let id = id(version);
        let (mut device, welcome) =
            Raw::try_connect(broker.address, &Hello::new(version, &id).lasting()).await;
        assert!(welcome.session_present, "{version:?}");
        let mut got = Vec::new();
        for _ in 0..=100 {
            got.push(String::from_utf8(device.message().await.payload).expect("a number"));
        }
        let expected: Vec<_> = (0..=100).map(|i: u32| i.to_string()).collect();
        assert_eq!(got, expected, "{version:?}");
    }
    broker.stop();
    std::fs::remove_dir_all(folder).expect("removed");
}
