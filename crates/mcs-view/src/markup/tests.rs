use super::*;

#[test]
fn pages_are_told_from_firmware() {
    for page in [
        "<!DOCTYPE html><title>404</title>",
        "\u{feff}\r\n <html lang=en>",
        "<!-- proxy --> <!-- error --><HEAD>",
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
    ] {
        assert!(is_page(page.as_bytes()), "{page}");
    }
    for other in ["", "<", "<!-- html", "MZ<html>", "<!doctype svg>", "\u{7f}ELF"] {
        assert!(!is_page(other.as_bytes()), "{other}");
    }
}
