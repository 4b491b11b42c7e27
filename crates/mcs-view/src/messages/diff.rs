//! A message against the one before on its topic, line by line.

use super::json;
use crate::protocol::DiffLine;

/// Longer payloads are not compared, in bytes.
const LONGEST: usize = 64 * 1024;

/// Lines that differ in the middle are compared when there are not more of each.
const MOST_LINES: usize = 600;

/// Equal lines that are shown around those that differ.
const AROUND: usize = 3;

/// The lines of both; `None` when one is no text, or there is too much to compare.
pub(crate) fn lines(before: &[u8], after: &[u8]) -> Option<Vec<DiffLine>> {
    if before.len().max(after.len()) > LONGEST {
        return None;
    }
    let (before, after) = (readable(before)?, readable(after)?);
    let (old, new): (Vec<_>, Vec<_>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(head..)?, new.get(head..)?);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a == b).count();
    let old_middle = old_rest.get(..old_rest.len() - tail)?;
    let new_middle = new_rest.get(..new_rest.len() - tail)?;
    if old_middle.len().max(new_middle.len()) > MOST_LINES {
        return None;
    }
    let same = |line: &&str| DiffLine::Same((*line).to_owned());
    let mut lines: Vec<_> = old.iter().take(head).map(same).collect();
    lines.extend(middle(old_middle, new_middle));
    lines.extend(old_rest.iter().skip(old_middle.len()).map(same));
    Some(shorten(lines))
}

/// Text, JSON with a line for each member.
fn readable(payload: &[u8]) -> Option<String> {
    let text = core::str::from_utf8(payload).ok()?;
    Some(json::pretty(text).unwrap_or_else(|| text.to_owned()))
}

/// By the longest common subsequence.
fn middle(old: &[&str], new: &[&str]) -> Vec<DiffLine> {
    let width = new.len() + 1;
    // Length of the longest common subsequence of what is left from a pair of places on.
    let mut longest = vec![0_u16; (old.len() + 1) * width];
    for (i, before) in old.iter().enumerate().rev() {
        for (j, after) in new.iter().enumerate().rev() {
            longest[i * width + j] = if before == after {
                longest[(i + 1) * width + j + 1] + 1
            } else {
                longest[(i + 1) * width + j].max(longest[i * width + j + 1])
            };
        }
    }
    let mut lines = Vec::new();
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (Some(before), Some(after)) if before == after => {
                lines.push(DiffLine::Same((*before).to_owned()));
                (i, j) = (i + 1, j + 1);
            }
            (Some(before), after)
                if after.is_none()
                    || longest[(i + 1) * width + j] >= longest[i * width + j + 1] =>
            {
                lines.push(DiffLine::Removed((*before).to_owned()));
                i += 1;
            }
            (_, Some(after)) => {
                lines.push(DiffLine::Added((*after).to_owned()));
                j += 1;
            }
            (Some(_), None) | (None, None) => return lines,
        }
    }
}

/// Leaves out long runs of equal lines.
fn shorten(lines: Vec<DiffLine>) -> Vec<DiffLine> {
    let changed: Vec<_> = lines.iter().map(|it| !matches!(it, DiffLine::Same(_))).collect();
    let near = |at: usize| {
        let from = at.saturating_sub(AROUND);
        changed.iter().skip(from).take(at + AROUND + 1 - from).any(|it| *it)
    };
    let mut short = Vec::new();
    for (at, line) in lines.into_iter().enumerate() {
        if near(at) {
            short.push(line);
        } else if let Some(DiffLine::Skipped(count)) = short.last_mut() {
            *count += 1;
        } else {
            short.push(DiffLine::Skipped(1));
        }
    }
    short
}
