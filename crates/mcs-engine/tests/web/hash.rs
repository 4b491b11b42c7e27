//! Files are hashed in pieces.

use mcs_engine::hash::{self, Report};
use mcs_view::{Ended, Hashes};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::job::{file, hashes_of, listen, turn, until};

#[wasm_bindgen_test]
async fn a_short_file_has_its_known_hashes() {
    let (job, heard) = listen(|_, _| {});
    hash::start(file(b"abc").into(), job);
    until(&heard, |it| it.ended.is_some()).await;
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".to_owned();
    let md5 = "900150983cd24fb0d6963f7d28e17f72".to_owned();
    let ended = Ended::Hashed(Hashes { size: 3, md5, sha256 });
    assert_eq!(heard.borrow().ended, Some(ended));
}

#[wasm_bindgen_test]
async fn a_file_of_several_pieces_tells_its_progress_and_ends_right() {
    let bytes: Vec<u8> = (0..3 * 1024 * 1024 + 17).map(|it| (it % 251) as u8).collect();
    let (job, heard) = listen(|_, _| {});
    hash::start(file(&bytes).into(), job);
    until(&heard, |it| it.ended.is_some()).await;
    let heard = heard.borrow();
    assert_eq!(heard.ended, Some(Ended::Hashed(hashes_of(&bytes))));
    assert!(heard.progress.is_sorted() && heard.progress.len() <= 4, "{:?}", heard.progress);
    assert!(heard.progress[0] >= 1_048_576, "{:?}", heard.progress);
    assert_eq!(heard.progress.last(), Some(&(bytes.len() as u64)));
}

#[wasm_bindgen_test]
async fn a_job_that_is_stopped_says_nothing_more() {
    let (job, heard) = listen(|job, report| {
        if matches!(report, Report::Progress(_)) {
            job.stop();
        }
    });
    hash::start(file(&vec![7; 3 * 1024 * 1024]).into(), job);
    until(&heard, |it| !it.progress.is_empty()).await;
    for _ in 0..100 {
        turn().await;
    }
    assert_eq!(heard.borrow().progress.len(), 1);
    assert_eq!(heard.borrow().ended, None);
}

#[wasm_bindgen_test]
async fn everything_else_has_its_turn_while_a_file_is_hashed() {
    let (job, heard) = listen(|_, _| {});
    hash::start(file(&vec![7; 64 * 1024 * 1024]).into(), job);
    let mut turns = 0;
    while heard.borrow().ended.is_none() {
        turn().await;
        turns += 1;
    }
    assert!(turns >= 20, "{turns} turns in 64 pieces");
}

#[wasm_bindgen_test]
async fn an_empty_file_has_hashes_too() {
    let (job, heard) = listen(|_, _| {});
    hash::start(file(b"").into(), job);
    until(&heard, |it| it.ended.is_some()).await;
    assert_eq!(heard.borrow().ended, Some(Ended::Hashed(hashes_of(b""))));
}
