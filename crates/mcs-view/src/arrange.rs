//! The device list as the operator wants it: which devices, and in which order.

#[cfg(test)]
mod tests;

use core::cmp::Ordering;

use mcs_model::{DeviceId, ProductId};

use crate::protocol::{DeviceRow, Online};

/// What is looked for. Without anything every device is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Words in any case, each of which is somewhere in the device's name, id, prototype, tags or
    /// firmware version.
    pub text: String,
    /// Only devices that are here, that are not, or of which nobody can say.
    pub online: Option<Online>,
    /// Only devices of this prototype.
    pub prototype: Option<ProductId>,
    /// Only devices with this tag.
    pub tag: Option<String>,
    /// Only devices with which something is wrong.
    pub alerts: bool,
    /// By what the rows are sorted.
    pub sort: Sort,
    /// In the opposite order.
    pub reversed: bool,
}

/// By what the rows are sorted; devices that are alike in that by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As people count: `Pump 2` before `Pump 10`.
    #[default]
    Name,
    /// Those that are here first.
    Online,
    /// By the prototype's name; those without one last.
    Prototype,
    /// Heard most recently first; those never heard last.
    LastSeen,
    /// Greatest version first; those that never reported one last.
    Firmware,
    /// What is worst first.
    Alert,
}

impl Arrangement {
    /// Whether it finds anything less than all.
    pub fn is_narrow(&self) -> bool {
        let Self { text, online, prototype, tag, alerts, sort: _, reversed: _ } = self;
        let chosen = online.is_some() || prototype.is_some() || tag.is_some();
        !text.trim().is_empty() || chosen || *alerts
    }

    /// The devices that are found, sorted.
    pub fn arrange(&self, rows: &[DeviceRow]) -> Vec<DeviceId> {
        let words: Vec<_> = self.text.split_whitespace().map(str::to_lowercase).collect();
        let mut found: Vec<_> = rows.iter().filter(|row| self.finds(row, &words)).collect();
        mcs_sorted::sort_by(&mut found, |a, b| {
            let order = self.sort.compare(a, b).then_with(|| Sort::Name.compare(a, b));
            let order = order.then_with(|| a.id.cmp(&b.id));
            if self.reversed { order.reverse() } else { order }
        });
        found.into_iter().map(|row| row.id.clone()).collect()
    }

    fn finds(&self, row: &DeviceRow, words: &[String]) -> bool {
        self.online.is_none_or(|online| row.online == online)
            && (!self.alerts || row.alert.is_some())
            && self.tag.as_ref().is_none_or(|tag| row.tags.contains(tag))
            && self.prototype.as_ref().is_none_or(|wanted| {
                row.prototype.as_ref().is_some_and(|(prototype, _)| prototype == wanted)
            })
            && words.iter().all(|word| says(row, word))
    }
}

impl Sort {
    fn compare(self, a: &DeviceRow, b: &DeviceRow) -> Ordering {
        match self {
            Self::Name => as_people_count(&a.name, &b.name),
            Self::Online => presence(a).cmp(&presence(b)),
            Self::Prototype => match (&a.prototype, &b.prototype) {
                (Some(a), Some(b)) => as_people_count(&a.1, &b.1).then_with(|| a.0.cmp(&b.0)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
            Self::LastSeen => b.last_seen.cmp(&a.last_seen),
            Self::Firmware => match (&a.firmware_version, &b.firmware_version) {
                (Some(a), Some(b)) => as_people_count(b, a),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
            Self::Alert => b.alert.cmp(&a.alert),
        }
    }
}

fn presence(row: &DeviceRow) -> u8 {
    match row.online {
        Online::Yes => 0,
        Online::Unknown => 1,
        Online::No => 2,
    }
}

/// Whether the lower-case `word` is in any text of the row.
fn says(row: &DeviceRow, word: &str) -> bool {
    let prototype = row.prototype.as_ref().map(|it| it.1.as_str());
    let texts = [Some(row.name.as_str()), Some(row.id.as_str()), prototype];
    let texts = texts.into_iter().chain([row.firmware_version.as_deref()]).flatten();
    texts.chain(row.tags.iter().map(String::as_str)).any(|text| text.to_lowercase().contains(word))
}

/// Letters in any case, and runs of digits by their number.
fn as_people_count(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let order = match (split(a), split(b)) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some((left, a_rest)), Some((right, b_rest))) => {
                (a, b) = (a_rest, b_rest);
                compare_runs(left, right)
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

/// The first run of digits or of anything else, and the rest.
fn split(text: &str) -> Option<(&str, &str)> {
    let first = text.chars().next()?.is_ascii_digit();
    let end = text.find(|it: char| it.is_ascii_digit() != first).unwrap_or(text.len());
    Some(text.split_at(end))
}

fn compare_runs(a: &str, b: &str) -> Ordering {
    let is_number = |it: &str| it.starts_with(|it: char| it.is_ascii_digit());
    if is_number(a) && is_number(b) {
        // As texts of digits: no number is too long.
        let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
        return a.len().cmp(&b.len()).then_with(|| a.cmp(b));
    }
    let (a, b) = (a.chars(), b.chars());
    a.flat_map(char::to_lowercase).cmp(b.flat_map(char::to_lowercase))
}
