use tokio::io::AsyncWriteExt;

use crate::cloud::{Cloud, PREFIX};

#[tokio::test]
async fn a_command_is_reported_with_the_devices_key_and_does_not_loop() {
    let mut cloud = Cloud::with_board(b"").await;
    let mut commands = cloud.connected().await;
    let command = format!("{PREFIX}1700000000000,target,42");
    commands.write_all(command.as_bytes()).await.unwrap();
    let report = cloud.request(",42").await;
    assert_eq!(report.line, "POST /mcs/v2/devices/Dtest001/datapoints.csv");
    assert_eq!(report.key, "testKey000000001");
    let point = report.body.lines().find(|it| it.starts_with("target,")).unwrap();
    let (time, value) = point.trim_start_matches("target,").split_once(',').unwrap();
    assert_eq!(value, "42");

    // The server sends on what was uploaded to a controller: this is the board's own word.
    let echo = format!("{PREFIX}{time},target,42");
    commands.write_all(echo.as_bytes()).await.unwrap();
    let next = format!("{PREFIX}1700000000001,target,43");
    commands.write_all(next.as_bytes()).await.unwrap();
    let report = cloud.request("target,").await;
    assert!(report.body.contains(",43"), "{report:?}");
}

#[tokio::test]
async fn it_uploads_at_most_five_points_a_request() {
    let mut cloud = Cloud::with_board(b"").await;
    let _commands = cloud.connected().await;
    for _ in 0..10 {
        let upload = cloud.request("datapoints.csv").await;
        let points = upload.body.lines().count();
        assert!((1..=5).contains(&points), "{upload:?}");
    }
}

#[tokio::test]
async fn it_comes_back_when_the_server_hangs_up() {
    let cloud = Cloud::with_board(b"").await;
    drop(cloud.connected().await);
    cloud.connected().await;
}
