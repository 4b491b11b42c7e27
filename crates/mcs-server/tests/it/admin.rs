use serde_json::json;

use crate::client::Request;
use crate::process::Process;
use crate::{Folder, ID, KEY, Site, admin, populate, program};

#[tokio::test(flavor = "multi_thread")]
async fn what_an_admin_command_adds_is_there_for_a_running_server_at_once() {
    let site = Site::start().await;
    let key = "0123456789abcdef";
    let add =
        ["device", "add", &site.product, "--name", "Second", "--id", "Dsecond1", "--key", key];
    admin(&site.folder, &add).await;
    let path = "/mcs/v2/devices/Dsecond1/datapoints.csv";
    let upload = Request::new(site.http(), "POST", path).header("deviceKey", key).body("count,,1");
    assert_eq!(upload.send().await.text(), "Success.");
}

#[tokio::test]
async fn ids_and_keys_are_made_up_when_none_are_given() {
    let folder = Folder::new();
    let product = populate(&folder).await;
    assert_eq!((product.len(), &product[..1]), (12, "P"));
    let added = admin(&folder, &["device", "add", &product, "--name", "Third"]).await;
    assert_eq!(added["deviceId"].as_str().map(str::len), Some(8));
    assert_eq!(added["deviceKey"].as_str().map(str::len), Some(16));
    let list = admin(&folder, &["device", "list"]).await;
    assert!(list.as_array().is_some_and(|it| it.len() == 2), "{list}");
    assert!(list.as_array().is_some_and(|it| it.iter().any(|it| it["name"] == json!("Third"))));
}

#[tokio::test]
async fn what_cannot_be_done_is_told_and_changes_nothing() {
    let folder = Folder::new();
    let product = populate(&folder).await;
    let missing = folder.join("missing.json");
    let missing = missing.to_str().expect("UTF-8");
    for (arguments, why) in [
        (&["device", "add", "Pnone", "--name", "X"][..], "there is no prototype Pnone"),
        (&["device", "add", &product, "--name", "X", "--id", crate::ID], "already"),
        (&["device", "add", &product, "--name", " "], "the name is empty"),
        (&["prototype", "import", missing], "cannot read"),
    ] {
        let output = program(&folder, arguments).output().expect("to run");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(why), "{arguments:?}: {told}");
        assert!(output.stdout.is_empty());
    }
    let list = admin(&folder, &["device", "list"]).await;
    assert_eq!(list.as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_list_of_devices_is_imported_whole_or_not_at_all() {
    let folder = Folder::new();
    let product = populate(&folder).await;
    let file = folder.join("devices.csv");
    let path = file.to_str().expect("UTF-8");
    let import = ["device", "import", &product, path];

    std::fs::write(&file, "Dlist001,key1,Hall, left\n\n Dlist002 , key2\r\n").expect("a file");
    assert_eq!(admin(&folder, &import).await, json!({ "devices": 2 }));
    let list = admin(&folder, &["device", "list"]).await;
    let named = |id: &str, key: &str, name: &str| json!({ "deviceId": id, "deviceKey": key, "name": name, "prodId": product });
    assert_eq!(list[0], named("Dlist001", "key1", "Hall, left"));
    assert_eq!(list[1], named("Dlist002", "key2", "Dlist002"));

    for (text, why) in [
        ("Dlist003,secret3\nDlist002,secret2\n", "there is a device Dlist002 already"),
        ("Dlist003,secret3\nDlist004\n", "line 2"),
    ] {
        std::fs::write(&file, text).expect("a file");
        let output = program(&folder, &import).output().expect("to run");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && told.contains(why), "{text}: {told}");
        assert!(!told.contains("secret"), "{told}");
    }
    let list = admin(&folder, &["device", "list"]).await;
    assert_eq!(list.as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_slip_in_the_folders_name_is_told_and_makes_no_folder() {
    let folder = Folder::new();
    populate(&folder).await;
    let slip = folder.join("dtaa");
    let elsewhere = folder.join("copy");
    let file = elsewhere.to_str().expect("UTF-8");
    for arguments in [
        &["user", "list"][..],
        &["device", "list"],
        &["prototype", "list"],
        &["token", "list"],
        &["backup", file],
    ] {
        let output = program(&slip, arguments).output().expect("to run");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        let why = "there is no database in the data folder";
        assert!(!output.status.success() && told.contains(why), "{arguments:?}: {told}");
        assert!(!slip.exists(), "{arguments:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_taken_while_the_server_runs_and_a_server_goes_on_from_it() {
    let site = Site::start().await;
    let upload = site.device("POST", "/datapoints.csv").body("count,1432538716989,7").send().await;
    assert_eq!(upload.status, 200);
    let copy = Folder::new();
    let file = copy.join("mcs.sqlite3");
    let file = file.to_str().expect("UTF-8");
    assert_eq!(admin(&site.folder, &["backup", file]).await, json!({ "backup": file }));
    site.device("POST", "/datapoints.csv").body("count,1432538716990,8").send().await;

    let other = Process::start(&copy, &[]).await;
    let path = format!("/mcs/v2/devices/{ID}/datachannels/count/datapoints.csv");
    let last = Request::new(other.http(), "GET", &path).header("deviceKey", KEY).send().await;
    assert_eq!(last.text(), "count,1432538716989,7");
    other.terminate().await;

    let output = program(&site.folder, &["backup", file]).output().expect("to run");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains("exists already"), "{told}");
}
