use super::Route;
use crate::test;

#[test]
fn every_page_is_found_again_by_its_address() {
    let device = Route::Device("DemoMqtt".parse().expect("a device id"));
    let firmware = Route::Firmware(Some("PDemoBoard01".parse().expect("a prototype id")));
    for route in [
        Route::Devices,
        device,
        Route::Firmware(None),
        firmware,
        Route::Connections,
        Route::Settings,
    ] {
        assert_eq!(Route::parse(&route.href()), route);
    }
}

#[test]
fn no_hash_is_the_device_list() {
    assert_eq!(Route::parse(""), Route::Devices);
    assert_eq!(Route::parse("#"), Route::Devices);
    assert_eq!(Route::parse("#/"), Route::Devices);
}

#[test]
fn an_address_that_is_no_page_is_unknown() {
    for hash in ["#/nowhere", "#/devices/a/b", "#/devices/%3Cimg%3E", "#/firmware/a b"] {
        assert!(matches!(Route::parse(hash), Route::Unknown(_)), "{hash}");
    }
}

#[test]
fn parameters_are_no_part_of_the_page() {
    assert_eq!(Route::parse("#/firmware?x=1"), Route::Firmware(None));
}
