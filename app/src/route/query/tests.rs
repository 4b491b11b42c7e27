use super::Query;
use crate::test;

#[test]
fn a_query_is_found_again_by_its_address() {
    let query = Query::default()
        .with("tab", Some("chart"))
        .with("channels", Some("a,b"))
        .with("name", Some("50% & “more” + <b>"));
    assert_eq!(Query::parse(&format!("#/devices/D1{query}")), query);
}

#[test]
fn a_parameter_can_be_read_replaced_and_removed() {
    let query = Query::parse("#/devices/D1?tab=chart&window=15m");
    assert_eq!(query.value("tab"), Some("chart"));
    assert_eq!(query.with("tab", Some("code")).to_string(), "?tab=code&window=15m");
    assert_eq!(query.with("tab", None).with("window", None).to_string(), "");
}

#[test]
fn what_is_no_code_stands_for_itself() {
    assert_eq!(Query::parse("#/?a=%&b=%zz&c=%e2%82").value("a"), Some("%"));
    assert_eq!(Query::parse("#/?a=%&b=%zz").value("b"), Some("%zz"));
    assert_eq!(Query::parse("#/?a=%+1").value("a"), Some("%+1"));
    assert_eq!(Query::parse("#/?&&=&flag").value("flag"), Some(""));
}
