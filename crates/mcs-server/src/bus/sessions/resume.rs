//! A client comes back to its session, or begins anew.

use anyhow::{Context as _, Result};
use rmqtt::inflight::{MomentStatus, OutInflightMessage};
use rmqtt::session::{OfflineInfo, Session};
use rmqtt::topic::Topic;
use rmqtt::types::{ClientId, Tx};
use tracing::error;

use super::Sessions;
use super::book::{Link, Sent};
use super::leave::patience;
use super::message::publish;
use crate::store::{Change, MessageRecord};

impl Sessions {
    /// What the broker has to know of a kept session whose client comes back.
    pub(super) async fn resume(&self, name: &ClientId) -> Result<Option<OfflineInfo>> {
        let found = self.book().kept.get(name).map(|it| (it.id, it.owner.clone(), it.created));
        let Some((session, id, created_at)) = found else { return Ok(None) };
        let subscriptions = self.0.store.subscriptions(session).await?;
        let subscriptions = subscriptions.into_iter().map(|(filter, options)| {
            let options = serde_json::from_str(&options);
            Ok((filter.into(), options.context("the options of a stored subscription")?))
        });
        let subscriptions = subscriptions.collect::<Result<_>>()?;

        let sent = self.0.store.sent(session).await?;
        let page = {
            let mut book = self.book();
            let Some(kept) = book.kept.get_mut(name) else { return Ok(None) };
            // Left over from a connection that did not get this far.
            let on_the_way = |id| sent.iter().any(|record| record.id == id);
            kept.queue.take_back(on_the_way);
            kept.queue.page()
        };
        let page = match page {
            Some((first, last)) => self.0.store.page(session, first, last).await?,
            None => Vec::new(),
        };

        let mut book = self.book();
        let Some(kept) = book.kept.get_mut(name) else { return Ok(None) };
        kept.resuming = !page.is_empty() || sent.iter().any(|record| !record.released);
        kept.sent.clear();
        let mut inflight_messages = Vec::with_capacity(sent.len());
        for record in sent {
            let (packet, released) = (record.packet.unwrap_or_default(), record.released);
            kept.sent.insert(record.id, Sent { packet, released });
            kept.queue.hand(record.id, record.size());
            inflight_messages.push(self.inflight(record)?);
        }
        // The broker takes them from the end.
        inflight_messages.reverse();
        let mut offline_messages = std::collections::VecDeque::with_capacity(page.len());
        for record in page {
            kept.queue.take(record.id);
            offline_messages.push_back((self.sender(), publish(record)?));
        }
        Ok(Some(OfflineInfo { id, subscriptions, offline_messages, inflight_messages, created_at }))
    }

    /// The client of a session is there.
    pub(super) async fn returned(&self, session: &Session, tx: Tx) -> Result<()> {
        let patience = patience(session).await;
        let permit = self.0.store.reserve().await?;
        let written = {
            let mut book = self.book();
            let Some(kept) = book.kept.get_mut(&session.id.client_id) else { return Ok(()) };
            kept.link = Some(Link::new(session.id.clone(), tx));
            kept.owner = session.id.clone();
            kept.patience = patience;
            kept.expires = None;
            permit.write(vec![Change::Return { session: kept.id, patience }])
        };
        written.committed().await?;
        self.settle(&session.id.client_id, |_| ());
        Ok(())
    }

    /// Ends a session: nothing of it stays. Whether it was kept.
    pub(in crate::bus) async fn forget(&self, name: &ClientId) -> Result<bool> {
        let permit = self.0.store.reserve().await?;
        let Some(session) = self.book().kept.get(name).map(|kept| kept.id) else {
            return Ok(false);
        };
        let filters = self.0.store.subscriptions(session).await;
        let written = {
            let mut book = self.book();
            if book.kept.get(name).is_none_or(|kept| kept.id != session) {
                return Ok(false);
            }
            book.kept.remove(name);
            permit.write(vec![Change::Forget { session }])
        };
        for (filter, _) in filters? {
            self.unroute(&filter, name).await;
        }
        written.committed().await?;
        Ok(true)
    }

    /// The filters of a session whose client is away; none when it is not kept.
    pub(in crate::bus) async fn filters(&self, name: &ClientId) -> Result<Vec<String>> {
        let session = self.book().kept.get(name).map(|kept| kept.id);
        let Some(session) = session else { return Ok(Vec::new()) };
        let subscriptions = self.0.store.subscriptions(session).await?;
        Ok(subscriptions.into_iter().map(|(filter, _)| filter).collect())
    }

    /// Takes a subscription out of a session.
    pub(in crate::bus) async fn unsubscribe(&self, name: &ClientId, filter: &str) -> Result<()> {
        let permit = self.0.store.reserve().await?;
        let written = {
            let book = self.book();
            let Some(kept) = book.kept.get(name) else { return Ok(()) };
            let (session, filter) = (kept.id, filter.to_owned());
            permit.write(vec![Change::Unsubscribe { session, filter }])
        };
        self.unroute(filter, name).await;
        written.committed().await
    }

    /// Drops what waits in a session, or was on the way, and matches none of these filters.
    pub(in crate::bus) async fn withdraw(&self, name: &ClientId, filters: &[String]) -> Result<()> {
        let session = self.book().kept.get(name).map(|kept| kept.id);
        let Some(session) = session else { return Ok(()) };
        let filters = filters.iter().map(|it| it.parse()).collect::<Result<Vec<Topic>, _>>()?;
        let may_have = |topic: &str| filters.iter().any(|filter| filter.matches_str(topic));
        let topics = self.0.store.topics(session).await?;
        let lost = topics.into_iter().filter(|(_, topic)| !may_have(topic)).map(|(id, _)| id);
        let lost: Vec<_> = lost.collect();
        let permit = self.0.store.reserve().await?;
        let written = {
            let mut book = self.book();
            let Some(kept) = book.kept.get_mut(name).filter(|kept| kept.id == session) else {
                return Ok(());
            };
            for message in &lost {
                kept.queue.lost(*message);
                kept.queue.done(*message);
                kept.sent.remove(message);
            }
            permit.write(lost.into_iter().map(|message| Change::Remove { message }).collect())
        };
        written.committed().await
    }

    /// From here on no message finds its way by this subscription.
    pub(super) async fn unroute(&self, filter: &str, name: &ClientId) {
        let router = self.0.broker.extends.router().await;
        let owner =
            router.relations().get(filter).and_then(|it| it.get(name).map(|it| it.0.clone()));
        if let Some(owner) = owner
            && let Err(error) = router.remove(filter, owner).await
        {
            error!(%error, "cannot take a subscription out of the router");
        }
    }

    fn inflight(&self, record: MessageRecord) -> Result<OutInflightMessage> {
        let status = match (record.qos, record.released) {
            (2, true) => MomentStatus::UnComplete,
            (2, false) => MomentStatus::UnReceived,
            _ => MomentStatus::UnAck,
        };
        Ok(OutInflightMessage::new(status, self.sender(), publish(record)?))
    }
}
