//! The program's settings, its log, and its demo.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::Request;
use crate::mqtt::{Client, topic};
use crate::process::Process;
use crate::{Folder, ID, KEY, populate, program, soon};

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_explained_in_the_log_and_never_written_there() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let wrong = "wrongWrongWrong0";
    let path = format!("/mcs/v2/devices/{ID}/connections");
    let get = Request::new(server.http(), "GET", &path).header("deviceKey", wrong);
    assert_eq!(get.send().await.status, 401);
    let mut board = TcpStream::connect(server.address("command")).await.expect("a connection");
    board.write_all(format!("{ID},{wrong},0").as_bytes()).await.expect("to send");
    assert!(matches!(soon("the end", board.read(&mut [0])).await, Ok(0) | Err(_)));
    let mut client = Client::connect(server.mqtt(), "board", None).await;
    client.subscribe(&format!("mcs/{ID}/{wrong}/+")).await;
    for prefix in ["$exclusive", "$limit/1", "$share/only"] {
        client.subscribe(&format!("{prefix}/mcs/{ID}/{KEY}/+")).await;
    }
    // The broker closes the connection for this, and would say it as it is.
    let mut lost = Client::connect(server.mqtt(), "lost", None).await;
    lost.subscribe_in_vain(&format!("$limit/x/mcs/{ID}/{KEY}/+")).await;
    client.publish(&format!("mcs/{ID}/{wrong}/count"), ",count,1").await;
    client.publish("mcs/Dnobody0/0/count", ",count,1").await;
    client.publish(&topic("nope"), ",nope,1").await;
    server.terminate().await;
    let log = std::fs::read_to_string(folder.join("server.log")).expect("a log");
    for line in [
        "refused: that is not the key of device Dsre1qRQ",
        "Command Server login refused",
        "MQTT subscription refused",
        "MQTT message refused",
        "there is no device Dnobody0",
        "There is no such data channel nope for this device.",
    ] {
        assert!(log.contains(line), "{line}: {log}");
    }
    assert!(!log.contains(wrong) && !log.contains(KEY), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_two_boards_that_are_here_and_its_folder_is_of_use_without_them() {
    let folder = Folder::new();
    let server = Process::start(&folder, &["--demo"]).await;
    let lights = |devices: &Value| {
        let light = |it: &Value| format!("{} {}", it["id"], it["presence"]["transports"]);
        devices.as_array().expect("a list").iter().map(light).collect::<Vec<_>>()
    };
    let here = [r#""DemoMqtt" ["mqtt"]"#, r#""DemoTcp1" ["command"]"#];
    let devices = soon("two lights", async {
        loop {
            let devices = server.devices("demo", "demo").await;
            if lights(&devices) == here && devices[1]["lastPoints"][0].is_object() {
                return devices;
            }
        }
    })
    .await;
    server.terminate().await;

    let server = Process::start(&folder, &[]).await;
    let later = server.devices("demo", "demo").await;
    assert_eq!(lights(&later), [r#""DemoMqtt" []"#, r#""DemoTcp1" []"#]);
    assert_eq!(later[0]["prototype"], devices[0]["prototype"]);
    assert!(later[1]["lastPoints"][0].is_object());
    assert!(later[0]["presence"]["lastSeen"].is_u64());
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_keeps_is_for_its_owner_only_in_an_older_folder_too() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let data = folder.join("data");
    std::fs::create_dir(&data).expect("a folder");
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).expect("to open it");
    let import = ["prototype", "import", crate::PROTOTYPE];
    assert!(program(&data, &import).stdout(Stdio::null()).status().expect("to run").success());
    let server = Process::start_logging(&data, &folder.join("server.log"), &[], &[]).await;
    for entry in std::fs::read_dir(&data).expect("a folder") {
        let entry = entry.expect("an entry");
        let mode = entry.metadata().expect("a mode").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{:?}: {mode:o}", entry.path());
    }
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_refused_with_a_reason() {
    let folder = Folder::new();
    let server = Process::start(&folder, &[]).await;
    let second = program(&folder, &["serve", "--http", "127.0.0.1:0"]).output();
    let second = second.expect("to run");
    let told = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(!second.status.success() && told.contains("another mcs-server runs"), "{told}");
    server.terminate().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_come_from_the_file_then_from_variables_then_from_flags() {
    let folder = Folder::new();
    let file = folder.join("server.toml");
    let mut text = std::fs::File::create(&file).expect("a file");
    text.write_all(b"command-public = \"203.0.113.7:443\"\nmax-firmware = 5\n").expect("to write");
    populate(&folder).await;
    let file = file.to_str().expect("UTF-8");
    let path = format!("/mcs/v2/devices/{ID}/connections.csv");
    let variable = ("MCS_COMMAND_PUBLIC", "203.0.113.8:444");
    let flag = "--command-public=203.0.113.9:445";
    for (flags, variables, expected) in [
        (&["--config", file][..], &[][..], "203.0.113.7,443"),
        (&["--config", file], &[variable], "203.0.113.8,444"),
        (&["--config", file, flag], &[variable], "203.0.113.9,445"),
    ] {
        let server = Process::start_with(&folder, flags, variables).await;
        let reply = Request::new(server.http(), "GET", &path).header("deviceKey", KEY).send().await;
        assert_eq!(reply.text(), expected);
        server.terminate().await;
    }
    std::fs::write(file, "commmand = 1").expect("to write");
    let output = program(&folder, &["serve", "--config", file]).output().expect("to run");
    assert!(String::from_utf8_lossy(&output.stderr).contains("commmand"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_the_console_is_refused_and_a_former_folder_told() {
    let folder = Folder::new();
    let nowhere = folder.join("nowhere");
    let console = nowhere.to_str().expect("UTF-8");
    let serve = ["serve", "--http", "127.0.0.1:0", "--console", console];
    let output = program(&folder, &serve).output().expect("to run");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("the console's page is missing"), "{told}");

    std::fs::create_dir(folder.join("mqtt")).expect("a folder");
    let server = Process::start(&folder, &[]).await;
    server.terminate().await;
    let log = std::fs::read_to_string(folder.join("server.log")).expect("a log");
    assert!(log.contains("a folder of a former version"), "{log}");
}

/// A board that was deregistered goes on publishing for years.
#[tokio::test(flavor = "multi_thread")]
async fn a_point_that_is_refused_is_explained_in_the_log_whoever_sent_it_and_not_for_ever() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let mut board = Client::connect(server.mqtt(), "board", None).await;
    board.publish(&topic("nope"), ",nope,1").await;
    let path = format!("/mcs/v2/devices/{ID}/datapoints.csv");
    let upload =
        |body| Request::new(server.http(), "POST", &path).header("deviceKey", KEY).body(body);
    assert_eq!(upload("count,,many").send().await.status, 400);
    for _ in 0..40 {
        board.publish(&topic("led"), ",led,2").await;
    }
    server.terminate().await;
    let log = std::fs::read_to_string(folder.join("server.log")).expect("a log");
    let told = |word: &str| {
        let refused = log.lines().filter(|it| it.contains("a data point was refused"));
        refused.filter(|it| it.contains(ID) && it.contains(word)).count()
    };
    assert_eq!((told("nope"), told("count")), (1, 1), "{log}");
    assert!((1..10).contains(&told("led")), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_refused_again_and_again_does_not_fill_the_log() {
    let folder = Folder::new();
    populate(&folder).await;
    let server = Process::start(&folder, &[]).await;
    let mut board = Client::connect(server.mqtt(), "gone", None).await;
    for _ in 0..40 {
        board.publish("mcs/Dgone000/keyOfNobody00000/count", ",count,1").await;
    }
    for _ in 0..40 {
        let path = "/mcs/v2/devices/Drest000/connections";
        let call = Request::new(server.http(), "GET", path).header("deviceKey", "keyOfNobody00000");
        assert_eq!(call.send().await.status, 401);
    }
    server.terminate().await;
    let log = std::fs::read_to_string(folder.join("server.log")).expect("a log");
    for device in ["Dgone000", "Drest000"] {
        let told = format!("there is no device {device}");
        let lines = log.lines().filter(|it| it.contains(&told)).count();
        assert!((1..=10).contains(&lines), "{lines} lines: {log}");
    }
}
