use mcs_view::protocol::{ExpectedMd5, FirmwareJob, JobStage};

use super::{Upload, why_not};
use crate::test;
use crate::texts::firmware as t;

fn hashed(expected: ExpectedMd5) -> FirmwareJob {
    let stage = JobStage::Hashed { md5: "0".repeat(32), sha256: "0".repeat(64) };
    FirmwareJob { file: Some(("fw.bin".to_owned(), 3)), stage, expected }
}

fn typed() -> Upload<'static> {
    Upload { name: "fw", version: "1.2.3", locked: None }
}

#[test]
fn a_hashed_file_with_name_and_version_can_be_uploaded() {
    assert_eq!(why_not(&typed(), &hashed(ExpectedMd5::None), &[]), None);
    assert_eq!(why_not(&typed(), &hashed(ExpectedMd5::Match), &[]), None);
}

#[test]
fn a_mismatch_stops_the_upload_whatever_else_is_right() {
    let why = why_not(&typed(), &hashed(ExpectedMd5::Mismatch), &[]).expect("a reason");
    assert!(why.contains("MD5"), "{why}");
}

#[test]
fn a_mistyped_expectation_stops_the_upload_too() {
    assert!(why_not(&typed(), &hashed(ExpectedMd5::Invalid), &[]).is_some());
}

#[test]
fn nothing_is_uploaded_before_it_is_hashed() {
    let job =
        FirmwareJob { stage: JobStage::Hashing { done: 1, total: 3 }, ..FirmwareJob::default() };
    assert!(why_not(&typed(), &job, &[]).is_some());
    assert!(why_not(&typed(), &FirmwareJob::default(), &[]).is_some());
}

#[test]
fn a_blank_version_is_asked_for() {
    let upload = Upload { version: "  ", ..typed() };
    assert_eq!(
        why_not(&upload, &hashed(ExpectedMd5::None), &[]),
        Some(t::why_version().to_owned())
    );
}

#[test]
fn a_comma_in_a_version_is_said_before_the_upload() {
    let upload = Upload { version: "1,2", ..typed() };
    let why = why_not(&upload, &hashed(ExpectedMd5::None), &[]);
    assert_eq!(why, Some(t::why_comma().to_owned()));
}

#[test]
fn a_viewer_uploads_nothing() {
    let upload = Upload { locked: Some("Your role may only see"), ..typed() };
    assert!(why_not(&upload, &hashed(ExpectedMd5::None), &[]).is_some());
}
