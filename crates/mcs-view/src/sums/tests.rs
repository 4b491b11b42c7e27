use super::*;

const A: &str = "900150983cd24fb0d6963f7d28e17f72";
const B: &str = "d41d8cd98f00b204e9800998ecf8427e";

#[test]
fn the_line_with_the_name_counts() {
    let list = format!("# sums\n{B}  other.bin\n{} *out/app.bin\n", A.to_uppercase());
    assert_eq!(find(&list, "app.bin").as_deref(), Some(A));
    assert_eq!(find(&list, "other.bin").as_deref(), Some(B));
    assert_eq!(find(&list, "bin"), None);
    assert_eq!(find(&list, ""), None, "which one nobody knows");
    let bsd = format!("\u{feff}MD5 (app (1).bin) = {A}\r\nMD5 (other.bin) = {B}\r\n");
    assert_eq!(find(&bsd, "app (1).bin").as_deref(), Some(A));
}

#[test]
fn the_only_line_needs_no_name() {
    assert_eq!(find(A, "").as_deref(), Some(A));
    assert_eq!(find(&format!("{A}  built.bin\n"), "renamed.bin").as_deref(), Some(A));
}

#[test]
fn what_holds_no_md5_says_nothing() {
    for list in ["", "<html>404</html>", "abc app.bin", &"0".repeat(64)] {
        assert_eq!(find(list, "app.bin"), None, "{list}");
    }
}

#[test]
fn lists_are_known_by_their_names() {
    assert!(["a.md5", "A.BIN.MD5", "md5sum.txt", "MD5SUMS"].iter().all(|it| is_list(it)));
    assert!(["a.bin", "md5.bin", "readme.txt", ""].iter().all(|it| !is_list(it)));
}
