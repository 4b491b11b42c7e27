//! A victim and an intruder.

use std::net::SocketAddr;

use super::table::{OWN_ID, OWN_KEY, named};
use crate::wire::{Hello, Message, Raw, Version};
use crate::{Site, admin};

/// A victim, somebody who watches it, and its board.
pub(super) struct Scene {
    pub(super) site: Site,
    pub(super) watcher: Raw,
    board: Raw,
    pub(super) own_board: Raw,
    time: u64,
}

impl Scene {
    pub(super) async fn set() -> Self {
        let site = Site::start().await;
        let folder = &site.folder;
        let add = ["device", "add", &site.product, "--id", OWN_ID, "--key", OWN_KEY, "--name", "B"];
        admin(folder, &add).await;
        let mqtt = site.server.addrs().mqtt;
        let mut watcher = Raw::connect(mqtt, &Hello::new(Version::V5, "watcher")).await;
        watcher.subscribe(&named("mcs/{A}/{a}/#"), 1).await;
        let mut board = Raw::connect(mqtt, &Hello::new(Version::V311, "mt7687")).await;
        let kept = Message::new(&named("mcs/{A}/{a}/status"), "1432538716000,status,secret", 1);
        board.publish(&kept.clone().retained()).await;
        assert_eq!(watcher.message().await, kept);
        let own_board = Raw::connect(mqtt, &Hello::new(Version::V311, "other")).await;
        Self { site, watcher, board, own_board, time: 1_432_538_717_000 }
    }

    pub(super) fn mqtt(&self) -> SocketAddr {
        self.site.server.addrs().mqtt
    }

    pub(super) async fn intruder(&self, version: Version) -> Raw {
        Raw::connect(self.mqtt(), &Hello::new(version, "intruder")).await
    }

    /// The victim works, and what it sees next is its own.
    pub(super) async fn victim_is_well(&mut self, case: &str) {
        self.time += 1;
        let report = format!("{},count,{}", self.time, self.time % 600);
        let report = Message::new(&named("mcs/{A}/{a}/count"), &report, 1);
        assert_eq!(self.board.publish(&report).await, 0, "{case}");
        assert_eq!(self.watcher.message().await, report, "{case}");
    }

    /// The victim works, and the intruder, who may still be connected, sees nothing of it but its own data.
    pub(super) async fn nothing_leaks(&mut self, intruder: Option<&mut Raw>, case: &str) {
        self.victim_is_well(case).await;
        let Some(intruder) = intruder else { return };
        intruder.subscribe(&named("mcs/{B}/{b}/count"), 1).await;
        let own = format!("{},count,1", self.time);
        let own = Message::new(&named("mcs/{B}/{b}/count"), &own, 1);
        assert_eq!(self.own_board.publish(&own).await, 0, "{case}");
        // Messages keep their order: what leaked would come first.
        assert_eq!(intruder.message().await, own, "{case}");
    }

    /// Everything stored and retained of the victim is its own.
    pub(super) async fn nothing_was_forged(&self) {
        for channel in ["count", "status", "switch_control"] {
            let path = format!("/datachannels/{channel}/datapoints.csv?limit=1000");
            let reply = self.site.device("GET", &path).send().await;
            assert!(!reply.text().contains(",666"), "{channel}: {}", reply.text());
        }
        let mut late = Raw::connect(self.mqtt(), &Hello::new(Version::V311, "late")).await;
        late.subscribe(&named("mcs/{A}/{a}/#"), 1).await;
        let kept = Message::new(&named("mcs/{A}/{a}/status"), "1432538716000,status,secret", 1);
        assert_eq!(late.message().await, kept.retained());
        late.ping().await;
    }
}
