//! Files of `md5sum` and its relatives.

use mcs_digest::Md5Hex;

#[cfg(test)]
mod tests;

/// A file of sums has no more bytes.
pub const MOST: u32 = 64 << 10;

/// Whether a file of this name holds sums of others.
pub fn is_list(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".md5", ".md5sum", ".md5sums", ".md5.txt", "md5sum.txt", "md5sums.txt", "md5sums", "md5sum"]
        .iter()
        .any(|end| name.ends_with(end))
}

/// The MD5 that a list says of a file, as 32 lower-case hex digits: the line with its name, or the
/// only line there is.
pub fn find(list: &str, file: &str) -> Option<String> {
    let list = list.trim_start_matches('\u{feff}');
    let lines = list.lines().map(str::trim).filter(|it| !it.starts_with(['#', ';']));
    let sums: Vec<_> = lines.filter_map(|it| Some((it, it.parse::<Md5Hex>().ok()?))).collect();
    let found = match sums[..] {
        [(_, only)] => Some(only),
        _ => sums.iter().find(|(line, _)| !file.is_empty() && names(line, file)).map(|it| it.1),
    };
    found.map(|it| it.to_string())
}

/// Whether a line is about this file: `hash  name`, `hash *folder/name`, `MD5 (name) = hash`.
fn names(line: &str, file: &str) -> bool {
    let named = match line.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')) {
        Some((name, _)) => name,
        None => line.split_once([' ', '\t']).map_or("", |(_, name)| name.trim_start()),
    };
    let named = named.strip_prefix('*').unwrap_or(named);
    named.rsplit(['/', '\\']).next() == Some(file)
}
