//! Who wants which topics, and what the broker knows of it.

use mcs_sorted::{Map, Set};
use mcs_time::Time;

use crate::index::FilterIndex;
use crate::{Qos, ReasonCode, SubscribeError, SubscriptionId, TopicFilter};

/// How a subscription wants its messages.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SubscribeOptions {
    /// The highest QoS to deliver with.
    pub qos: Qos,
    /// Leave out what this very session publishes. MQTT 5 only: on 3.1.1, for
    /// shared filters, and while another subscription to the same filter wants
    /// everything, own messages do come back.
    pub no_local: bool,
}

/// The registry: every filter once, however many want it.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    last_id: u64,
    /// Grows whenever other topics may be wanted.
    revision: u64,
    filters: Map<TopicFilter, Entry>,
    /// The same filters, to be found by topic.
    index: FilterIndex,
    by_id: Map<SubscriptionId, TopicFilter>,
    /// Filters that the broker has yet to hear of.
    to_subscribe: Set<TopicFilter>,
    /// Filters that nobody wants any more.
    to_unsubscribe: Set<TopicFilter>,
    /// SUBSCRIBE packets on the wire by packet identifier.
    batches: Map<u16, Batch>,
}

/// An answer for one subscription.
pub(crate) type Answer = (SubscriptionId, Result<Qos, SubscribeError>);

#[derive(Debug, Default)]
struct Entry {
    wanted: Map<SubscriptionId, SubscribeOptions>,
    /// What this link's broker was last asked for, and in which packet.
    asked: Option<(SubscribeOptions, u16)>,
    answer: Option<Result<Qos, SubscribeError>>,
}

#[derive(Debug)]
struct Batch {
    filters: Vec<TopicFilter>,
    /// `None` once it has been reported as late.
    deadline: Option<Time>,
}

impl Subscriptions {
    /// Adds an interest. Returns the answer if it is known already.
    pub(crate) fn add(
        &mut self,
        filter: TopicFilter,
        options: SubscribeOptions,
    ) -> (SubscriptionId, Option<Answer>) {
        self.last_id += 1;
        let id = SubscriptionId(self.last_id);
        self.by_id.insert(id, filter.clone());
        if !self.filters.contains_key(&filter) {
            self.revision += 1;
            self.index.insert(filter.clone());
        }
        let entry = self.filters.entry(filter.clone()).or_default();
        entry.wanted.insert(id, options);
        self.to_unsubscribe.remove(&filter);
        if entry.is_covered() {
            return (id, entry.answer.map(|answer| (id, answer)));
        }
        self.to_subscribe.insert(filter);
        (id, None)
    }

    /// Drops an interest; an unknown id does nothing.
    pub(crate) fn remove(&mut self, id: SubscriptionId) {
        let Some(filter) = self.by_id.remove(&id) else { return };
        let Some(entry) = self.filters.get_mut(&filter) else { return };
        entry.wanted.remove(&id);
        if !entry.wanted.is_empty() {
            return;
        }
        let asked = entry.asked.is_some();
        self.revision += 1;
        self.filters.remove(&filter);
        self.index.remove(&filter);
        self.to_subscribe.remove(&filter);
        if asked {
            self.to_unsubscribe.insert(filter);
        }
    }

    /// Asks the broker again; an unknown id does nothing.
    pub(crate) fn refresh(&mut self, id: SubscriptionId) {
        if let Some(filter) = self.by_id.get(&id) {
            self.to_subscribe.insert(filter.clone());
        }
    }

    /// Up to `limit` filters with their options for the next SUBSCRIBE.
    pub(crate) fn next_to_subscribe(&self, limit: usize) -> Vec<(TopicFilter, SubscribeOptions)> {
        let next = self.to_subscribe.iter().take(limit);
        next.filter_map(|filter| Some((filter.clone(), self.filters.get(filter)?.options())))
            .collect()
    }

    /// Up to `limit` filters for the next UNSUBSCRIBE.
    pub(crate) fn next_to_unsubscribe(&self, limit: usize) -> Vec<TopicFilter> {
        self.to_unsubscribe.iter().take(limit).cloned().collect()
    }

    /// The SUBSCRIBE `packet` with these filters is on its way.
    pub(crate) fn subscribed(
        &mut self,
        packet: u16,
        filters: Vec<(TopicFilter, SubscribeOptions)>,
        deadline: Time,
    ) {
        for (filter, options) in &filters {
            self.to_subscribe.remove(filter);
            if let Some(entry) = self.filters.get_mut(filter) {
                entry.asked = Some((*options, packet));
                entry.answer = None;
            }
        }
        let filters = filters.into_iter().map(|(filter, _)| filter).collect();
        self.batches.insert(packet, Batch { filters, deadline: Some(deadline) });
    }

    /// The UNSUBSCRIBE with these filters is on its way.
    pub(crate) fn unsubscribed(&mut self, filters: &[TopicFilter]) {
        for filter in filters {
            self.to_unsubscribe.remove(filter);
        }
    }

    /// These filters cannot be asked for at all.
    pub(crate) fn refuse(&mut self, filters: &[TopicFilter], code: ReasonCode) -> Vec<Answer> {
        let mut answers = Vec::new();
        for filter in filters {
            self.to_subscribe.remove(filter);
            if let Some(entry) = self.filters.get_mut(filter) {
                entry.report(Err(SubscribeError::Refused(code)), &mut answers);
            }
        }
        answers
    }

    /// The broker answered the SUBSCRIBE `packet`, filter by filter; `None` if
    /// the number of answers is wrong [MQTT-3.8.4-6].
    pub(crate) fn answered(
        &mut self,
        packet: u16,
        codes: &[Result<Qos, ReasonCode>],
    ) -> Option<Vec<Answer>> {
        let batch = self.batches.remove(&packet)?;
        if batch.filters.len() != codes.len() {
            return None;
        }
        let mut answers = Vec::new();
        for (filter, code) in batch.filters.iter().zip(codes) {
            // Since then the filter may have gone, or gone and come back and
            // been asked for again: then the later answer counts.
            let Some(entry) = self.filters.get_mut(filter) else { continue };
            if entry.asked.is_some_and(|(_, asked)| asked == packet) {
                entry.report(code.map_err(SubscribeError::Refused), &mut answers);
            }
        }
        Some(answers)
    }

    /// Reports the batches whose deadline has come. A late answer still counts.
    pub(crate) fn expire(&mut self, now: Time) -> Vec<Answer> {
        let mut answers = Vec::new();
        for (packet, batch) in &mut self.batches {
            if batch.deadline.is_none_or(|at| at > now) {
                continue;
            }
            batch.deadline = None;
            for filter in &batch.filters {
                let Some(entry) = self.filters.get_mut(filter) else { continue };
                if entry.asked.is_some_and(|(_, asked)| asked == *packet) {
                    entry.report(Err(SubscribeError::TimedOut), &mut answers);
                }
            }
        }
        answers
    }

    /// The link is gone: the next one's broker knows nothing yet.
    pub(crate) fn link_ended(&mut self) {
        self.batches.clear();
        self.to_unsubscribe.clear();
        for entry in self.filters.values_mut() {
            entry.asked = None;
            entry.answer = None;
        }
        self.to_subscribe = self.filters.keys().cloned().collect();
    }

    pub(crate) fn next_deadline(&self) -> Option<Time> {
        self.batches.values().filter_map(|batch| batch.deadline).min()
    }

    /// A number that grows whenever other topics may be wanted.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }

    /// Whether anybody wants messages on `topic`.
    pub(crate) fn is_wanted(&self, topic: &str) -> bool {
        self.index.matching(topic).next().is_some()
    }

    /// Who wants messages on `topic`.
    pub(crate) fn matching<'a>(
        &'a self,
        topic: &'a str,
    ) -> impl Iterator<Item = SubscriptionId> + 'a {
        let matching = self.index.matching(topic).filter_map(|filter| self.filters.get(filter));
        matching.flat_map(|entry| entry.wanted.keys().copied())
    }
}

impl Entry {
    /// What to ask the broker for so that everyone is served.
    fn options(&self) -> SubscribeOptions {
        SubscribeOptions {
            qos: self.wanted.values().map(|options| options.qos).max().unwrap_or_default(),
            no_local: self.wanted.values().all(|options| options.no_local),
        }
    }

    /// Whether what the broker was asked for serves everyone.
    fn is_covered(&self) -> bool {
        let wanted = self.options();
        self.asked.is_some_and(|(asked, _)| {
            asked.qos >= wanted.qos && (wanted.no_local || !asked.no_local)
        })
    }

    fn report(&mut self, answer: Result<Qos, SubscribeError>, answers: &mut Vec<Answer>) {
        self.answer = Some(answer);
        answers.extend(self.wanted.keys().map(|id| (*id, answer)));
    }
}

impl SubscribeOptions {
    /// With this QoS, own messages included.
    pub const fn with_qos(qos: Qos) -> Self {
        Self { qos, no_local: false }
    }

    /// Without what this very session publishes.
    #[must_use]
    pub const fn no_local(mut self) -> Self {
        self.no_local = true;
        self
    }
}
