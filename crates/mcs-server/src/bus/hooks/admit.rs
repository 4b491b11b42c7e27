//! A client comes in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rmqtt::session::Session;
use rmqtt::types::{ConnectInfo, Id, LastWill};
use tokio::time::{Instant, sleep};
use tracing::{debug, error};

use super::{Inner, SEAT};
use crate::bus::pace::Pace;
use crate::bus::publish::{reserved, wild};
use crate::bus::roster::{Admitted, Seat};
use crate::bus::{Client, Connect, Principal, Refusal};

impl Inner {
    /// Lets the client in, and notes what the hooks need of it from then on; or says why not.
    pub(super) async fn admit(&self, connect: &ConnectInfo) -> Result<(), Refusal> {
        let id = connect.id();
        let seat = id.remote_addr.and_then(|address| self.roster.at(address));
        // Not through the front.
        let seat = seat.ok_or(Refusal::NotAuthorized)?;

        let asked = Connect {
            connection: seat.connection,
            peer: seat.peer,
            client_id: &seat.client_id,
            user: connect.username().map(|user| &**user),
            password: connect.password().map(|password| &**password),
        };
        let principal = self.gate.authenticate(&asked).await?;
        let client = Arc::new(Client {
            connection: seat.connection,
            principal,
            id: seat.client_id.clone(),
            peer: seat.peer,
        });

        if let Some(will) = connect.last_will() {
            let topic = match &will {
                LastWill::V3(will) => &will.topic,
                LastWill::V5(will) => &will.topic,
            };
            if reserved(topic) || wild(topic) || !self.gate.may_publish(&client, topic).await {
                return Err(Refusal::NotAuthorized);
            }
        }

        let resumed =
            if connect.clean_start() { Vec::new() } else { self.resume(&client, id).await? };
        // Once for each connection: a second CONNECT on it never gets here [MQTT-3.1.0-2].
        let pace = self.rate.map(|rate| Mutex::new(Pace::new(Instant::now(), rate)));
        let (takes, explain) = match connect {
            ConnectInfo::V5(_, connect) => (connect.max_packet_size, connect.request_problem_info),
            ConnectInfo::V3(..) => (None, false),
        };
        let received = self.sessions.received(&id.client_id, connect.clean_start()).await;
        let received = received.map_err(broken)?;
        let session = id.clone();
        let admitted = Admitted { client, session, resumed, takes, explain, pace, received };
        let _ = seat.admitted.set(admitted);
        Ok(())
    }

    /// Drops what the client may no longer have from the session that it resumes, and what waits there because of it;
    /// answers the filters that stay. What cannot be looked at, or not be dropped, is not handed over.
    async fn resume(&self, client: &Client, id: &Id) -> Result<Vec<String>, Refusal> {
        let filters = self.sessions.filters(&id.client_id).await.map_err(broken)?;
        let before = filters.len();
        let mut kept = Vec::with_capacity(before);
        for filter in filters {
            if self.gate.may_subscribe(client, &filter).await {
                kept.push(filter);
            } else {
                self.sessions.unsubscribe(&id.client_id, &filter).await.map_err(broken)?;
            }
        }
        if kept.len() < before {
            self.sessions.withdraw(&id.client_id, &kept).await.map_err(broken)?;
        }
        Ok(kept)
    }

    /// The client is in: it has to prove itself in time, unless it has by the session that it resumes.
    pub(super) async fn connected(&self, session: &Session) {
        let seat = session.id.remote_addr.and_then(|address| self.roster.at(address));
        let Some(seat) = seat else { return };
        // The session outlives the connection, and a will needs to know whose it is.
        session.extra_attrs.write().await.insert(SEAT.into(), Arc::clone(&seat));
        let Some(admitted) = seat.admitted.get() else { return };
        if admitted.client.principal != Principal::Device || !admitted.resumed.is_empty() {
            seat.prove();
        }
        if !seat.proved() {
            tokio::spawn(show_out(Arc::clone(&seat), self.stranger));
        }
        self.gate.connected(&admitted.client).await;
        for filter in &admitted.resumed {
            self.gate.subscribed(&admitted.client, filter).await;
        }
    }
}

/// A session that cannot be looked at is not handed over.
fn broken(error: anyhow::Error) -> Refusal {
    error!(%error, "an MQTT session cannot be looked through");
    Refusal::NotAuthorized
}

/// Ends the connection of a client that has proved nothing in time.
async fn show_out(seat: Arc<Seat>, time: Duration) {
    sleep(time).await;
    if seat.is_a_strangers() {
        debug!(peer = %seat.peer, client = ?seat.client_id, "MQTT client closed: it has named no topic with its key");
        seat.close.cancel();
    }
}
