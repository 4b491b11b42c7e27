use super::Language;
use crate::test;

#[test]
fn the_first_language_of_the_browser_that_we_have_is_taken() {
    for (tags, expected) in [
        (&["de-AT", "ja-JP", "en"][..], Language::Japanese),
        (&["en-GB", "zh-TW"], Language::English),
        (&["fr"], Language::English),
        (&[], Language::English),
    ] {
        assert_eq!(Language::preferred(tags.iter().copied()), expected, "{tags:?}");
    }
}

#[test]
fn chinese_is_written_as_the_script_or_the_region_says() {
    for tag in ["zh-TW", "zh-HK", "zh-MO", "zh-Hant", "zh-Hant-HK", "zh_TW"] {
        assert_eq!(Language::preferred([tag]), Language::TraditionalChinese, "{tag}");
    }
    for tag in ["zh", "zh-CN", "zh-SG", "zh-Hans", "zh-Hans-HK"] {
        assert_eq!(Language::preferred([tag]), Language::SimplifiedChinese, "{tag}");
    }
}

#[test]
fn a_kept_choice_is_exactly_a_tag() {
    assert!(Language::ALL.iter().all(|it| Language::of(it.tag()) == Some(*it)));
    assert_eq!(Language::of("zh"), None);
}
