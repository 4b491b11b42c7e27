//! Who hears what: the broker's router, changed by one at a time and while nobody looks.
//!
//! The broker's own (read in rmqtt 0.24) keeps a tree of filters and, by filter, who has subscribed. It takes the last
//! subscriber of a filter out in three steps, and whoever subscribes to the same filter between them is taken out too,
//! from one of the two, after a SUBACK that says otherwise. A board that comes back at once, while the session of its
//! old connection ends, is just that. It also looks through a filter's subscribers with a lock that blocks threads,
//! held while it waits for something else.

use async_trait::async_trait;
use rmqtt::Result;
use rmqtt::context::ServerContext;
use rmqtt::router::{DefaultRouter, Router};
use rmqtt::types::{
    AllRelationsMap, HashMap, Id, NodeId, Route, SubRelationsMap, SubsSearchParams,
    SubsSearchResult, SubscriptionOptions, TopicName,
};
use rmqtt::utils::Counter;
use tokio::sync::RwLock;

/// The broker's router behind a lock.
pub(super) struct Routes {
    plain: DefaultRouter,
    changing: RwLock<()>,
}

impl Routes {
    /// Puts itself in the place of the broker's own, which nobody has used yet.
    pub(super) async fn hang_into(broker: &ServerContext) {
        *broker.extends.router_mut().await = Box::new(Self::over(Some(broker.clone())));
    }

    fn over(broker: Option<ServerContext>) -> Self {
        Self { plain: DefaultRouter::new(broker), changing: RwLock::new(()) }
    }
}

#[async_trait]
impl Router for Routes {
    async fn add(&self, filter: &str, id: Id, options: SubscriptionOptions) -> Result<()> {
        let _changing = self.changing.write().await;
        self.plain.add(filter, id, options).await
    }

    async fn remove(&self, filter: &str, id: Id) -> Result<bool> {
        let _changing = self.changing.write().await;
        self.plain.remove(filter, id).await
    }

    async fn matches(&self, id: Id, topic: &TopicName) -> Result<SubRelationsMap> {
        let _looking = self.changing.read().await;
        self.plain.matches(id, topic).await
    }

    async fn get(&self, topic: &str) -> Result<Vec<Route>> {
        let _looking = self.changing.read().await;
        self.plain.get(topic).await
    }

    async fn is_online(&self, node: NodeId, client: &str) -> bool {
        // Asked from within `matches`, too.
        self.plain.is_online(node, client).await
    }

    async fn gets(&self, limit: usize) -> Vec<Route> {
        self.plain.gets(limit).await
    }

    async fn query_subscriptions(&self, query: &SubsSearchParams) -> Vec<SubsSearchResult> {
        self.plain.query_subscriptions(query).await
    }

    async fn topics_tree(&self) -> usize {
        self.plain.topics_tree().await
    }

    fn topics(&self) -> Counter {
        self.plain.topics()
    }

    fn routes(&self) -> Counter {
        self.plain.routes()
    }

    fn merge_topics(&self, topics: &HashMap<NodeId, Counter>) -> Counter {
        self.plain.merge_topics(topics)
    }

    fn merge_routes(&self, routes: &HashMap<NodeId, Counter>) -> Counter {
        self.plain.merge_routes(routes)
    }

    async fn list_topics(&self, top: usize) -> Vec<String> {
        self.plain.list_topics(top).await
    }

    async fn list_relations(&self, top: usize) -> Vec<serde_json::Value> {
        self.plain.list_relations(top).await
    }

    fn relations(&self) -> &AllRelationsMap {
        self.plain.relations()
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::{Pin, pin};
    use std::task::Poll;

    use rmqtt::types::ClientId;

    use super::*;

    fn id(client: &'static str) -> Id {
        Id::from(1, ClientId::from(client))
    }

    async fn waits<T>(mut future: Pin<&mut impl Future<Output = T>>) -> bool {
        poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
    }

    /// [MQTT-3.8.4-1]: who has a SUBACK is subscribed.
    #[tokio::test]
    async fn who_subscribes_while_the_last_subscriber_goes_stays() {
        let routes = Routes::over(None);
        let filter = "mcs/Dsre1qRQ/DFbtsNWg4AuLZ30v/led";
        // One for both: an id is of the millisecond in which it was made.
        let gone = id("gone");
        routes.add(filter, gone.clone(), SubscriptionOptions::default()).await.expect("added");

        let held = routes.plain.topics.read().await;
        let mut coming = pin!(routes.add(filter, id("here"), SubscriptionOptions::default()));
        let mut going = pin!(routes.remove(filter, gone));
        // Both come as far as they can, and wait.
        assert!(waits(coming.as_mut()).await && waits(going.as_mut()).await);
        drop(held);
        let (came, went) = tokio::join!(coming, going);
        assert!(came.is_ok() && went.expect("removed"));

        let found = routes.matches(id("sender"), &filter.into()).await.expect("a look");
        let names: Vec<_> = found[&1].iter().map(|relation| &*relation.1).collect();
        assert_eq!(names, ["here"]);
    }
}
