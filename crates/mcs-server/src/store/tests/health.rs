use std::time::Duration;

use super::*;
use crate::store::health::Trouble;

impl Bench {
    /// Lets the database grow no further, or as far as it wants: as a disk that is full.
    async fn limit(&self, pages: u32) {
        let limit = format!("PRAGMA max_page_count = {pages}");
        let limit = sqlx::raw_sql(sqlx::AssertSqlSafe(limit));
        limit.execute(&self.store.write).await.unwrap();
    }

    async fn well(&self) {
        while self.store.health().trouble().is_some() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

fn unavailable(outcome: anyhow::Result<()>) -> Option<Trouble> {
    Some(outcome.err()?.downcast::<Unavailable>().unwrap().0)
}

#[tokio::test]
async fn a_full_disk_is_told_and_what_was_acknowledged_stays() {
    let bench = Bench::new("full-disk").await;
    bench.limit(100).await;
    let text = |n: u64| point("text", n, Value::String("x".repeat(3000)));
    let mut kept = 0;
    let told = loop {
        match unavailable(bench.write(&[text(kept)]).await.committed().await) {
            None => kept += 1,
            Some(trouble) => break trouble,
        }
        assert!(kept < 1000);
    };
    assert_eq!((told, bench.store.health().trouble()), (Trouble::Full, Some(Trouble::Full)));
    assert_eq!(bench.store.health().failed(), 1);
    let stored = async || {
        let (device, channel) = (device(), channel("text"));
        let page = bench.store.points(&device, &channel, EVERYTHING, Order::NewestFirst).await;
        page.unwrap().points.len() as u64
    };
    assert_eq!(stored().await, kept);
    bench.limit(1_000_000).await;
    bench.write(&[text(kept)]).await.committed().await.unwrap();
    assert_eq!((stored().await, bench.store.health().trouble()), (kept + 1, None));
}

#[tokio::test]
async fn a_disk_with_space_again_is_noticed_without_any_write() {
    let bench = Bench::new("space-again").await;
    bench.limit(1).await;
    let text = point("text", 0, Value::String("x".repeat(100_000)));
    assert_eq!(unavailable(bench.write(&[text]).await.committed().await), Some(Trouble::Full));
    bench.limit(1_000_000).await;
    bench.well().await;
}

#[tokio::test]
async fn space_that_is_short_and_comes_back_while_nobody_writes_is_noticed() {
    let bench = Bench::new("space-again-unused").await;
    bench.write(&[number(1, 1)]).await.committed().await.unwrap();
    // Whoever writes waits for something to write.
    tokio::task::yield_now().await;
    bench.store.health().observe_free(10 << 20);
    assert_eq!(bench.store.health().trouble(), Some(Trouble::Full));
    bench.store.health().observe_free(100 << 20);
    tokio::time::timeout(Duration::from_secs(10), bench.well()).await.expect("noticed");
}

#[tokio::test]
async fn points_are_refused_before_the_last_byte_is_used() {
    let bench = Bench::new("nearly-full").await;
    let health = bench.store.health();
    health.observe_free(10 << 20);
    let write = async || unavailable(bench.write(&[number(1, 1)]).await.committed().await);
    assert_eq!(write().await, Some(Trouble::Full));
    // People still sign in and remove things.
    bench.register().await;
    health.observe_free(35 << 20);
    assert_eq!(write().await, Some(Trouble::Full), "a little more is not enough");
    health.observe_free(100 << 20);
    assert_eq!(write().await, None);
    assert_eq!(health.trouble(), None);
}

#[tokio::test]
async fn a_locked_database_is_told() {
    let bench = Bench::new("locked").await;
    let patience = "PRAGMA busy_timeout = 10";
    sqlx::raw_sql(patience).execute(&bench.store.write).await.unwrap();
    let other = bench.store.pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let outcome = bench.write(&[number(1, 1)]).await.committed().await;
    assert_eq!(unavailable(outcome), Some(Trouble::Locked));
    other.rollback().await.unwrap();
    bench.write(&[number(1, 2)]).await.committed().await.unwrap();
    assert_eq!(bench.values(EVERYTHING, Order::OldestFirst).await.0, [2]);
}

#[tokio::test]
async fn what_waits_in_sessions_is_refused_too_but_what_has_happened_is_written() {
    let bench = Bench::new("sessions-full").await;
    let sessions = bench.store.sessions();
    let write = async |changes| sessions.write(changes).await.unwrap().committed().await;
    let message = |id| MessageRecord {
        id,
        session: 1,
        topic: "mcs/D/k/c".to_owned(),
        payload: "1".into(),
        qos: 0,
        retain: false,
        properties: None,
        created: 0,
        packet: None,
        released: false,
    };
    let (name, patience) = ("board".to_owned(), 1000);
    let session = SessionRecord { id: 1, name, created: 0, patience, expires: None };
    write(vec![Change::Keep(session), Change::Store(message(1))]).await.unwrap();
    bench.store.health().observe_free(10 << 20);
    let both = vec![Change::Remove { message: 1 }, Change::Store(message(2))];
    let refused = write(both).await.unwrap_err();
    assert!(refused.chain().any(|it| it.is::<Unavailable>()), "{refused:#}");
    write(vec![Change::Leave { session: 1, expires: 5 }]).await.unwrap();
    assert_eq!(sessions.topics(1).await.unwrap(), []);
    assert_eq!(sessions.load().await.unwrap()[0].expires, Some(5));
    bench.store.health().observe_free(100 << 20);
    write(vec![Change::Store(message(3))]).await.unwrap();
    assert_eq!(sessions.topics(1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_activation_waits_for_no_database_that_takes_nothing() {
    let bench = Bench::new("activation").await;
    bench.register().await;
    bench.store.put_activation(&device(), b"code").await.unwrap();
    // Whoever has the only connection that writes holds everybody up who wants to write.
    let held = bench.store.begin().await.unwrap();
    let soon = Duration::from_secs(5);
    let unknown = tokio::time::timeout(soon, bench.store.activate(b"another")).await;
    assert_eq!(unknown.expect("an answer").unwrap(), None);
    bench.store.health.observe_free(0);
    let known = tokio::time::timeout(soon, bench.store.activate(b"code")).await;
    assert_eq!(unavailable(known.expect("an answer").map(drop)), Some(Trouble::Full));
    drop(held);
    bench.store.health.observe_free(u64::MAX);
    bench.write(&[number(1, 1)]).await.committed().await.unwrap();
    let (id, _) = bench.store.activate(b"code").await.unwrap().expect("the device");
    assert_eq!(id, device());
}
