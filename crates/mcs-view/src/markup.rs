//! What is no firmware although it came where one was expected.

#[cfg(test)]
mod tests;

/// Bytes of a file that [`is_page`] looks at.
pub const HEAD: usize = 1024;

/// Whether what begins so is a web page, such as servers send instead of a file that is not there.
pub fn is_page(first: &[u8]) -> bool {
    let first = first.get(..HEAD).unwrap_or(first);
    let mut text = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first).trim_ascii_start();
    while let Some(comment) = text.strip_prefix(b"<!--") {
        let Some(end) = comment.windows(3).position(|it| it == b"-->") else { return false };
        text = comment.get(end + 3..).unwrap_or_default().trim_ascii_start();
    }
    let begins =
        |with: &[u8]| text.get(..with.len()).is_some_and(|it| it.eq_ignore_ascii_case(with));
    let with: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml"];
    with.iter().any(|it| begins(it))
}
