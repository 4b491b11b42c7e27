use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::cloud::{Cloud, PREFIX, soon};

const IMAGE: &[u8] = b"abc";
const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

fn notice(cloud: &Cloud, md5: &str) -> String {
    format!("{PREFIX}1700000000000,FOTA,2.0,{md5},http://{}/fw/token", cloud.http)
}

#[tokio::test]
async fn a_notice_is_followed_by_a_restart_and_a_report_of_the_version() {
    let mut cloud = Cloud::with_board(IMAGE).await;
    let mut commands = cloud.connected().await;
    commands.write_all(notice(&cloud, MD5).as_bytes()).await.unwrap();
    cloud.request("GET /fw/token").await;
    let mut rest = Vec::new();
    soon("the restart", commands.read_to_end(&mut rest)).await.unwrap();

    let _commands = cloud.connected().await;
    let report = cloud.request("PUT ").await;
    assert_eq!(report.line, "PUT /mcs/v2/devices/Dtest001/firmwares");
    assert_eq!(report.key, "testKey000000001");
    assert_eq!(report.body, r#"{"version":"2.0"}"#);
    cloud.request("running 2.0").await;
}

#[tokio::test]
async fn an_image_with_another_md5_is_refused_and_the_old_version_stays() {
    let mut cloud = Cloud::with_board(b"abd").await;
    let mut commands = cloud.connected().await;
    commands.write_all(notice(&cloud, MD5).as_bytes()).await.unwrap();
    let refused = cloud.request("firmware refused: its MD5 is ").await;
    assert!(refused.body.contains(MD5), "{refused:?}");

    // It did not restart: the same connection takes commands.
    commands.write_all(format!("{PREFIX}1,target,7").as_bytes()).await.unwrap();
    cloud.request(",7").await;
}

#[tokio::test]
async fn a_notice_without_an_md5_is_taken_by_its_length_alone() {
    let mut cloud = Cloud::with_board(IMAGE).await;
    let mut commands = cloud.connected().await;
    commands.write_all(notice(&cloud, "null").as_bytes()).await.unwrap();
    let _commands = cloud.connected().await;
    cloud.request("PUT ").await;
}

#[tokio::test]
async fn a_notice_that_is_none_is_told() {
    let mut cloud = Cloud::with_board(IMAGE).await;
    let mut commands = cloud.connected().await;
    let notice = format!("{PREFIX}1700000000000,FOTA,2.0,null,ftp://somewhere");
    commands.write_all(notice.as_bytes()).await.unwrap();
    cloud.request("firmware refused: the URL").await;
}
