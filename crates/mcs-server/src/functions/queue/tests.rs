use std::sync::Arc;
use std::time::Duration;

use mcs_model::{DataPoint, Prototype, Timestamp, Value};

use super::{Job, MOST, Queue};
use crate::registry::Device;

fn device(id: &str) -> Arc<Device> {
    let prototype = Prototype {
        id: "PydFXsArwtru".parse().unwrap(),
        name: String::new(),
        version: String::new(),
        description: String::new(),
        channels: Vec::new(),
    };
    Arc::new(Device {
        id: id.parse().unwrap(),
        key: "key".parse().unwrap(),
        name: String::new(),
        prototype: Arc::new(prototype),
    })
}

fn put(queue: &Queue, device: &Arc<Device>, number: i64) {
    let point = DataPoint {
        channel: "fht".parse().unwrap(),
        timestamp: Timestamp::from_millis(1),
        value: Value::Integer(number),
    };
    queue.put(Job::Point { device: Arc::clone(device), point });
}

/// Whose point is taken, and which; with a star where it is only said that it did not run.
fn take(queue: &Queue) -> Option<String> {
    let job = queue.take()?;
    queue.finished(&job.whose());
    Some(match job {
        Job::Point { device, point } => format!("{} {}", device.id, point.value),
        Job::Overflow { device, point } => format!("{} {}*", device.id, point.value),
        Job::Trial { .. } => "trial".to_owned(),
    })
}

#[test]
fn devices_take_turns_and_each_keeps_its_order() {
    let queue = Queue::default();
    let (a, b) = (device("DaaaaaaA"), device("DbbbbbbB"));
    (0..3).for_each(|number| put(&queue, &a, number));
    put(&queue, &b, 7);
    queue.close();
    let taken: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
    assert_eq!(taken, ["DaaaaaaA 0", "DbbbbbbB 7", "DaaaaaaA 1", "DaaaaaaA 2"]);
}

#[test]
fn one_devices_points_are_worked_on_one_at_a_time() {
    let queue = Queue::default();
    let (a, b) = (device("DaaaaaaA"), device("DbbbbbbB"));
    put(&queue, &a, 0);
    let first = queue.take().unwrap();
    put(&queue, &a, 1);
    put(&queue, &b, 7);
    assert_eq!(take(&queue).unwrap(), "DbbbbbbB 7", "the first device's turn is not over");
    queue.finished(&first.whose());
    assert_eq!(take(&queue).unwrap(), "DaaaaaaA 1");
}

#[test]
fn of_the_points_that_find_no_room_the_first_is_told() {
    let queue = Queue::default();
    let a = device("DaaaaaaA");
    (0..200).for_each(|number| put(&queue, &a, number));
    queue.close();
    let taken: Vec<_> = std::iter::from_fn(|| take(&queue)).collect();
    assert_eq!(taken.len(), MOST + 1);
    assert_eq!(taken.last().unwrap(), &format!("DaaaaaaA {MOST}*"));
}

#[test]
fn code_that_was_stopped_late_is_set_aside_and_no_other() {
    let queue = Queue::default();
    queue.ran("late", Duration::from_secs(1));
    queue.ran("quick", Duration::from_millis(21));
    assert!(queue.is_aside("late"));
    assert!(!queue.is_aside("quick"));
}
