use super::*;

#[test]
fn the_usual_plan_is_read_as_it_is_written() {
    let form = PlanForm::of(&Plan::default());
    assert_eq!(form.text(Field::Waves), "1, 10 %, 50 %, 100 %");
    assert_eq!(form.text(Field::Queued), "168");
    assert_eq!(form.plan(), Some(Plan::default()));
}

#[test]
fn waves_are_typed_in_many_ways() {
    let expected = vec![Wave::Devices(1), Wave::Percent(10), Wave::Percent(100)];
    for text in
        ["1, 10 %, 100 %", "1 10% 100%", " 1 → 10% → 100%", "1，10％，100％", "1 -> 10% -> 100%"]
    {
        assert_eq!(waves(text), Some(expected.clone()), "{text}");
    }
    assert_eq!(waves(""), Some(Vec::new()), "everybody at once");
    for text in ["0", "0%", "101%", "x", "1.5", "10%%", "%", "-1x"] {
        assert_eq!(waves(text), None, "{text}");
    }
    assert_eq!(waves(&"1 ".repeat(21)), None, "too many");
}

#[test]
fn what_cannot_be_is_said_where_it_is_typed() {
    let mut form = PlanForm::of(&Plan::default());
    for (field, wrong) in [
        (Field::Parallel, "0"),
        (Field::Success, "101"),
        (Field::MaxFailures, "0"),
        (Field::MaxFailedPercent, "-1"),
        (Field::Queued, "9000"),
        (Field::Initiated, "0"),
        (Field::Updating, "18446744073709551615"),
        (Field::Updating, "NaN"),
        (Field::Updating, "inf"),
        (Field::Downloaded, "0.001"),
        (Field::Confirming, ""),
        (Field::Attempts, "256"),
        (Field::Unanswered, "0"),
    ] {
        let right = form.text(field).to_owned();
        form.set(field, wrong.to_owned());
        assert!(form.is_wrong(field), "{field:?}");
        assert_eq!(form.plan(), None, "{field:?}");
        form.set(field, right);
        assert!(form.plan().is_some());
    }
}

#[test]
fn parts_of_a_minute_are_seconds() {
    let mut form = PlanForm::of(&Plan::default());
    form.set(Field::Confirming, "0.1".to_owned());
    let plan = form.plan().unwrap();
    assert_eq!(plan.terms.confirming, Duration::from_secs(6));
    let odd = Plan { terms: Terms { updating: Duration::from_secs(7), ..plan.terms }, ..plan };
    assert_eq!(PlanForm::of(&odd).plan(), Some(odd));
}

#[test]
fn nothing_typed_means_that_failures_do_not_stop_it() {
    let mut form = PlanForm::of(&Plan::default());
    form.set(Field::MaxFailures, String::new());
    form.set(Field::MaxFailedPercent, " ".to_owned());
    let plan = form.plan().unwrap();
    assert_eq!((plan.max_failures, plan.max_failed_percent), (None, None));
}
