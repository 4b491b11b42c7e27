use proptest::prelude::*;

use super::*;

const MD5: &str = "900150983cd24fb0d6963f7d28e17f72";

fn notice(md5: Option<Md5Hex>) -> Notice {
    let timestamp = Timestamp::from_millis(1_513_133_357_160);
    Notice::new(timestamp, "2.0".parse().unwrap(), md5, "https://cdn.example.com/a.bin").unwrap()
}

#[test]
fn a_notice_has_the_documented_form_on_both_transports() {
    let (device, key) = ("Dsre1qRQ".parse().unwrap(), "DFbtsNWg4AuLZ30v".parse().unwrap());
    let unknown = notice(None);
    assert_eq!(unknown.to_mqtt(), "1513133357160,FOTA,2.0,null,https://cdn.example.com/a.bin");
    assert_eq!(
        notice(Some(MD5.parse().unwrap())).to_command(&device, &key),
        format!(
            "Dsre1qRQ,DFbtsNWg4AuLZ30v,1513133357160,FOTA,2.0,{MD5},https://cdn.example.com/a.bin"
        )
    );
}

#[test]
fn a_notice_is_read_tolerantly() {
    let known = notice(Some(MD5.parse().unwrap()));
    let upper = MD5.to_uppercase();
    for (text, expected) in [
        (known.to_mqtt(), known.clone()),
        (format!("{}\r\n\0", known.to_mqtt()), known.clone()),
        (format!("1513133357160, FOTA, 2.0, {upper}, {}", known.url()), known.clone()),
        (format!("1513133357160,FOTA,2.0,NULL,{}", known.url()), notice(None)),
        (format!("1513133357160,FOTA,2.0,,{}", known.url()), notice(None)),
    ] {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    let with_comma: Notice = ",FOTA,1,null,http://h/a,b.bin".parse().unwrap();
    assert_eq!((with_comma.url(), with_comma.timestamp().as_millis()), ("http://h/a,b.bin", 0));
}

#[test]
fn what_is_no_notice_is_refused_with_the_reason() {
    for (text, error) in [
        ("", NoticeError::Form),
        ("1,FOTA,2.0,null", NoticeError::Form),
        ("1,LED,2.0,null,http://h/a", NoticeError::Form),
        ("noon,FOTA,2.0,null,http://h/a", NoticeError::Timestamp),
        ("1,FOTA,,null,http://h/a", NoticeError::Version(VersionError::Empty)),
        ("1,FOTA,2.0,sum,http://h/a", NoticeError::Md5),
        ("1,FOTA,2.0,null,", NoticeError::Url),
        ("1,FOTA,2.0,null,ftp://h/a", NoticeError::Url),
        ("1,FOTA,2.0,null,http://", NoticeError::Url),
        ("1,FOTA,2.0,null,http:///etc/passwd", NoticeError::Url),
    ] {
        assert_eq!(text.parse::<Notice>(), Err(error), "{text}");
    }
}

#[test]
fn what_would_shift_a_field_cannot_be_written() {
    for version in ["", "1,2", " 1", "1\n", &"1".repeat(65)] {
        assert!(version.parse::<Version>().is_err(), "{version:?}");
    }
    for url in ["", "http://h/a,b", "http://h/a b", "http://h/\n", "file:///a"] {
        let version = "1".parse().unwrap();
        let notice = Notice::new(Timestamp::default(), version, None, url);
        assert_eq!(notice, Err(NoticeError::Url), "{url:?}");
    }
}

proptest! {
    #[test]
    fn a_notice_survives_its_text(
        millis in 1_u64..10_000_000_000_000,
        version in "[-A-Za-z0-9_.+ é]{1,20}",
        md5: Option<[u8; 16]>,
        path in "[!-+--~]{0,60}",
    ) {
        prop_assume!(version.trim() == version);
        let md5 = md5.map(Md5Hex::from_bytes);
        let url = format!("http://10.0.0.1:8080/{path}");
        let timestamp = Timestamp::from_millis(millis);
        let notice = Notice::new(timestamp, version.parse().unwrap(), md5, url).unwrap();
        prop_assert_eq!(notice.to_mqtt().parse(), Ok(notice.clone()));
        prop_assert!(notice.to_mqtt().split(',').all(|field| !field.is_empty()));
        prop_assert_eq!(notice.to_mqtt().split(',').count(), 5);
    }

    #[test]
    fn no_text_panics(text in prop_oneof![any::<String>(), "[0-9]{0,3},FOTA,.{0,40}"]) {
        let _ = text.parse::<Notice>();
    }
}
