use mcs_fota::Reason;
use mcs_fota::rollout::api::About;
use mcs_fota::rollout::{Plan, Release, Rollout, Target, Transport};
use mcs_model::Timestamp;
use mcs_model::api::PushState;

use super::*;

fn info() -> RolloutInfo {
    let release = Release {
        firmware: "F1".parse().unwrap(),
        version: "2.0".parse().unwrap(),
        model: None,
        min_version: None,
        verified: true,
        older: false,
    };
    let device = "D1".parse().unwrap();
    let target = Target { device, reported: None, model: None, compatible: true };
    let now = Timestamp::from_millis(7);
    let rollout = Rollout::new(release, Plan::at_once(), vec![target], vec![], now).unwrap();
    let prototype = "P1".parse().unwrap();
    let about = About { id: "R1", by: "ada", prototype: &prototype, name: "App", sha256: "ba78" };
    RolloutInfo::new(&rollout, &about)
}

fn entries() -> Vec<AuditEntry> {
    let device = || Some("D1".parse().unwrap());
    let reason = Reason::Said("full, \"very\"".to_owned());
    let made = AuditEvent::Made { sha256: "ba78".to_owned(), devices: 1, overrides: vec![] };
    let notice = AuditEvent::Notice { transport: Transport::Mqtt, notice: 1, reason: Reason::None };
    let ended = AuditEvent::Ended { state: PushState::Failed, reason };
    let entry = |at, by: Option<&str>, device, event| AuditEntry {
        at: Timestamp::from_millis(at),
        by: by.map(str::to_owned),
        device,
        event,
    };
    vec![
        entry(1, Some("=ada"), None, made),
        entry(2, None, device(), notice),
        entry(3, None, device(), ended),
    ]
}

#[test]
fn a_table_says_who_sent_what_to_whom_and_what_became_of_it() {
    let table = csv(&info(), &entries());
    let lines: Vec<_> = table.split("\r\n").collect();
    assert_eq!(lines[0], "at,by,rollout,version,sha256,device,event,detail");
    assert_eq!(lines[1], r#"1,"'=ada",R1,2.0,ba78,,made,"[1,[]]""#);
    assert_eq!(lines[2], r#"2,,R1,2.0,ba78,D1,notice,"[""mqtt"",1,""none""]""#);
    assert!(lines[3].starts_with("3,,R1,2.0,ba78,D1,ended,"), "{}", lines[3]);
    assert_eq!(lines.len(), 5);
}

#[test]
fn every_line_is_an_object_by_itself() {
    let text = jsonl(&info(), &entries());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3);
    for line in lines {
        let entry: AuditEntry = api::from_json(line.as_bytes()).unwrap();
        assert!(entries().contains(&entry));
        assert!(line.contains(r#""sha256":"ba78""#), "{line}");
    }
}
