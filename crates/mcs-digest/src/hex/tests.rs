use alloc::format;
use alloc::string::ToString;

use proptest::prelude::*;

use super::*;

const ABC: &str = "900150983cd24fb0d6963f7d28e17f72";

#[test]
fn an_operator_may_write_an_md5_in_many_ways() {
    let expected: Md5Hex = ABC.parse().unwrap();
    assert_eq!(expected.to_string(), ABC);
    for text in [
        "900150983CD24FB0D6963F7D28E17F72",
        "  900150983cd24fb0d6963f7d28e17f72\r\n",
        "9001 5098 3cd2 4fb0 d696 3f7d 28e1 7f72",
        "90:01:50:98:3c:d2:4f:b0:d6:96:3f:7d:28:e1:7f:72",
        "900150983cd24fb0d6963f7d28e17f72  firmware v1.bin",
        "900150983cd24fb0d6963f7d28e17f72 *firmware.bin\n",
        "\\900150983cd24fb0d6963f7d28e17f72  odd\\nname",
        "900150983cd24fb0d6963f7d28e17f72  abc",
        "MD5 (a = b.bin) = 900150983cd24fb0d6963f7d28e17f72",
        "md5: 900150983cd24fb0d6963f7d28e17f72",
        "md5=900150983cd24fb0d6963f7d28e17f72",
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
}

#[test]
fn what_is_no_md5_is_told_apart() {
    let error = |text: &str| text.parse::<Md5Hex>().unwrap_err().to_string();
    assert_eq!(error(""), "there is no hash");
    assert_eq!(error(" \n"), "there is no hash");
    assert_eq!(error("null"), "'n' is no hexadecimal digit");
    assert_eq!(error(&ABC[1..]), "it has 31 hexadecimal digits instead of 32");
    let sha256 = format!("{ABC}{ABC}");
    assert_eq!(error(&sha256), "it has 64 hexadecimal digits instead of 32: that is a SHA-256");
    let grouped = format!("{ABC} {ABC}");
    assert_eq!(error(&grouped), "it has 64 hexadecimal digits instead of 32: that is a SHA-256");
    let two_files = format!("{ABC}  a.bin\n{ABC}  b.bin");
    assert_eq!(error(&two_files), "'.' is no hexadecimal digit");
}

#[test]
fn a_sha256_line_is_read() {
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let line = format!("{hash}  firmware.bin");
    assert_eq!(line.parse::<Sha256Hex>().unwrap().to_string(), hash);
    let line = format!("SHA256 (firmware.bin) = {hash}");
    assert_eq!(line.parse::<Sha256Hex>().unwrap().to_string(), hash);
    let error = ABC.parse::<Sha256Hex>().unwrap_err().to_string();
    assert_eq!(error, "it has 32 hexadecimal digits instead of 64: that is an MD5");
}

proptest! {
    #[test]
    fn a_hash_survives_its_text(bytes: [u8; 16], tail in "  [ -~]{0,20}") {
        let hash = Md5Hex::from_bytes(bytes);
        prop_assert_eq!(hash.to_string().parse(), Ok(hash));
        prop_assert_eq!(hash.to_string().to_uppercase().parse(), Ok(hash));
        let hex_name = tail.chars().all(|it| it.is_ascii_hexdigit() || is_separator(it));
        prop_assume!(!hex_name);
        prop_assert_eq!(format!("{hash}{tail}").parse(), Ok(hash));
    }

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        let _ = text.parse::<Md5Hex>();
        let _ = text.parse::<Sha256Hex>();
    }
}
