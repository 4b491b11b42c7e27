//! What the broker tells about kept sessions and the messages in them.

use anyhow::Result;
use async_trait::async_trait;
use rmqtt::hook::{Handler, HookResult, Parameter, ReturnType, Type};
use rmqtt::session::Session;
use rmqtt::shared::Shared as _;
use rmqtt::types::{Id, Message, Publish, QoS, Reason, Subscribe};
use std::sync::atomic::Ordering;
use tracing::error;

use super::Sessions;
use super::book::{Link, Sent};
use super::leave::patience;
use super::message::tag;
use crate::bus::connect::{device, device_session, is_users, may_keep};
use crate::bus::hooks::seat;
use crate::store::Change;

impl Sessions {
    /// Hangs itself into the broker.
    pub(super) async fn register(&self) {
        let register = self.0.broker.extends.hook_mgr().register();
        for hook in [
            Type::SessionSubscribed,
            Type::SessionUnsubscribed,
            Type::SessionTerminated,
            Type::ClientDisconnected,
            Type::MessageDelivered,
            Type::MessageAcked,
            Type::MessageDropped,
        ] {
            register.add(hook, Box::new(self.clone())).await;
        }
        register.start().await;
    }

    /// A session is kept from its first subscription on. The SUBACK waits until that is on the disk.
    async fn subscribed(&self, session: &Session, subscribe: &Subscribe) -> Result<()> {
        let patience = patience(session).await;
        if patience == 0 {
            return self.begin_anew(session, &subscribe.topic_filter).await;
        }
        if !may_keep(&session.id.client_id, &subscribe.topic_filter) {
            return Ok(());
        }
        let options = serde_json::to_string(&subscribe.opts)?;
        let filter = subscribe.topic_filter.to_string();
        let entry = self.0.plain.entry(session.id.clone());
        let tx = entry.tx().filter(|_| entry.id_same() == Some(true));
        let permit = self.0.store.reserve().await?;
        let (written, id, new) = {
            let mut book = self.book();
            let mut changes = Vec::new();
            let new = book.linked(&session.id).is_none();
            if new {
                // Without a way to it, it is over.
                let Some(tx) = tx else { return Ok(()) };
                let link = Link::new(session.id.clone(), tx);
                changes.push(book.keep(session.id.clone(), Some(link), patience));
            }
            let Some(kept) = book.linked(&session.id) else { return Ok(()) };
            changes.push(Change::Subscribe { session: kept.id, filter, options });
            (permit.write(changes), kept.id, new)
        };
        let outcome = written.committed().await;
        let mut book = self.book();
        let name = &session.id.client_id;
        if outcome.is_err() && new && book.kept.get(name).is_some_and(|kept| kept.id == id) {
            book.kept.remove(name);
        }
        outcome
    }

    /// A client with a session that ends with its connection has proved a key. Without a login it has another
    /// name than a session that was kept for the same client: that one ends now [MQTT-3.1.2-6].
    async fn begin_anew(&self, session: &Session, filter: &str) -> Result<()> {
        let Some(seat) = seat(session).await.filter(|_| !is_users(&session.id.client_id)) else {
            return Ok(());
        };
        let Some(device) = device(filter) else { return Ok(()) };
        let name = device_session(device, &seat.client_id).into();
        if self.book().kept.get(&name).is_some_and(|kept| kept.link.is_none()) {
            self.forget(&name).await?;
        }
        Ok(())
    }

    async fn unsubscribed(&self, session: &Session, filter: String) -> Result<()> {
        let permit = self.0.store.reserve().await?;
        let written = {
            let mut book = self.book();
            let Some(kept) = book.linked(&session.id) else { return Ok(()) };
            permit.write(vec![Change::Unsubscribe { session: kept.id, filter }])
        };
        written.committed().await
    }

    /// A message is about to be sent. Of a QoS 2 message the disk knows the packet id first:
    /// the client must not take it for another one when it comes again.
    async fn delivered(&self, id: &Id, publish: &Publish) -> Result<()> {
        let Some(message) = tag(publish) else { return Ok(()) };
        let Some(packet) = publish.packet_id else { return self.done(id, message).await };
        let packet = packet.get();
        let permit = self.0.store.reserve().await?;
        let written = {
            let mut book = self.book();
            let Some(kept) = book.linked(id) else { return Ok(()) };
            kept.sent.insert(message, Sent { packet, released: false });
            let new = publish.qos == QoS::ExactlyOnce && !publish.dup;
            new.then(|| permit.write(vec![Change::Send { message, packet, released: false }]))
        };
        self.resumed(id);
        match written {
            Some(written) => written.committed().await,
            None => Ok(()),
        }
    }

    /// A message goes to the client no more.
    async fn done(&self, id: &Id, message: i64) -> Result<()> {
        let permit = self.0.store.reserve().await?;
        {
            let mut book = self.book();
            let Some(kept) = book.linked(id) else { return Ok(()) };
            kept.sent.remove(&message);
            kept.queue.done(message);
            // Nobody waits for it: at worst the message comes again.
            drop(permit.write(vec![Change::Remove { message }]));
        }
        self.resumed(id);
        Ok(())
    }

    /// The first message of a session that was resumed is on its way, so all of them are in the broker's queue:
    /// what comes now comes after them.
    fn resumed(&self, id: &Id) {
        self.settle(&id.client_id, |kept| kept.resuming &= !kept.is_linked(id));
    }

    /// The broker gave a message up.
    async fn dropped(&self, to: &Id, publish: &Publish, reason: &Reason) -> Result<()> {
        let over = matches!(reason, Reason::MessageExpiration | Reason::MessageQueueFull);
        let Some(message) = tag(publish).filter(|_| over) else { return Ok(()) };
        self.0.dropped.fetch_add(1, Ordering::Relaxed);
        self.done(to, message).await
    }
}

#[async_trait]
impl Handler for Sessions {
    async fn hook(&self, parameter: &Parameter, so_far: Option<HookResult>) -> ReturnType {
        let outcome = match parameter {
            Parameter::SessionSubscribed(session, subscribe) => {
                let outcome = self.subscribed(session, subscribe).await;
                if outcome.is_err()
                    && let Some(tx) = self.0.plain.entry(session.id.clone()).tx()
                {
                    // The client connects again, and subscribes again.
                    let _ = tx.unbounded_send(Message::Closed(Reason::from("the disk is broken")));
                }
                outcome
            }
            Parameter::SessionUnsubscribed(session, unsubscribe) => {
                self.unsubscribed(session, unsubscribe.topic_filter.to_string()).await
            }
            Parameter::SessionTerminated(session, _) => {
                if self.is_linked(&session.id) {
                    self.forget(&session.id.client_id).await.map(drop)
                } else {
                    Ok(())
                }
            }
            Parameter::ClientDisconnected(session, _) => {
                if let Some(seat) = seat(session).await {
                    seat.leave();
                }
                let (sessions, session) = (self.clone(), (*session).clone());
                self.0.tasks.spawn(async move { sessions.leave(session).await });
                Ok(())
            }
            Parameter::MessageDelivered(session, _, publish) => {
                self.delivered(&session.id, publish).await
            }
            Parameter::MessageAcked(session, _, publish) => match tag(publish) {
                Some(message) => self.done(&session.id, message).await,
                None => Ok(()),
            },
            Parameter::MessageDropped(Some(to), _, publish, reason) => {
                self.dropped(to, publish, reason).await
            }
            _ => Ok(()),
        };
        if let Err(error) = outcome {
            error!(%error, "an MQTT session is not kept as it should be");
        }
        (true, so_far)
    }
}
