//! Messages on their way to a file, piece by piece: the page asks for the next when it has written
//! the last.

use core::fmt::Write as _;

use super::found::Found;
use super::log::{Log, Stored};
use super::show;
use super::topics::Topics;
use crate::protocol::{Direction, ExportPiece, FileFormat};

/// A piece is not much longer than this, in bytes.
const PIECE: usize = 256 * 1024;

/// Most messages that are looked at for one piece.
const PIECE_ROWS: u64 = 20_000;

/// What came up to the beginning of the export, as far as it matches.
#[derive(Debug)]
pub(super) struct Export {
    format: FileFormat,
    found: Found,
    next: u64,
    end: u64,
    written: u64,
    evicted: u64,
    /// The page waits for a piece.
    pub(super) wanted: bool,
}

impl Export {
    pub(super) fn new(format: FileFormat, found: Found, log: &Log) -> Self {
        let (next, end) = (log.first(), log.next());
        Self { format, found, next, end, written: 0, evicted: 0, wanted: true }
    }

    /// A topic's number means another topic now.
    pub(super) fn forget_verdicts(&mut self) {
        self.found.forget_verdicts();
    }

    /// The next piece.
    pub(super) fn piece(&mut self, log: &Log, topics: &Topics) -> ExportPiece {
        self.wanted = false;
        let mut text = String::new();
        if self.format == FileFormat::Csv && self.written == 0 && self.next <= log.first() {
            text.push_str(HEAD);
        }
        let first = log.first().min(self.end);
        self.evicted += first.saturating_sub(self.next);
        self.next = self.next.max(first);
        let last = self.end.min(self.next + PIECE_ROWS);
        while self.next < last && text.len() < PIECE {
            if let Some(message) = log.get(self.next)
                && self.found.means(&message, topics)
            {
                self.written += 1;
                match self.format {
                    FileFormat::Csv => csv(&mut text, &message, topics),
                    FileFormat::JsonLines => json(&mut text, &message, topics),
                }
            }
            self.next += 1;
        }
        ExportPiece {
            bytes: text.into_bytes(),
            written: self.written,
            evicted: self.evicted,
            left: self.end - self.next,
        }
    }
}

const HEAD: &str =
    "time,connection,direction,topic,qos,retained,duplicate,size,encoding,payload\r\n";

fn csv(out: &mut String, message: &Stored<'_>, topics: &Topics) {
    let row = message.row;
    time(out, row.at);
    // A string takes everything.
    let _ = write!(out, ",{},{},", topics.connection(row.topic).0, direction(row.direction));
    cell(out, topics.name(row.topic));
    let (retained, duplicate) = (row.retained, row.duplicate);
    let size = message.payload.len();
    let _ = write!(out, ",{},{retained},{duplicate},{size},", row.qos);
    match core::str::from_utf8(message.payload) {
        Ok(text) => {
            out.push_str("text,");
            cell(out, text);
        }
        Err(_) => {
            out.push_str("base64,");
            out.push_str(&show::base64(message.payload));
        }
    }
    out.push_str("\r\n");
}

/// A text in quotes where it needs them [RFC 4180]. One that a spreadsheet would take for a formula
/// gets an apostrophe in front.
fn cell(out: &mut String, text: &str) {
    let is_number = text.parse::<f64>().is_ok();
    let guard = text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number;
    let quotes = text.contains([',', '"', '\n', '\r']) || guard;
    if !quotes {
        return out.push_str(text);
    }
    out.push('"');
    if guard {
        out.push('\'');
    }
    for c in text.chars() {
        if c == '"' {
            out.push('"');
        }
        out.push(c);
    }
    out.push('"');
}

fn json(out: &mut String, message: &Stored<'_>, topics: &Topics) {
    let row = message.row;
    out.push_str("{\"time\":\"");
    time(out, row.at);
    let connection = topics.connection(row.topic).0;
    let direction = direction(row.direction);
    let _ = write!(out, "\",\"connection\":{connection},\"direction\":\"{direction}\",\"topic\":");
    string(out, topics.name(row.topic));
    let (qos, retained, duplicate) = (row.qos, row.retained, row.duplicate);
    let size = message.payload.len();
    let _ = write!(
        out,
        ",\"qos\":{qos},\"retained\":{retained},\"duplicate\":{duplicate},\"size\":{size},"
    );
    match core::str::from_utf8(message.payload) {
        Ok(text) => {
            out.push_str("\"payload\":");
            string(out, text);
        }
        Err(_) => {
            let _ = write!(out, "\"payload_base64\":\"{}\"", show::base64(message.payload));
        }
    }
    out.push_str("}\n");
}

/// A string of JSON [RFC 8259 §7].
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Received => "received",
        Direction::Sent => "sent",
    }
}

/// `2026-11-22T09:05:01.250Z`
fn time(out: &mut String, at: u64) {
    let (days, millis) = (at / 86_400_000, at % 86_400_000);
    let (year, month, day) = date(days);
    let (hour, minute) = (millis / 3_600_000, millis / 60_000 % 60);
    let (second, milli) = (millis / 1000 % 60, millis % 1000);
    let _ =
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z");
}

/// Year, month and day of a number of days since 1970, by the Gregorian calendar.
fn date(days: u64) -> (u64, u64, u64) {
    // Years begin in March, so that the day that is sometimes there is the last one.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day_of_month = day - (153 * month + 2) / 5 + 1;
    let january = u64::from(month >= 10);
    (era * 400 + year + january, if month < 10 { month + 3 } else { month - 9 }, day_of_month)
}
