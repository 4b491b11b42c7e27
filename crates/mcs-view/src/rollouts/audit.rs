//! What was done in a rollout, as a file: who sent which file to which devices, when, and what
//! became of each.

use mcs_fota::rollout::api::{AuditEntry, AuditEvent, RolloutInfo};
use mcs_model::api;
use serde::Serialize;

#[cfg(test)]
mod tests;

/// A line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    rollout: &'a str,
    firmware: &'a str,
    version: &'a str,
    sha256: &'a str,
    #[serde(flatten)]
    entry: &'a AuditEntry,
}

/// One JSON object a line, oldest first.
pub fn jsonl(info: &RolloutInfo, entries: &[AuditEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        let line = Line {
            rollout: &info.id,
            firmware: info.firmware.as_str(),
            version: info.version.as_str(),
            sha256: &info.sha256,
            entry,
        };
        text.push_str(&String::from_utf8_lossy(&api::to_json(&line)));
        text.push('\n');
    }
    text
}

/// A table with a head, oldest first; `at` is milliseconds since 1970, `detail` is JSON.
pub fn csv(info: &RolloutInfo, entries: &[AuditEntry]) -> String {
    let mut text = "at,by,rollout,version,sha256,device,event,detail\r\n".to_owned();
    for it in entries {
        let (event, detail) = parts(&it.event);
        let at = it.at.as_millis().to_string();
        let cells = [
            at.as_str(),
            it.by.as_deref().unwrap_or_default(),
            &info.id,
            info.version.as_str(),
            &info.sha256,
            it.device.as_ref().map_or("", |it| it.as_str()),
            event,
            &detail,
        ];
        let cells: Vec<_> = cells.into_iter().map(cell).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Its name and the rest of it.
fn parts(event: &AuditEvent) -> (&'static str, String) {
    let json = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    match event {
        AuditEvent::Made { devices, overrides, .. } => {
            ("made", json(api::to_json(&(devices, overrides))))
        }
        AuditEvent::Act(deed) => ("act", json(api::to_json(deed))),
        AuditEvent::Course(course) => ("course", json(api::to_json(course))),
        AuditEvent::Notice { transport, notice, reason } => {
            ("notice", json(api::to_json(&(transport, notice, reason))))
        }
        AuditEvent::Ended { state, reason } => ("ended", json(api::to_json(&(state, reason)))),
        other => ("other", json(api::to_json(other))),
    }
}

/// Quoted where it must be. What a spreadsheet would take for a formula is made a text.
fn cell(text: &str) -> String {
    let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    if guard.is_empty() && !text.contains(['"', ',', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}
