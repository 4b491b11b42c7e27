use super::*;

#[test]
fn waves_end_where_the_plan_says_and_the_last_takes_everybody() {
    let plan = Plan::default();
    assert_eq!(plan.ends(1000), [1, 100, 500, 1000]);
    assert_eq!(plan.ends(20), [1, 2, 10, 20]);
    assert_eq!(plan.ends(3), [1, 2, 3]);
    assert_eq!(plan.ends(1), [1]);
    assert_eq!(plan.ends(0), [0; 0]);
    let odd = Plan { waves: vec![Wave::Devices(5), Wave::Devices(2)], ..Plan::default() };
    assert_eq!(odd.ends(9), [5, 9]);
    assert_eq!(Plan::at_once().ends(9), [9]);
}

#[test]
fn what_cannot_be_carried_out_is_refused() {
    assert_eq!(Plan::default().check(), Ok(()));
    assert_eq!(Plan::at_once().check(), Ok(()));
    let plan = Plan::default;
    for (wrong, error) in [
        (Plan { success: 0, ..plan() }, PlanError::Percent),
        (Plan { max_failed_percent: Some(101), ..plan() }, PlanError::Percent),
        (Plan { waves: vec![Wave::Percent(0)], ..plan() }, PlanError::Percent),
        (Plan { parallel: 0, ..plan() }, PlanError::Parallel),
        (Plan { terms: Terms { attempts: 0, ..Terms::default() }, ..plan() }, PlanError::Attempts),
        (
            Plan {
                terms: Terms { queued: core::time::Duration::MAX, ..Terms::default() },
                ..plan()
            },
            PlanError::Time,
        ),
        (Plan { waves: vec![Wave::Devices(1); 21], ..plan() }, PlanError::Waves),
    ] {
        assert_eq!(wrong.check(), Err(error), "{wrong:?}");
    }
}
