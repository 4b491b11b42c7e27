use super::*;

#[test]
fn the_ready_line_tells_where_everything_is() {
    let line = r#"{"ready":true,"http":"127.0.0.1:8080","mqtt":"127.0.0.1:1883"}"#;
    assert_eq!(member(line, "http"), Some("127.0.0.1:8080"));
    assert_eq!(member(line, "mqtt"), Some("127.0.0.1:1883"));
    assert_eq!(member(line, "ws"), None);
}
