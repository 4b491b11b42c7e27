//! Passwords under a passphrase, and profiles in files.

use mcs_view::protocol::{
    ConnectionId, ConnectionsRequest, ConnectionsView, LinkState, Novelty, Profile, Secret,
    VaultState, View,
};

use crate::site::{FIRST, Site, profile};

fn secret(text: &str) -> Secret {
    Secret(text.to_owned())
}

fn view(site: &mut Site) -> ConnectionsView {
    site.frame(View::Devices, Vec::new());
    site.screen.connections.clone().unwrap_or_default()
}

fn named() -> Profile {
    Profile { username: "ann".to_owned(), ..profile() }
}

/// A profile with a password, connected, and kept under a passphrase.
fn protected() -> Site {
    let mut site = Site::new();
    site.start();
    site.connections(ConnectionsRequest::Protect(secret("horse")));
    site.connections(ConnectionsRequest::Put {
        id: None,
        profile: Box::new(named()),
        password: Some(secret("hunter2")),
        connect: true,
    });
    site
}

fn is_clear_of(site: &Site, word: &str) -> bool {
    site.kept.values().all(|it| !String::from_utf8_lossy(it).contains(word))
}

#[test]
fn a_kept_password_is_locked_after_a_reload_and_the_passphrase_opens_it() {
    let site = protected();
    assert!(is_clear_of(&site, "hunter2"));
    let mut site = site.reloaded();
    assert_eq!(view(&mut site).vault, VaultState::Locked { wrong: false });
    // It needs the password: trying without would only get the user locked out.
    assert_eq!(site.row(FIRST).unwrap().link.state, LinkState::Idle);
    site.connections(ConnectionsRequest::Unlock(secret("cow")));
    assert_eq!(view(&mut site).vault, VaultState::Locked { wrong: true });
    site.connections(ConnectionsRequest::Unlock(secret("horse")));
    assert_eq!(view(&mut site).vault, VaultState::Open);
    assert!(site.row(FIRST).unwrap().has_password);
    assert!(matches!(site.row(FIRST).unwrap().link.state, LinkState::Connected { .. }));
}

#[test]
fn who_forgets_the_passphrase_forgets_the_passwords() {
    let mut site = protected().reloaded();
    site.connections(ConnectionsRequest::Unprotect);
    assert_eq!(view(&mut site).vault, VaultState::None);
    assert_eq!(view(&mut site.reloaded()).vault, VaultState::None);
}

#[test]
fn wiping_leaves_nothing_behind() {
    let mut site = protected();
    crate::static_site::add(&mut site);
    site.connections(ConnectionsRequest::Wipe);
    assert!(site.kept.is_empty());
    assert_eq!((site.row(FIRST), site.socket), (None, None));
    assert_eq!(site.screen.devices.as_ref().map(Vec::len), Some(0));
    assert!(view(&mut site.reloaded()).rows.is_empty());
}

fn export(site: &mut Site, passphrase: Option<Secret>) -> String {
    site.connections(ConnectionsRequest::Export(passphrase));
    view(site).export.unwrap()
}

fn import(site: &mut Site, file: &str, take: &[u32], passphrase: Option<Secret>) {
    site.connections(ConnectionsRequest::Preview(file.to_owned()));
    let take = take.to_vec();
    site.connections(ConnectionsRequest::Import { take, passphrase });
}

#[test]
fn an_export_holds_no_password_unless_under_a_passphrase() {
    let mut site = protected();
    let plain = export(&mut site, None);
    assert!(!plain.contains("hunter2"));
    let sealed = export(&mut site, Some(secret("cow")));
    assert!(!sealed.contains("hunter2"));
    for (file, passphrase, has_password) in
        [(plain, None, false), (sealed.clone(), None, false), (sealed, Some(secret("cow")), true)]
    {
        let mut other = Site::new();
        other.start();
        import(&mut other, &file, &[0], passphrase);
        let row = other.row(FIRST).unwrap();
        assert_eq!((row.profile, row.has_password), (named(), has_password));
    }
}

#[test]
fn a_wrong_passphrase_takes_nothing_and_may_be_tried_again() {
    let file = export(&mut protected(), Some(secret("cow")));
    let mut site = Site::new();
    site.start();
    import(&mut site, &file, &[0], Some(secret("pig")));
    let shown = view(&mut site);
    assert!(shown.rows.is_empty());
    assert!(shown.import.unwrap().wrong_passphrase);
    import(&mut site, &file, &[0], Some(secret("cow")));
    assert!(site.row(FIRST).unwrap().has_password);
}

#[test]
fn an_import_is_looked_at_first_and_overwrites_nothing() {
    let mut site = protected();
    let file = r#"[
        {"name": "Workshop", "host": "broker.test", "port": 9001, "protocol": "ws", "path": "/", "username": "ann", "keepalive": 5},
        {"name": "New", "host": "other.test", "port": 443, "protocol": "wss"},
        {"name": "Tcp", "host": "broker.test", "port": 1883, "protocol": "mqtt"},
        {"name": "Evil", "host": "a b<img>", "port": 1, "protocol": "ws"}
    ]"#;
    site.connections(ConnectionsRequest::Preview(file.to_owned()));
    let fates: Vec<_> =
        view(&mut site).import.unwrap().candidates.iter().map(|it| it.novelty).collect();
    assert_eq!(
        fates,
        [Novelty::Beside, Novelty::New, Novelty::NotForBrowsers, Novelty::NotForBrowsers]
    );
    assert_eq!(view(&mut site).rows.len(), 1);
    site.connections(ConnectionsRequest::Import { take: vec![0, 1, 2, 3], passphrase: None });
    let rows = view(&mut site).rows;
    let names: Vec<_> = rows.iter().map(|it| (it.id.0, it.profile.name.as_str())).collect();
    assert_eq!(names, [(1, "Workshop"), (2, "Workshop"), (3, "New")]);
    assert_eq!(rows[0].profile, named());
    // Nothing connects by itself.
    assert_eq!(site.row(ConnectionId(3)).unwrap().link.state, LinkState::Idle);
}

#[test]
fn what_is_no_file_of_profiles_says_so() {
    let mut site = protected();
    site.connections(ConnectionsRequest::Preview("{}".to_owned()));
    assert!(view(&mut site).import.unwrap().unreadable);
    site.connections(ConnectionsRequest::CancelImport);
    assert_eq!(view(&mut site).import, None);
}
