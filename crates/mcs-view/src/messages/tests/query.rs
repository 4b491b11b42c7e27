use super::super::query::Query;
use super::*;

/// The topics that a query finds among five messages.
fn found(text: &str) -> Vec<String> {
    let mut all = messages(1 << 20);
    for (topic, payload) in [
        ("home/kitchen/lamp", "on"),
        ("home/kitchen/temp", r#"{"value": 21.5, "unit": "°C"}"#),
        ("home/hall/lamp", "off"),
        ("$SYS/uptime", "17 seconds"),
        ("/finance", ""),
    ] {
        receive(&mut all, topic, payload);
    }
    let log = look(&mut all, query(text));
    assert_eq!(log.error, None, "{text}");
    log.rows.into_iter().map(|it| it.topic).collect()
}

fn error(text: &str) -> QueryError {
    Query::parse(text).expect_err(text)
}

#[test]
fn a_word_is_looked_for_in_topics_and_payloads_whatever_its_case() {
    assert_eq!(found("LAMP"), ["home/kitchen/lamp", "home/hall/lamp"]);
    assert_eq!(found("Value"), ["home/kitchen/temp"]);
    assert_eq!(found("nowhere"), [""; 0]);
}

#[test]
fn all_words_have_to_be_there_and_those_behind_a_minus_must_not() {
    assert_eq!(found("lamp kitchen"), ["home/kitchen/lamp"]);
    assert_eq!(found("home -lamp"), ["home/kitchen/temp"]);
    assert_eq!(found("-home"), ["$SYS/uptime", "/finance"]);
}

#[test]
fn a_name_says_where_to_look() {
    assert_eq!(found("payload:on"), ["home/kitchen/lamp", "$SYS/uptime"]);
    assert_eq!(found("topic:on"), [""; 0]);
    assert_eq!(found("payload:\"17 sec\""), ["$SYS/uptime"]);
}

#[test]
fn a_topic_with_wildcards_is_a_filter_of_mqtt() {
    assert_eq!(found("topic:home/+/lamp"), ["home/kitchen/lamp", "home/hall/lamp"]);
    let all = ["home/kitchen/lamp", "home/kitchen/temp", "home/hall/lamp", "/finance"];
    assert_eq!(found("topic:#"), all);
    assert_eq!(found("-topic:#"), ["$SYS/uptime"]);
    assert_eq!(error("topic:a#b"), QueryError::TopicFilter("a#b".to_owned()));
}

#[test]
fn between_slashes_stands_a_regular_expression() {
    assert_eq!(found("/^o(n|ff)$/"), ["home/kitchen/lamp", "home/hall/lamp"]);
    assert_eq!(found(r"payload:/\d+\.\d/"), ["home/kitchen/temp"]);
    assert_eq!(found(r"topic:/kitchen\/t/"), ["home/kitchen/temp"]);
    assert_eq!(found("/17 s.*s$/ uptime"), ["$SYS/uptime"]);
    assert!(matches!(error("/a(/"), QueryError::Regex(text, _) if text == "a("));
}

#[test]
fn a_topic_that_begins_with_a_slash_is_no_expression() {
    assert_eq!(found("/finance"), ["/finance"]);
    assert_eq!(found("/kitchen/lamp"), ["home/kitchen/lamp"]);
}

#[test]
fn expressions_that_would_take_much_memory_are_refused() {
    assert!(matches!(error("/((a{100}){100}){100}/"), QueryError::Regex(..)));
    let deep = format!("/{}a{}/", "(".repeat(200), ")".repeat(200));
    assert!(matches!(error(&deep), QueryError::Regex(..)));
}

#[test]
fn size_qos_and_retained_can_be_asked_for() {
    assert_eq!(found("size:0"), ["/finance"]);
    assert_eq!(found("size:>10"), ["home/kitchen/temp"]);
    assert_eq!(found("size:<3"), ["home/kitchen/lamp", "/finance"]);
    assert_eq!(found("qos:1"), [""; 0]);
    assert_eq!(found("retained:no lamp").len(), 2);
    assert_eq!(found("retained:yes"), [""; 0]);
    assert_eq!(error("size:many"), QueryError::Number("many".to_owned()));
    assert_eq!(error("qos:3"), QueryError::Number("3".to_owned()));
}

#[test]
fn what_is_not_complete_says_so() {
    assert_eq!(error("\"open"), QueryError::Unclosed);
    assert_eq!(error("topic:"), QueryError::Missing("topic".to_owned()));
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_query_or_an_error(text in ".{0,40}|[-a:/\"topic+# ]{0,20}") {
        if let Ok(query) = Query::parse(&text) {
            let _ = query.of_topic("a/b");
        }
    }
}
