//! Prototypes: with the server, and where the browser keeps them.

use mcs_model::api::{
    self, ApiError, Credentials, DeviceDraft, DeviceEdit, EditRefusal, HiddenHistory,
    ImportedPrototype, MadeDevice, NewDevices, PrototypeDraft, PrototypeEdit, PrototypeInfo,
    PrototypeSummary, Role, SkippedChannel,
};
use mcs_model::{Channel, ChannelKind, Direction, ProductId, Prototype};
use mcs_view::protocol::{
    ConnectionsRequest, OpenPrototype, Outcome, Profile, PrototypesRequest, PrototypesView,
    Request, Secret, Trouble, View,
};

use crate::site::{Site, channels, id, profile};

fn info(revision: u64) -> PrototypeInfo {
    let prototype = Prototype {
        id: id("P1"),
        name: "Board".to_owned(),
        version: "1".to_owned(),
        description: String::new(),
        channels: channels(),
    };
    PrototypeInfo { prototype, revision, edited: None, edited_by: "ada".to_owned(), devices: 1 }
}

fn summary(product: &str, name: &str) -> PrototypeSummary {
    PrototypeSummary {
        id: id(product),
        name: name.to_owned(),
        version: String::new(),
        description: String::new(),
        channels: 4,
        devices: 1,
        edited: None,
    }
}

fn edit(revision: u64, channels: Vec<Channel>) -> PrototypesRequest {
    let draft = PrototypeDraft { channels, ..info(revision).prototype.into() };
    PrototypesRequest::Save(id("P1"), PrototypeEdit { revision, draft, hide: Vec::new() })
}

fn error(code: &str) -> ApiError {
    ApiError { code: code.to_owned(), message: format!("Because of {code}.") }
}

impl Site {
    /// The page, with a prototype open or not.
    fn prototypes(&mut self, open: Option<&str>) -> PrototypesView {
        self.frame(View::Prototypes(open.map(id)), Vec::new());
        self.frame(View::Prototypes(open.map(id)), Vec::new());
        self.screen.prototypes.clone().expect("the page")
    }

    /// What becomes of a request.
    fn outcome(&mut self, request: PrototypesRequest) -> Outcome {
        let open = match &self.screen.prototypes {
            Some(PrototypesView { open: OpenPrototype::Here(info), .. }) => {
                Some(info.prototype.id.to_string())
            }
            _ => None,
        };
        let before = self.prototypes(open.as_deref()).outcomes;
        self.request(Request::Prototypes(request));
        let after = self.prototypes(open.as_deref());
        assert_eq!((after.outcomes, after.busy), (before + 1, false));
        after.outcome.expect("an outcome")
    }
}

fn signed_in() -> Site {
    let mut site = Site::signed_in_as(Role::Admin);
    site.server.answer("GET /api/prototypes", 200, &[summary("P2", "b"), summary("P1", "A")]);
    site.server.answer("GET /api/prototypes/P1", 200, &info(3));
    site
}

#[test]
fn the_list_is_by_name_and_the_open_one_is_here() {
    let mut site = signed_in();
    let view = site.prototypes(None);
    let names: Vec<_> = view.list.iter().flatten().map(|it| it.name.clone()).collect();
    assert_eq!(names, ["A", "b"]);
    assert_eq!(site.prototypes(Some("P1")).open, OpenPrototype::Here(Box::new(info(3))));
    site.server.answer("GET /api/prototypes/P9", 404, &error("not-found"));
    assert_eq!(site.prototypes(Some("P9")).open, OpenPrototype::Missing);
    site.server.unreachable = true;
    let view = site.prototypes(None);
    assert_eq!(view.trouble, Some(Trouble::Unreachable));
    assert!(view.list.is_some());
    site.server.unreachable = false;
    site.prototypes(Some("P1"));
    assert_eq!(site.prototypes(None).trouble, None);
}

#[test]
fn what_somebody_else_changes_is_seen_while_the_page_is_open() {
    let mut site = signed_in();
    site.prototypes(Some("P1"));
    site.server.answer("GET /api/prototypes/P1", 200, &info(4));
    site.publish("console/v1/prototypes", "{}");
    assert_eq!(site.prototypes(Some("P1")).open, OpenPrototype::Here(Box::new(info(4))));
    site.frame(View::Devices, Vec::new());
    let calls = site.server.count("GET /api/prototypes");
    site.publish("console/v1/prototypes", "{}");
    assert_eq!(site.server.count("GET /api/prototypes"), calls);
}

#[test]
fn what_became_of_an_edit_is_told_once() {
    let mut site = signed_in();
    site.prototypes(Some("P1"));
    site.server.answer("PUT /api/prototypes/P1", 200, &info(4));
    site.server.answer("GET /api/prototypes/P1", 200, &info(4));
    assert_eq!(site.outcome(edit(3, channels())), Outcome::Saved(Box::new(info(4))));
    let sent: PrototypeEdit = api::from_json(&site.server.body).unwrap();
    assert_eq!((sent.revision, sent.draft.channels), (3, channels()));

    let refusal = |code: &str, current, hides| EditRefusal {
        code: code.to_owned(),
        message: String::new(),
        current,
        hides,
    };
    let newer = refusal("edited-meanwhile", Some(info(5)), Vec::new());
    site.server.answer("PUT /api/prototypes/P1", 409, &newer);
    site.server.answer("GET /api/prototypes/P1", 200, &info(5));
    assert_eq!(site.outcome(edit(4, channels())), Outcome::Outdated(Box::new(info(5))));
    let hides = vec![HiddenHistory { channel: id("temp"), devices: 2 }];
    site.server.answer(
        "PUT /api/prototypes/P1",
        409,
        &refusal("hides-history", None, hides.clone()),
    );
    assert_eq!(site.outcome(edit(5, channels())), Outcome::Hides(hides));
    for (status, code, trouble) in [
        (403, "not-allowed", Trouble::NotAllowed),
        (404, "not-found", Trouble::Gone),
        (422, "invalid", Trouble::Refused("Because of invalid.".to_owned())),
        (500, "internal", Trouble::Other("Because of internal.".to_owned())),
    ] {
        site.server.answer("PUT /api/prototypes/P1", status, &error(code));
        assert_eq!(site.outcome(edit(5, channels())), Outcome::Failed(trouble));
    }
}

#[test]
fn every_request_has_its_call_and_its_outcome() {
    let mut site = signed_in();
    site.server.answer("POST /api/prototypes", 201, &info(1));
    let create = PrototypesRequest::Create("Board".to_owned());
    assert_eq!(site.outcome(create), Outcome::Created(id("P1")));
    let sent: PrototypeDraft = api::from_json(&site.server.body).unwrap();
    assert_eq!((sent.name.as_str(), sent.channels.len()), ("Board", 0));

    let skipped = vec![SkippedChannel { channel: "cam".to_owned(), kind: "16".to_owned() }];
    let imported = ImportedPrototype { info: info(1), skipped: skipped.clone() };
    site.server.answer("POST /api/prototypes/import", 201, &imported);
    let import = PrototypesRequest::Import("{\"any\": 1}".to_owned());
    assert_eq!(site.outcome(import), Outcome::Imported(id("P1"), skipped));
    assert_eq!(site.server.body, b"{\"any\": 1}");
    let large = PrototypesRequest::Import(" ".repeat((1 << 20) + 1));
    assert_eq!(site.outcome(large), Outcome::Failed(Trouble::TooLarge(1 << 20)));

    site.server.answer("POST /api/prototypes/P1/clone", 409, &error("too-many"));
    let clone = PrototypesRequest::Clone { prototype: id("P1"), name: "Copy".to_owned() };
    assert_eq!(site.outcome(clone), Outcome::Failed(Trouble::TooMany));

    site.server.answer("GET /api/prototypes/P1/export", 200, &1);
    let (name, text) = ("P1.json".to_owned(), "1".to_owned());
    assert_eq!(site.outcome(PrototypesRequest::Export(id("P1"))), Outcome::File { name, text });

    site.server.answer("DELETE /api/prototypes/P1", 409, &error("in-use"));
    assert_eq!(site.outcome(PrototypesRequest::Remove(id("P1"))), Outcome::InUse);
    site.server.answers.insert("DELETE /api/prototypes/P1".to_owned(), (204, Vec::new()));
    assert_eq!(site.outcome(PrototypesRequest::Remove(id("P1"))), Outcome::Removed(id("P1")));

    let made = vec![MadeDevice { id: id("D7"), key: id("key7"), name: "Shed".to_owned() }];
    site.server.answer("POST /api/devices", 201, &made);
    assert_eq!(site.outcome(make("Shed", None)), Outcome::Made(made));
    let sent: NewDevices = api::from_json(&site.server.body).unwrap();
    assert_eq!((sent.prototype, sent.devices.len()), (id("P1"), 1));
    site.server.answer("POST /api/devices", 409, &error("id-exists"));
    assert_eq!(site.outcome(make("Shed", None)), Outcome::Failed(Trouble::IdExists));
}

fn make(name: &str, given: Option<(&str, &str)>) -> PrototypesRequest {
    let (device, key) = given.map(|(device, key)| (id(device), id(key))).unzip();
    let draft = DeviceDraft { name: name.to_owned(), id: device, key };
    PrototypesRequest::MakeDevices(id("P1"), vec![draft])
}

#[test]
fn one_request_at_a_time() {
    let mut site = signed_in();
    site.prototypes(None);
    site.server.hold = true;
    for _ in 0..2 {
        site.request(Request::Prototypes(PrototypesRequest::Create("Board".to_owned())));
    }
    assert!(site.prototypes(None).busy);
    assert_eq!(site.server.count("POST /api/prototypes"), 1);
    site.request(Request::Logout { everywhere: false });
    site.server.hold = false;
    site.release();
    let view = site.prototypes(None);
    assert_eq!((view.busy, view.outcome, view.list), (false, None, None));
}

#[test]
fn a_channel_of_another_type_shows_no_value_of_the_former_one() {
    let mut site = Site::signed_in();
    site.report("temp", "21.5");
    assert_eq!(site.value("temp").as_deref(), Some("21.5"));
    let mut device = crate::site::device();
    let at = device.prototype.channels.iter().position(|it| it.id == id("temp")).unwrap();
    device.prototype.channels[at].kind = ChannelKind::String;
    site.server.answer("GET /api/devices", 200, &[device]);
    site.announce(api::DeviceChange::Registry);
    assert_eq!(site.value("temp"), None);
}

// Where there is no server.

fn alone() -> (Site, ProductId) {
    let mut site = Site::new();
    site.start();
    site.prototypes(None);
    let Outcome::Created(product) = site.outcome(PrototypesRequest::Create("Board".to_owned()))
    else {
        panic!("not created")
    };
    (site, product)
}

fn save(site: &mut Site, product: &ProductId, revision: u64, channels: Vec<Channel>) -> Outcome {
    let draft = PrototypeDraft { name: "Board".to_owned(), channels, ..PrototypeDraft::default() };
    let edit = PrototypeEdit { revision, draft, hide: Vec::new() };
    site.outcome(PrototypesRequest::Save(product.clone(), edit))
}

fn opened(site: &mut Site, product: &ProductId) -> PrototypeInfo {
    match site.prototypes(Some(product.as_str())).open {
        OpenPrototype::Here(info) => *info,
        other => panic!("{other:?}"),
    }
}

fn made(site: &mut Site, product: &ProductId, name: &str, device: &str) -> Outcome {
    let draft = DeviceDraft { name: name.to_owned(), id: Some(id(device)), key: Some(id("key1")) };
    site.outcome(PrototypesRequest::MakeDevices(product.clone(), vec![draft]))
}

#[test]
fn without_a_server_the_browser_keeps_prototypes_and_their_devices() {
    let (mut site, product) = alone();
    assert!(matches!(save(&mut site, &product, 1, channels()), Outcome::Saved(_)));
    assert!(matches!(made(&mut site, &product, "Shed", "D1"), Outcome::Made(_)));
    assert_eq!(made(&mut site, &product, "Shed", "D1"), Outcome::Failed(Trouble::IdExists));
    assert_eq!(site.outcome(PrototypesRequest::Remove(product.clone())), Outcome::InUse);

    let mut site = site.reloaded();
    let info = opened(&mut site, &product);
    assert_eq!((info.revision, info.devices, info.prototype.channels), (2, 1, channels()));
    site.frame(View::Devices, Vec::new());
    let rows = site.screen.devices.clone().unwrap();
    assert_eq!(rows[0].prototype, Some((product.clone(), "Board".to_owned())));
    site.connect(profile());
    site.report("temp", "21");
    assert_eq!(site.value("temp").as_deref(), Some("21"));

    // What is edited holds for its devices at once, and their other values stay.
    let mut other = channels();
    other.remove(0);
    other[0].kind = ChannelKind::String;
    assert!(matches!(save(&mut site, &product, 2, other.clone()), Outcome::Saved(_)));
    site.device_page();
    assert_eq!(site.screen.device.clone().unwrap().channels, other);
    assert_eq!(site.value("temp").as_deref(), Some("21"));
    site.request(Request::RemoveDevice(id("D1")));
    let gone = site.outcome(PrototypesRequest::Remove(product.clone()));
    assert_eq!(gone, Outcome::Removed(product.clone()));
    assert_eq!(site.reloaded().prototypes(Some(product.as_str())).open, OpenPrototype::Missing);
}

#[test]
fn the_devices_of_the_open_prototype_are_renamed_and_removed() {
    let (mut site, product) = alone();
    made(&mut site, &product, "Shed", "D1");
    let edit = |name: &str| DeviceEdit {
        name: name.to_owned(),
        description: "by the pond".to_owned(),
        tags: vec!["north".to_owned()],
    };
    site.prototypes(Some(product.as_str()));
    let renamed = PrototypesRequest::EditDevice(id("D1"), edit("Barn"));
    assert_eq!(site.outcome(renamed), Outcome::DeviceEdited(id("D1")));
    let nameless = site.outcome(PrototypesRequest::EditDevice(id("D1"), edit(" ")));
    assert!(matches!(nameless, Outcome::Failed(Trouble::Refused(_))));
    let mut site = site.reloaded();
    let own = site.prototypes(Some(product.as_str())).devices;
    assert_eq!((own.len(), &own[0].about, own[0].may_edit), (1, &edit("Barn"), true));
    let remove = PrototypesRequest::RemoveDevice { device: id("D1"), history: false };
    assert_eq!(site.outcome(remove.clone()), Outcome::DeviceRemoved(id("D1")));
    assert_eq!(site.outcome(remove), Outcome::Failed(Trouble::Gone));
}

#[test]
fn a_device_of_the_server_gets_another_name_or_key_or_goes() {
    let mut site = signed_in();
    let own = site.prototypes(Some("P1")).devices;
    assert_eq!((own.len(), own[0].about.name.as_str()), (1, "Greenhouse"));
    let edit = own[0].about.clone();
    site.server.answer("PUT /api/devices/D1", 200, &edit);
    let edit = PrototypesRequest::EditDevice(id("D1"), edit);
    assert_eq!(site.outcome(edit), Outcome::DeviceEdited(id("D1")));
    let credentials = Credentials { id: id("D1"), key: id("key2") };
    site.server.answer("POST /api/devices/D1/key", 200, &credentials);
    let rekeyed = site.outcome(PrototypesRequest::NewKey(id("D1")));
    assert_eq!(rekeyed, Outcome::Rekeyed(credentials));
    let gone = "DELETE /api/devices/D1?history=remove";
    site.server.answers.insert(gone.to_owned(), (204, Vec::new()));
    let remove = PrototypesRequest::RemoveDevice { device: id("D1"), history: true };
    assert_eq!(site.outcome(remove), Outcome::DeviceRemoved(id("D1")));
}

#[test]
fn another_tab_sees_an_edit_and_is_refused_its_own_of_an_older_state() {
    let (mut here, product) = alone();
    let mut there = Site::new();
    there.start();
    let kept = |site: &Site| site.kept.get("prototypes").cloned();
    there.input(mcs_view::Input::KeptElsewhere("prototypes".to_owned(), kept(&here)));
    assert!(matches!(save(&mut here, &product, 1, channels()), Outcome::Saved(_)));
    assert_eq!(opened(&mut there, &product).revision, 1);
    there.input(mcs_view::Input::KeptElsewhere("prototypes".to_owned(), kept(&here)));
    assert_eq!(opened(&mut there, &product).revision, 2);
    let Outcome::Outdated(current) = save(&mut there, &product, 1, Vec::new()) else {
        panic!("not refused")
    };
    assert_eq!(current.prototype.channels, channels());
}

#[test]
fn what_cannot_be_kept_is_refused_here_too() {
    let (mut site, product) = alone();
    let twice = vec![channels().remove(0), channels().remove(0)];
    let Outcome::Failed(Trouble::Refused(why)) = save(&mut site, &product, 1, twice) else {
        panic!("not refused")
    };
    assert_eq!(why, "channel number 2: the id is there twice");
    let import = site.outcome(PrototypesRequest::Import("{".to_owned()));
    assert!(matches!(import, Outcome::Failed(Trouble::File(_))));
    let nameless = made(&mut site, &product, " ", "D1");
    assert!(matches!(nameless, Outcome::Failed(Trouble::Refused(_))));
    let clone = PrototypesRequest::Clone { prototype: id("Pnone"), name: "x".to_owned() };
    assert_eq!(site.outcome(clone), Outcome::Failed(Trouble::Gone));
}

#[test]
fn everything_goes_into_a_file_and_comes_back_in_another_browser() {
    let (mut site, product) = alone();
    let camera = Channel {
        id: id("cam"),
        name: "Camera".to_owned(),
        description: String::new(),
        direction: Direction::Display,
        kind: ChannelKind::Image,
        template: None,
    };
    save(&mut site, &product, 1, vec![camera]);
    made(&mut site, &product, "Shed", "D1");
    let Outcome::File { text, .. } = site.outcome(PrototypesRequest::Backup) else {
        panic!("no file")
    };
    let mut other = Site::new();
    other.start();
    let restored = other.outcome(PrototypesRequest::Restore(text.clone()));
    assert_eq!(restored, Outcome::Restored { prototypes: 1, devices: 1, profiles: 0 });
    assert_eq!(opened(&mut other, &product).devices, 1);
    let Outcome::File { text: again, .. } = other.outcome(PrototypesRequest::Backup) else {
        panic!("no file")
    };
    assert!(again.contains("\"Shed\"") && again.contains("\"cam\""), "{again}");
    for wrong in ["", "{}", "[]", &text.replace("_backup\":1", "_backup\":2"), &text[..99]] {
        let refused = other.outcome(PrototypesRequest::Restore(wrong.to_owned()));
        let why = [Trouble::NoBackup, Trouble::LaterVersion].map(Outcome::Failed);
        assert!(why.contains(&refused), "{refused:?}");
    }
}

#[test]
fn connections_come_back_without_passwords_and_keep_their_devices() {
    let (mut site, product) = alone();
    let named = |host: &str| Profile { host: host.to_owned(), ..Profile::default() };
    let put = |profile, password: Option<&str>| ConnectionsRequest::Put {
        id: None,
        profile: Box::new(profile),
        password: password.map(|it| Secret(it.to_owned())),
        connect: false,
    };
    site.connections(put(named("shed.example"), Some("hunter2")));
    made(&mut site, &product, "Shed", "D1");
    let Outcome::File { text, .. } = site.outcome(PrototypesRequest::Backup) else {
        panic!("no file")
    };
    assert!(text.contains("shed.example") && !text.contains("hunter2"), "{text}");

    // There the first connection is another one.
    let mut other = Site::new();
    other.start();
    other.connections(put(named("barn.example"), None));
    for _ in 0..2 {
        let restored = other.outcome(PrototypesRequest::Restore(text.clone()));
        assert_eq!(restored, Outcome::Restored { prototypes: 1, devices: 1, profiles: 1 });
    }
    let Outcome::File { text: there, .. } = other.outcome(PrototypesRequest::Backup) else {
        panic!("no file")
    };
    assert_eq!(there.matches("shed.example").count(), 1, "{there}");
    assert!(there.contains("\"connection\":2"), "{there}");
}
