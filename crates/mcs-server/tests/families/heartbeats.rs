//! Heartbeats over the limit (CONTRACT §3.3): every family beats in its own shape and at its own pace, here a hundred
//! times as fast as in the field, and so is the server's patience.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::{Site, Transcript};

/// Of one of our seconds a device sees 100.
const SILENCE: Duration = Duration::from_millis(1_200);

async fn patient() -> Site {
    Site::with(|config| {
        config.command_protocol.silence = SILENCE;
        // For a machine that has other things to do.
        config.command_protocol.grace = Duration::from_millis(1_000);
    })
    .await
}

/// Beats for more than twice as long as the server waits, and still gets a command.
async fn beats(site: &Site, board: &Transcript, parts: &[&str], echo: &str, period: Duration) {
    let mut tcp = board.dial("tcp", site.command()).await;
    let start = Instant::now();
    while start.elapsed() < 2 * (SILENCE + Duration::from_millis(1_000)) {
        for part in parts {
            tcp.sends(part).await;
        }
        tcp.receives(echo).await;
        sleep(period).await;
    }
    site.set(board, "LED_Control", "1").await;
    tcp.receives("<id>,<key>,<time>,LED_Control,1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_family_beats_fast_enough() {
    let site = &patient().await;
    let boards = site.boards(["Arduino library", "mcsjs", "C library", "Python", "LinkIt ONE"]);
    let with_zero = "<id>,<key>,0";
    let fifty = format!("{with_zero}{}", r"\0".repeat(23));
    let millis = Duration::from_millis;
    let (empty, one, padded) = (["<id>,<key>,"], [with_zero], [&*fifty]);
    let lines = [with_zero, r"\r\n", r"\r\n"];
    tokio::join!(
        beats(site, &boards[0], &empty, empty[0], millis(600)),
        beats(site, &boards[1], &one, with_zero, millis(500)),
        beats(site, &boards[2], &padded, with_zero, millis(300)),
        beats(site, &boards[3], &one, with_zero, millis(400)),
        beats(site, &boards[4], &lines, with_zero, millis(500)),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_board_that_says_nothing_more_is_let_go_and_comes_back() {
    let site = patient().await;
    let board = site.board("LinkIt ONE, asleep");
    let mut tcp = board.dial("tcp", site.command()).await;
    tcp.sends("<id>,<key>,0").await;
    tcp.receives("<id>,<key>,0").await;
    let start = Instant::now();
    tcp.is_closed().await;
    assert!(start.elapsed() > SILENCE, "after {:?}", start.elapsed());
    let mut tcp = board.dial("tcp", site.command()).await;
    tcp.sends("<id>,<key>,0").await;
    tcp.receives("<id>,<key>,0").await;
    site.set(&board, "LED_Control", "1").await;
    tcp.receives("<id>,<key>,<time>,LED_Control,1").await;
}
