use mcs_view::protocol::{
    Check, Checked, ExpectedMd5, Fault, FirmwareJob, JobStage, Lack, Trust, Verdict,
};

use super::{Upload, why_not};
use crate::test;
use crate::texts::firmware as t;

fn hashed(expected: ExpectedMd5) -> FirmwareJob {
    let stage = JobStage::Hashed { md5: "0".repeat(32), sha256: "0".repeat(64) };
    FirmwareJob { file: Some(("fw.bin".to_owned(), 3)), stage, expected, ..FirmwareJob::default() }
}

fn typed() -> Upload<'static> {
    Upload { name: "fw", version: "1.2.3", locked: None, trust: Trust::Any }
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

fn with(what: Checked, verdict: Verdict) -> FirmwareJob {
    FirmwareJob { checks: vec![Check { what, verdict }], ..hashed(ExpectedMd5::None) }
}

#[test]
fn a_check_that_failed_is_named() {
    let job = with(Checked::Seq, Verdict::Failed(Fault::Seq { seq: 1, newest: 2 }));
    let why = why_not(&typed(), &job, &[]).expect("a reason");
    assert!(why.contains(t::check_seq()), "{why}");
}

#[test]
fn where_only_signed_firmware_is_taken_a_signature_is_asked_for() {
    let strict = Upload { trust: Trust::SignedOnly, ..typed() };
    let unsigned = with(Checked::Signature, Verdict::NotPossible(Lack::Manifest));
    assert_eq!(why_not(&strict, &unsigned, &[]), Some(t::why_unsigned().to_owned()));
    assert_eq!(why_not(&strict, &with(Checked::Signature, Verdict::Passed), &[]), None);
    assert_eq!(why_not(&typed(), &unsigned, &[]), None);
}
