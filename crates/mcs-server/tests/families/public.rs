//! Clients that people install: the two programs of libmosquitto in each version of MQTT, and paho for Python.
//! `rumqttc` is the client of most other tests of this crate.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

use crate::{Site, Transcript};

const VERSIONS: [&str; 3] = ["mqttv31", "mqttv311", "mqttv5"];

/// Runs one of libmosquitto's programs on a topic of the board, to its end.
async fn run(site: &Site, board: &Transcript, program: &str, level: &str, more: &[&str]) -> String {
    let topic = format!("mcs/{}/{}/{level}", board.names.id, board.names.key);
    let mut command = Command::new(program);
    command
        .args(["-h", "127.0.0.1", "-p", &site.mqtt().port().to_string(), "-t", &topic])
        .args(more);
    board.meanwhile(&format!("{program} -t {topic} {}", more.join(" ")));
    let output = tokio::task::spawn_blocking(move || command.output()).await.expect("a thread");
    let Output { status, stdout, stderr } = output.unwrap_or_else(|error| {
        panic!("{program} (Debian package mosquitto-clients) cannot be started: {error}")
    });
    let errors = String::from_utf8_lossy(&stderr);
    assert!(status.success() && errors.is_empty(), "{status}: {errors}");
    String::from_utf8(stdout).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn mosquitto_pub_uploads_at_every_quality() {
    let site = Site::start().await;
    let board = site.board("mosquitto_pub");
    for (tens, version) in VERSIONS.into_iter().enumerate() {
        for qos in ["0", "1", "2"] {
            let value = format!("{tens}{qos}").parse::<u8>().expect("a number").to_string();
            let point = format!(",integer,{value}");
            let arguments = ["-V", version, "-q", qos, "-m", &point];
            run(&site, &board, "mosquitto_pub", "integer", &arguments).await;
            site.latest_becomes(&board, "integer", &value).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mosquitto_sub_gets_what_waited_for_it() {
    let site = Site::start().await;
    let board = site.board("mosquitto_sub");
    for version in VERSIONS {
        let mut lasting = vec!["-V", version, "-i", version, "-c", "-q", "1", "-W", "30"];
        if version == "mqttv5" {
            lasting.extend(["-x", "3600"]);
        }
        // It subscribes and goes; what is set meanwhile it gets when it is back.
        let subscribe = [&lasting[..], &["-E"]].concat();
        assert_eq!(run(&site, &board, "mosquitto_sub", "+", &subscribe).await, "");
        site.set(&board, "switch", "1").await;
        site.set(&board, "target", "25.03,121.56,10").await;
        let receive = [&lasting[..], &["-C", "2", "-F", "%q %r %p"]].concat();
        let heard = run(&site, &board, "mosquitto_sub", "+", &receive).await;
        let lines: Vec<_> = heard.lines().collect();
        assert!(lines[0].starts_with("1 0 ") && lines[0].ends_with(",switch,1"), "{heard}");
        assert!(lines[1].ends_with(",target,25.03,121.56,10"), "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mosquitto_sub_gets_what_is_retained() {
    let site = Site::start().await;
    let board = site.board("mosquitto_sub");
    for (n, version) in VERSIONS.into_iter().enumerate() {
        let point = format!("148000000000{n},status,ready");
        let publish = ["-V", version, "-q", "1", "-r", "-m", &point];
        run(&site, &board, "mosquitto_pub", "status", &publish).await;
        let receive = ["-V", version, "-q", "1", "-C", "1", "-W", "30", "-F", "%q %r %p"];
        let heard = run(&site, &board, "mosquitto_sub", "#", &receive).await;
        assert_eq!(heard, format!("1 1 {point}\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_program_reports_what_the_switch_is_set_to() {
    let site = Site::start().await;
    let board = site.board("paho for Python");
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/families/public/device.py");
    let port = site.mqtt().port().to_string();
    for value in ["1", "0"] {
        let mut command = Command::new(python());
        command.args([
            "-W",
            "ignore",
            program,
            "127.0.0.1",
            &port,
            board.names.id,
            board.names.key,
        ]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("to run");
        let stdout = child.stdout.take().expect("a pipe");
        let ready = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        assert_eq!(ready.await.expect("a thread").expect("a line"), "subscribed\n");
        site.set(&board, "switch", value).await;
        let ended = tokio::task::spawn_blocking(move || child.wait()).await.expect("a thread");
        assert!(ended.expect("an end").success());
        assert_eq!(site.latest(&board, "LED_Display").await, value);
    }
}

/// A Python that has paho.
fn python() -> OsString {
    let has_paho = |it: &OsString| {
        let import = Command::new(it).args(["-c", "import paho.mqtt.client"]).output();
        import.is_ok_and(|it| it.status.success())
    };
    // Debian's own has Debian's libraries, if another comes first.
    let known = ["python3", "/usr/bin/python3"].map(OsString::from);
    named("python")
        .into_iter()
        .chain(known)
        .find(has_paho)
        .expect("this test needs paho for Python (Debian package python3-paho-mqtt)")
}

/// The program that the environment names.
fn named(program: &str) -> Option<OsString> {
    std::env::var_os(program.to_uppercase())
}
