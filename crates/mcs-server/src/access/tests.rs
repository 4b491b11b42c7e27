use std::sync::Arc;

use mcs_model::Prototype;

use super::*;
use crate::store::Grant;

fn device(id: &str, prototype: &str) -> Device {
    let prototype = Prototype {
        id: prototype.parse().unwrap(),
        name: String::new(),
        version: String::new(),
        description: String::new(),
        channels: Vec::new(),
    };
    let (id, key) = (id.parse().unwrap(), "key".parse().unwrap());
    Device { id, key, name: String::new(), prototype: Arc::new(prototype) }
}

#[test]
fn the_higher_of_account_and_grants_decides() {
    let (see, control) = (Some(Right::See), Some(Right::Control));
    let on_device = |right| Grant { scope: Scope::Device("D1".parse().unwrap()), right };
    let on_prototype = |right| Grant { scope: Scope::Prototype("P1".parse().unwrap()), right };
    // The device D1 of P1; its sibling D2 of P1; D3 of P2; the firmware of P1.
    let cases = [
        (Role::Admin, vec![], [control, control, control, control]),
        (Role::Operator, vec![], [control, control, control, control]),
        (Role::Operator, vec![on_device(Right::See)], [control, control, control, control]),
        (Role::Viewer, vec![], [see, see, see, see]),
        (Role::Viewer, vec![on_device(Right::Control)], [control, see, see, see]),
        (Role::Viewer, vec![on_prototype(Right::Control)], [control, control, see, control]),
        (Role::Member, vec![], [None, None, None, None]),
        (Role::Member, vec![on_device(Right::See)], [see, None, None, None]),
        (Role::Member, vec![on_device(Right::Control)], [control, None, None, None]),
        (Role::Member, vec![on_prototype(Right::See)], [see, see, None, see]),
        (
            Role::Member,
            vec![on_prototype(Right::See), on_device(Right::Control)],
            [control, see, None, see],
        ),
        (
            Role::Member,
            vec![on_prototype(Right::Control), on_device(Right::See)],
            [control, control, None, control],
        ),
    ];
    let devices = [device("D1", "P1"), device("D2", "P1"), device("D3", "P2")];
    for (role, grants, [one, sibling, foreign, firmware]) in cases {
        let why = format!("{role:?} with {grants:?}");
        let person = PersonRow { name: "ann".to_owned(), password: String::new(), role, grants };
        let access = Access::new(person);
        let rights: Vec<_> = devices.iter().map(|it| access.to(it)).collect();
        assert_eq!(rights, [one, sibling, foreign], "{why}");
        assert_eq!(access.to_prototype(&"P1".parse().unwrap()), firmware, "{why}");
        assert_eq!(access.sees_all(), role != Role::Member, "{why}");
    }
}
