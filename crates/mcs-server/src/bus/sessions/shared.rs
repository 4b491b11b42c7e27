//! Where the broker looks for sessions: ours first.

use async_trait::async_trait;
use rmqtt::Result;
use rmqtt::router::Router;
use rmqtt::session::Session;
use rmqtt::shared::{Entry, RetainLoadCallback, Shared};
use rmqtt::types::{
    ClientId, ConnectInfo, ForwardedCount, ForwardedRecipients, From, Id, IsAdmin, MsgID, NodeId,
    OfflineSession, Publish, QoS, Reason, SessionStatus, SubRelation, SubRelations,
    SubRelationsMap, SubsSearchParams, SubsSearchResult, Subscribe, SubscribeReturn, To,
    TopicFilter, Tx, Unsubscribe,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tracing::{debug, error, warn};

use super::{KEPT, Sessions};
use crate::bus::connect::may_keep;
use crate::bus::hooks::seat;
use crate::bus::roster::Seat;

type Undelivered = Vec<(To, From, Publish, Reason)>;

#[async_trait]
impl Shared for Sessions {
    fn entry(&self, id: Id) -> Box<dyn Entry> {
        Box::new(KeptEntry { plain: self.0.plain.entry(id), sessions: self.clone() })
    }

    fn exist(&self, client_id: &str) -> bool {
        self.0.plain.exist(client_id) || self.book().kept.contains_key(client_id)
    }

    async fn forwards(
        &self,
        msg_id: Option<MsgID>,
        from: From,
        publish: Publish,
    ) -> std::result::Result<ForwardedCount, (ForwardedCount, Undelivered)> {
        let router = self.0.broker.extends.router().await;
        let found = router.matches(from.id.clone(), &publish.topic).await;
        let mut found = found.unwrap_or_else(|error| {
            error!(%error, "a message could not be routed");
            SubRelationsMap::default()
        });
        let Some(mut relations) = found.remove(&self.0.broker.node.id()) else { return Ok(0) };
        raise(&**router, &publish, &mut relations).await;
        drop(router);
        match self.forwards_to(from, &publish, relations, msg_id).await {
            Ok(recipients) => Ok(recipients.len()),
            Err((recipients, undelivered)) => Err((recipients.len(), undelivered)),
        }
    }

    async fn forwards_and_get_shareds(
        &self,
        from: From,
        publish: Publish,
    ) -> std::result::Result<
        (SubRelationsMap, ForwardedRecipients),
        (ForwardedRecipients, Undelivered),
    > {
        // For clusters.
        self.0.plain.forwards_and_get_shareds(from, publish).await
    }

    async fn forwards_to(
        &self,
        from: From,
        publish: &Publish,
        relations: SubRelations,
        msg_id: Option<MsgID>,
    ) -> std::result::Result<ForwardedRecipients, (ForwardedRecipients, Undelivered)> {
        let (to_keep, direct): (Vec<_>, Vec<_>) = {
            let book = self.book();
            relations.into_iter().partition(|(_, name, options, ..)| {
                let kept = book.kept.get(name);
                let promised = publish.qos.less_value(options.qos()) != QoS::AtMostOnce;
                kept.is_some_and(|kept| promised || kept.link.is_none())
                    && may_keep(name, &publish.topic)
            })
        };
        let kept: Vec<_> = to_keep.iter().map(|(_, name, ..)| (name.clone(), None)).collect();
        if !to_keep.is_empty() {
            let copy = |relation: SubRelation| (relation.1.clone(), addressed(publish, relation));
            let messages = to_keep.into_iter().map(copy).collect();
            let wait = publish.qos != QoS::AtMostOnce;
            if let Err(error) = self.keep(&from, messages, wait).await {
                // The store says once that it takes nothing, and why.
                debug!(%error, "a message could not be kept");
                // Only some tasks want to know.
                let _ = KEPT.try_with(|all| all.set(false));
            }
        }
        let (mut recipients, mut undelivered) = (kept, Vec::new());
        for relation in direct {
            let Some(publish) = self.count(&relation.1, publish).await else { continue };
            match self.0.plain.forwards_to(from.clone(), &publish, vec![relation], msg_id).await {
                Ok(more) => recipients.extend(more),
                Err((more, not)) => {
                    recipients.extend(more);
                    undelivered.extend(not);
                }
            }
        }
        if undelivered.is_empty() { Ok(recipients) } else { Err((recipients, undelivered)) }
    }

    fn iter(&self) -> Box<dyn Iterator<Item = Box<dyn Entry>> + Sync + Send + '_> {
        self.0.plain.iter()
    }

    fn random_session(&self) -> Option<Session> {
        self.0.plain.random_session()
    }

    async fn session_status(&self, client_id: &str) -> Option<SessionStatus> {
        self.0.plain.session_status(client_id).await
    }

    async fn client_states_count(&self) -> usize {
        self.0.plain.client_states_count().await
    }

    fn sessions_count(&self) -> usize {
        self.0.plain.sessions_count()
    }

    async fn query_subscriptions(&self, q: &SubsSearchParams) -> Vec<SubsSearchResult> {
        self.0.plain.query_subscriptions(q).await
    }

    async fn subscriptions_count(&self) -> usize {
        self.0.plain.subscriptions_count().await
    }

    async fn retain_load_with(
        &self,
        topic_filter: &TopicFilter,
        cb: Arc<dyn RetainLoadCallback>,
    ) -> Result<Vec<(NodeId, MsgID)>> {
        self.0.plain.retain_load_with(topic_filter, cb).await
    }
}

/// One session, as the broker asks for it.
struct KeptEntry {
    plain: Box<dyn Entry>,
    sessions: Sessions,
}

impl KeptEntry {
    fn name(&self) -> ClientId {
        self.plain.id().client_id.clone()
    }
}

#[async_trait]
impl Entry for KeptEntry {
    async fn try_lock(&self) -> Result<Box<dyn Entry>> {
        let plain = self.plain.try_lock().await?;
        Ok(Box::new(Self { plain, sessions: self.sessions.clone() }))
    }

    fn id(&self) -> Id {
        self.plain.id()
    }

    fn id_same(&self) -> Option<bool> {
        self.plain.id_same()
    }

    async fn set(&mut self, session: Session, tx: Tx) -> Result<()> {
        self.plain.set(session.clone(), tx.clone()).await?;
        self.sessions.returned(&session, tx).await
    }

    async fn remove(&mut self) -> Result<Option<(Session, Tx)>> {
        self.plain.remove().await
    }

    async fn remove_with(&mut self, id: &Id) -> Result<Option<(Session, Tx)>> {
        self.plain.remove_with(id).await
    }

    /// A connection with this name comes in.
    async fn kick(
        &mut self,
        clean_start: bool,
        clear_subscriptions: bool,
        is_admin: IsAdmin,
    ) -> Result<OfflineSession> {
        let name = self.name();
        let held = self.plain.kick(clean_start, clear_subscriptions, is_admin).await?;
        if clean_start {
            let kept = self.sessions.forget(&name).await?;
            return Ok(match held {
                OfflineSession::NotExist if kept => OfflineSession::Exist(None),
                held => held,
            });
        }
        let held = match held {
            OfflineSession::Exist(Some(mut info)) => {
                self.sessions.confine(&mut info).await;
                if !self.sessions.is_linked(&info.id) {
                    // The broker takes them from the end.
                    info.inflight_messages.reverse();
                    return Ok(OfflineSession::Exist(Some(info)));
                }
                self.sessions.left(info, None).await?;
                OfflineSession::NotExist
            }
            held => held,
        };
        let kept = self.sessions.resume(&name).await?;
        Ok(kept.map_or(held, |kept| OfflineSession::Exist(Some(kept))))
    }

    async fn online(&self) -> bool {
        self.plain.online().await
    }

    async fn is_connected(&self) -> bool {
        self.plain.is_connected().await
    }

    fn session(&self) -> Option<Session> {
        self.plain.session()
    }

    fn exist(&self) -> bool {
        self.plain.exist() || self.sessions.book().kept.contains_key(&self.name())
    }

    fn tx(&self) -> Option<Tx> {
        self.plain.tx()
    }

    async fn subscribe(&self, subscribe: &Subscribe) -> Result<SubscribeReturn> {
        self.plain.subscribe(subscribe).await
    }

    async fn unsubscribe(&self, unsubscribe: &Unsubscribe) -> Result<bool> {
        let existed = self.plain.unsubscribe(unsubscribe).await?;
        // The broker answers a success, whether or not.
        if let Some(session) = self.plain.session()
            && matches!(*session.connect_info().await?, ConnectInfo::V5(..))
            && let Some(seat) = seat(&session).await
        {
            seat.unsubscribed(existed);
        }
        Ok(existed)
    }

    /// A retained message, for a new subscription.
    async fn publish(
        &self,
        from: From,
        publish: Publish,
    ) -> std::result::Result<(), (From, Publish, Reason)> {
        let name = self.name();
        let keeps = publish.qos != QoS::AtMostOnce
            && may_keep(&name, &publish.topic)
            && self.sessions.book().kept.contains_key(&name);
        if !keeps {
            let mut publish = publish;
            if let Some(seat) = self.sessions.seat(&name).await {
                publish.payload = seat.backlog.count(std::mem::take(&mut publish.payload));
            }
            return self.plain.publish(from, publish).await;
        }
        let kept = self.sessions.keep(&from, vec![(name, publish.clone())], true).await;
        kept.map_err(|error| (from, publish, Reason::from(error.to_string())))
    }

    async fn subscriptions(&self) -> Option<Vec<SubsSearchResult>> {
        self.plain.subscriptions().await
    }
}

impl Sessions {
    /// The message as it is handed over to a client that is there; `None`: it has too much to read already.
    async fn count(&self, name: &ClientId, publish: &Publish) -> Option<Publish> {
        let mut publish = publish.clone();
        let Some(seat) = self.seat(name).await else { return Some(publish) };
        if !seat.backlog.has_room(&publish.payload, self.0.budget.bytes) {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
            if seat.backlog.overflows() {
                let (peer, client) = (seat.peer, &seat.client_id);
                warn!(%peer, ?client, "an MQTT client does not read what it is sent: messages are dropped");
            }
            return None;
        }
        publish.payload = seat.backlog.count(std::mem::take(&mut publish.payload));
        Some(publish)
    }

    /// The connection that a session is, or was last.
    async fn seat(&self, name: &ClientId) -> Option<Arc<Seat>> {
        let id = Id::from(self.0.broker.node.id(), name.clone());
        seat(&self.0.plain.entry(id).session()?).await
    }
}

/// Where a message meets several filters of a client, the highest quality counts [MQTT-3.3.4-2]; the broker takes that
/// of any of them.
async fn raise(router: &dyn Router, publish: &Publish, relations: &mut SubRelations) {
    let may_rise = |(_, _, options, _, shared): &SubRelation| {
        shared.is_none() && options.qos().value() < publish.qos.value()
    };
    if !relations.iter().any(may_rise) {
        return;
    }
    let Ok(filters) = router.get(&publish.topic).await else { return };
    for relation in relations.iter_mut().filter(|relation| may_rise(relation)) {
        let (_, name, options, ..) = relation;
        for filter in &filters {
            let all = router.relations().get(&filter.topic);
            let other = all.as_ref().and_then(|all| all.get(name)).map(|(_, other)| other);
            if let Some(other) = other.filter(|other| other.shared_group().is_none())
                && other.qos().value() > options.qos().value()
            {
                options.set_qos(other.qos());
            }
        }
    }
}

/// The message as it goes to one subscription.
fn addressed(publish: &Publish, (_, _, options, ids, _): SubRelation) -> Publish {
    let mut publish = publish.clone();
    publish.dup = false;
    publish.retain = publish.retain && options.retain_as_published() == Some(true);
    publish.qos = publish.qos.less_value(options.qos());
    publish.packet_id = None;
    if let Some(ids) = ids {
        publish.properties.get_or_insert_default().subscription_ids = ids;
    }
    publish
}
