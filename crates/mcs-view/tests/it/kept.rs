//! What outlives the page.

use mcs_model::api::Role;
use mcs_view::Input;
use mcs_view::protocol::{Keeping, Request, StorageTrouble, View};

use crate::site::{Site, id, profile};
use crate::static_site::add;

const DEVICES: &str = "devices";

fn names(site: &mut Site) -> Vec<String> {
    site.frame(View::Devices, Vec::new());
    site.screen.devices.iter().flatten().map(|it| it.name.clone()).collect()
}

fn keeping(site: &mut Site) -> Keeping {
    site.frame(View::Devices, Vec::new());
    site.screen.keeping.clone().unwrap_or_default()
}

fn with_device() -> Site {
    let mut site = Site::new();
    site.start();
    add(&mut site);
    site
}

#[test]
fn typed_in_devices_are_there_after_a_reload_and_live() {
    let mut site = with_device().reloaded();
    assert_eq!(names(&mut site), ["Greenhouse"]);
    site.connect(profile());
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"));
}

#[test]
fn a_device_that_was_forgotten_stays_so() {
    let mut site = with_device();
    site.request(Request::RemoveDevice(id("D1")));
    assert!(names(&mut site.reloaded()).is_empty());
}

#[test]
fn what_another_tab_changes_is_seen_here() {
    let mut here = with_device();
    let mut there = Site::new();
    there.start();
    there.input(Input::KeptElsewhere(DEVICES.to_owned(), here.kept.get(DEVICES).cloned()));
    assert_eq!(names(&mut there), ["Greenhouse"]);
    // It is kept already: telling it back would never end.
    assert!(there.kept.is_empty());
    here.request(Request::RemoveDevice(id("D1")));
    there.input(Input::KeptElsewhere(DEVICES.to_owned(), here.kept.get(DEVICES).cloned()));
    assert!(names(&mut there).is_empty());
    there.input(Input::KeptElsewhere(DEVICES.to_owned(), None));
    assert!(names(&mut there).is_empty());
}

#[test]
fn a_change_of_another_tab_does_not_overtake_what_waits_for_the_setting() {
    let old = with_device();
    let mut site = Site::new();
    site.input(Input::Kept(old.kept.into_iter().collect()));
    site.input(Input::KeptElsewhere(DEVICES.to_owned(), None));
    site.start();
    assert!(names(&mut site).is_empty());
}

#[test]
fn what_cannot_be_read_is_told_and_put_aside_before_anything_takes_its_place() {
    let strange = b"{\"version\":9}".to_vec();
    let mut site = Site::new();
    site.input(Input::Kept(vec![(DEVICES.to_owned(), strange.clone())]));
    site.start();
    assert_eq!(keeping(&mut site).unreadable, [DEVICES]);
    assert!(site.kept.is_empty());
    add(&mut site);
    assert_eq!(site.kept.get("devices.aside"), Some(&strange));
    assert_eq!(names(&mut site.reloaded()), ["Greenhouse"]);
}

#[test]
fn a_browser_that_keeps_nothing_is_said_to() {
    let mut site = Site::new();
    site.input(Input::NotKept(StorageTrouble::Blocked));
    site.start();
    assert_eq!(keeping(&mut site).trouble, Some(StorageTrouble::Blocked));
    // It works nevertheless.
    add(&mut site);
    assert_eq!(names(&mut site), ["Greenhouse"]);
}

#[test]
fn devices_of_the_static_setting_are_none_of_a_servers() {
    let kept = with_device().kept;
    let mut site = Site::new();
    let server = Site::signed_in_as(Role::Operator).server;
    site.server = server;
    site.input(Input::Kept(kept.clone().into_iter().collect()));
    site.start();
    site.input(Input::KeptElsewhere(DEVICES.to_owned(), None));
    assert_eq!(names(&mut site), ["Greenhouse"]);
    assert!(site.kept.is_empty());
}
