use mcs_model::Timestamp;
use mcs_model::api::Right;
use proptest::prelude::*;

use super::*;
use crate::protocol::Alert;

fn row(id: &str, name: &str) -> DeviceRow {
    DeviceRow {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        right: Right::Control,
        prototype: None,
        online: Online::Yes,
        transports: Vec::new(),
        last_seen: None,
        firmware_version: None,
        push: None,
        channels: 0,
        tags: Vec::new(),
        alert: None,
    }
}

fn fleet() -> [DeviceRow; 4] {
    let mut fleet = [row("D1", "Pump 10"), row("D2", "pump 2"), row("D3", "Anna"), row("D4", "Öl")];
    let [ten, two, anna, oil] = &mut fleet;
    ten.online = Online::No;
    ten.prototype = Some(("P2".parse().unwrap(), "Waterworks".to_owned()));
    ten.last_seen = Some(Timestamp::from_millis(5));
    ten.firmware_version = Some("1.9".to_owned());
    two.prototype = Some(("P1".parse().unwrap(), "Garden".to_owned()));
    two.last_seen = Some(Timestamp::from_millis(9));
    two.firmware_version = Some("1.10".to_owned());
    two.tags = vec!["north".to_owned(), "wet".to_owned()];
    anna.alert = Some(Alert::Misfit);
    oil.alert = Some(Alert::PushFailed);
    oil.online = Online::Unknown;
    fleet
}

fn found(arrangement: &Arrangement) -> Vec<String> {
    arrangement.arrange(&fleet()).iter().map(ToString::to_string).collect()
}

fn sorted(sort: Sort) -> Vec<String> {
    found(&Arrangement { sort, ..Arrangement::default() })
}

#[test]
fn names_are_sorted_as_people_count() {
    assert_eq!(sorted(Sort::Name), ["D3", "D2", "D1", "D4"]);
}

#[test]
fn each_column_sorts_with_what_matters_first_and_what_is_missing_last() {
    assert_eq!(sorted(Sort::Online), ["D3", "D2", "D4", "D1"]);
    assert_eq!(sorted(Sort::Prototype), ["D2", "D1", "D3", "D4"]);
    assert_eq!(sorted(Sort::LastSeen), ["D2", "D1", "D3", "D4"]);
    assert_eq!(sorted(Sort::Firmware), ["D2", "D1", "D3", "D4"]);
    assert_eq!(sorted(Sort::Alert), ["D4", "D3", "D2", "D1"]);
}

#[test]
fn the_order_can_be_turned() {
    let turned = Arrangement { reversed: true, ..Arrangement::default() };
    assert_eq!(found(&turned), ["D4", "D1", "D2", "D3"]);
}

#[test]
fn every_word_must_be_somewhere_in_any_case() {
    let sought =
        |text: &str| found(&Arrangement { text: text.to_owned(), ..Arrangement::default() });
    assert_eq!(sought("PUMP"), ["D2", "D1"]);
    assert_eq!(sought(" pump  garden "), ["D2"]);
    assert_eq!(sought("d1"), ["D1"]);
    assert_eq!(sought("wet 1.10"), ["D2"]);
    assert_eq!(sought("ÖL"), ["D4"]);
    assert_eq!(sought("pump anna"), [""; 0]);
}

#[test]
fn filters_narrow_the_list_together() {
    let online = Arrangement { online: Some(Online::Yes), ..Arrangement::default() };
    assert_eq!(found(&online), ["D3", "D2"]);
    assert_eq!(found(&Arrangement { alerts: true, ..online.clone() }), ["D3"]);
    assert_eq!(found(&Arrangement { tag: Some("wet".to_owned()), ..online.clone() }), ["D2"]);
    let garden = Arrangement { prototype: Some("P1".parse().unwrap()), ..Arrangement::default() };
    assert_eq!(found(&garden), ["D2"]);
    assert!(online.is_narrow() && garden.is_narrow());
    assert!(
        !Arrangement { text: "  ".to_owned(), reversed: true, ..Arrangement::default() }
            .is_narrow()
    );
}

proptest! {
    #[test]
    fn people_count_in_one_order(a in "[a-cA-C0-9é ]{0,8}", b in "[a-cA-C0-9é ]{0,8}", c in "[a-cA-C0-9é ]{0,8}") {
        prop_assert_eq!(as_people_count(&a, &b), as_people_count(&b, &a).reverse());
        if as_people_count(&a, &b).is_le() && as_people_count(&b, &c).is_le() {
            prop_assert!(as_people_count(&a, &c).is_le());
        }
    }
}
