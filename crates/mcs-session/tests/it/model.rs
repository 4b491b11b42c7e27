//! Anything that can happen, in any order, against what the session promises.

use std::collections::BTreeMap;
use std::time::Duration;

use mcs_session::{
    Config, Event, Input, Offline, Outcome, Publish, Qos, ReasonCode, RequestId, State,
    SubscribeOptions, SubscriptionId, TopicFilter,
};
use mcs_sim::{Chunks, Direction, OldBroker, World};
use mcs_time::SplitMix64;
use proptest::prelude::*;

const TOPICS: [&str; 4] = ["a", "a/b", "$sys", "c"];
const FILTERS: [&str; 5] = ["a", "#", "a/+", "$sys", "a/#"];

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4096, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_whatever_happens(
        seed in any::<u64>(),
        ops in prop::collection::vec(op(), 1..60),
    ) {
        let transcript = keep_promises(seed, &ops, Chunks::Whole);
        prop_assert_eq!(keep_promises(seed, &ops, Chunks::Whole), transcript);
        keep_promises(seed, &ops, Chunks::Fixed(3));
        keep_promises(seed, &ops, Chunks::Random(SplitMix64::new(seed)));
    }
}

#[derive(Clone, Debug)]
enum Op {
    Publish { topic: usize, qos: Qos, offline: Offline, size: usize },
    Cancel(prop::sample::Index),
    Subscribe { filter: usize, qos: Qos, no_local: bool },
    Unsubscribe(prop::sample::Index),
    Connect,
    Disconnect,
    Wake,
    EarlyTimeout,
    Pass(Duration),
    Cut,
    CutAfter(Direction, u64),
    Latency(Duration),
    Unreachable(bool),
    Silent(bool),
    BrokerPublishes { topic: usize, qos: Qos },
    Dismiss(ReasonCode),
    RefuseConnect(Option<ReasonCode>),
    RefuseTopic(Option<usize>),
    RefuseFilter(Option<usize>),
    Old(Option<OldBroker>),
    ReceiveMaximum(Option<u16>),
    MaximumPacketSize(Option<u32>),
    Mute(bool),
    NoPong(bool),
    NoSuback(bool),
    HoldAcks,
    ReleaseAcks,
}

fn op() -> impl Strategy<Value = Op> {
    let topic = 0..TOPICS.len();
    let sometimes = || prop::bool::weighted(0.3);
    let code = prop::sample::select(vec![
        ReasonCode::SERVER_BUSY,
        ReasonCode::NOT_AUTHORIZED,
        ReasonCode::SESSION_TAKEN_OVER,
    ]);
    let refusal = prop::sample::select(vec![
        None,
        Some(ReasonCode::SERVER_BUSY),
        Some(ReasonCode::BAD_USER_NAME_OR_PASSWORD),
    ]);
    let old = prop::sample::select(vec![
        None,
        None,
        Some(OldBroker::HangsUp),
        Some(OldBroker::RefusesInV311),
        Some(OldBroker::RefusesInV5),
    ]);
    let direction = prop::sample::select(vec![Direction::ToBroker, Direction::ToClient]);
    let publish = (topic.clone(), qos(), offline(), prop_oneof![0..20_usize, 0..300_usize]);
    prop_oneof![
        12 => publish
            .prop_map(|(topic, qos, offline, size)| Op::Publish { topic, qos, offline, size }),
        1 => any::<prop::sample::Index>().prop_map(Op::Cancel),
        4 => (0..FILTERS.len(), qos(), any::<bool>())
            .prop_map(|(filter, qos, no_local)| Op::Subscribe { filter, qos, no_local }),
        2 => any::<prop::sample::Index>().prop_map(Op::Unsubscribe),
        3 => Just(Op::Connect),
        1 => Just(Op::Disconnect),
        1 => Just(Op::Wake),
        1 => Just(Op::EarlyTimeout),
        8 => prop_oneof![0..100_u64, 0..40_000_u64].prop_map(|ms| Op::Pass(Duration::from_millis(ms))),
        1 => Just(Op::Cut),
        3 => (direction, 1..200_u64).prop_map(|(direction, bytes)| Op::CutAfter(direction, bytes)),
        1 => (0..12_000_u64).prop_map(|ms| Op::Latency(Duration::from_millis(ms))),
        1 => sometimes().prop_map(Op::Unreachable),
        1 => sometimes().prop_map(Op::Silent),
        4 => (topic, qos()).prop_map(|(topic, qos)| Op::BrokerPublishes { topic, qos }),
        1 => code.prop_map(Op::Dismiss),
        1 => refusal.prop_map(Op::RefuseConnect),
        1 => prop::option::of(0..TOPICS.len()).prop_map(Op::RefuseTopic),
        1 => prop::option::of(0..FILTERS.len()).prop_map(Op::RefuseFilter),
        1 => old.prop_map(Op::Old),
        1 => prop::option::of(1..4_u16).prop_map(Op::ReceiveMaximum),
        1 => prop::option::of(30..200_u32).prop_map(Op::MaximumPacketSize),
        1 => sometimes().prop_map(Op::Mute),
        1 => sometimes().prop_map(Op::NoPong),
        1 => sometimes().prop_map(Op::NoSuback),
        1 => Just(Op::HoldAcks),
        2 => Just(Op::ReleaseAcks),
    ]
}

fn qos() -> impl Strategy<Value = Qos> {
    prop::sample::select(vec![Qos::AtMostOnce, Qos::AtLeastOnce, Qos::ExactlyOnce])
}

fn offline() -> impl Strategy<Value = Offline> {
    let ttl =
        prop::sample::select(vec![Duration::from_secs(1), Duration::from_secs(20), Duration::MAX]);
    let kept = prop_oneof![
        ttl.clone().prop_map(|ttl| Offline::Keep { ttl }),
        ttl.prop_map(|ttl| Offline::KeepLatestPerTopic { ttl }),
    ];
    prop_oneof![1 => Just(Offline::Drop), 3 => kept]
}

/// What the test knows of what it did.
#[derive(Default)]
struct Model {
    /// Each with a payload of its own.
    published: BTreeMap<RequestId, (Publish, String)>,
    subscribed: BTreeMap<SubscriptionId, usize>,
    refused_topic: bool,
    maximum_packet_size: bool,
}

fn keep_promises(seed: u64, ops: &[Op], chunks: Chunks) -> String {
    let mut world = World::new(Config { max_in_flight: 4, ..Config::new("lamp", seed) });
    world.net.chunks = chunks;
    let mut model = Model::default();
    if !seed.is_multiple_of(4) {
        world.connect();
    }
    for op in ops {
        model.apply(&mut world, op);
        assert!(world.session().in_flight() <= 4);
    }
    heal(&mut world);
    model.check_requests(&world);
    model.check_subscriptions(&mut world);
    assert_eq!(world.broker.violations(), [""; 0]);
    world.take_transcript()
}

/// Everything works again, for long enough.
fn heal(world: &mut World) {
    world.broker.script = mcs_sim::Script::default();
    world.broker.release_acks();
    world.net.latency = Duration::from_millis(10);
    world.net.unreachable = false;
    world.net.silent = false;
    world.net.cancel_cuts();
    // Long enough for a slow link to end, and the longest delay after it.
    world.run_for(Duration::from_secs(120));
    if world.state() == State::Idle {
        world.connect();
    }
    world.run_for(Duration::from_secs(60));
    assert_eq!(world.state(), State::Connected);
}

impl Model {
    fn apply(&mut self, world: &mut World, op: &Op) {
        match *op {
            Op::Publish { topic, qos, offline, size } => {
                // One of a kind, so that it can be found at the broker.
                let payload = format!("{:04}{}", self.published.len(), "x".repeat(size));
                let message = Publish::new(TOPICS[topic], &*payload).qos(qos).offline(offline);
                if let Ok(id) = world.try_publish(message.clone()) {
                    self.published.insert(id, (message, payload));
                }
            }
            Op::Cancel(index) => {
                if let Some(id) = nth(&self.published, index) {
                    let pending = world.outcome(id).is_none();
                    assert_eq!(world.cancel(id), pending);
                }
            }
            Op::Subscribe { filter, qos, no_local } => {
                let options = SubscribeOptions { qos, no_local };
                self.subscribed.insert(world.subscribe(FILTERS[filter], options), filter);
            }
            Op::Unsubscribe(index) => {
                if let Some(id) = nth(&self.subscribed, index) {
                    self.subscribed.remove(&id);
                    world.unsubscribe(id);
                }
            }
            Op::Connect => world.connect(),
            Op::Disconnect => world.disconnect(),
            Op::Wake => world.wake(),
            Op::EarlyTimeout => world.input(Input::Timeout),
            Op::Pass(duration) => world.run_for(duration),
            Op::Cut => world.cut(),
            Op::CutAfter(direction, bytes) => {
                // In increasing order only.
                world.net.cancel_cuts();
                world.net.cut_after(direction, bytes);
            }
            Op::Latency(latency) => world.net.latency = latency,
            Op::Unreachable(unreachable) => world.net.unreachable = unreachable,
            Op::Silent(silent) => world.net.silent = silent,
            Op::BrokerPublishes { topic, qos } => world.broker.publish(TOPICS[topic], "b", qos),
            Op::Dismiss(code) => world.broker.dismiss(code),
            Op::RefuseConnect(code) => world.broker.script.refuse_connect = code,
            Op::RefuseTopic(topic) => {
                self.refused_topic = true;
                let refused = topic.map(|topic| (TOPICS[topic].to_owned(), ReasonCode(0x87)));
                world.broker.script.refuse_topics = refused.into_iter().collect();
            }
            Op::RefuseFilter(filter) => {
                let refused = filter.map(|filter| (FILTERS[filter].to_owned(), ReasonCode(0x87)));
                world.broker.script.refuse_filters = refused.into_iter().collect();
            }
            Op::Old(old) => world.broker.script.old = old,
            Op::ReceiveMaximum(maximum) => world.broker.script.receive_maximum = maximum,
            Op::MaximumPacketSize(maximum) => {
                self.maximum_packet_size = true;
                world.broker.script.maximum_packet_size = maximum;
            }
            Op::Mute(mute) => world.broker.script.mute = mute,
            Op::NoPong(no_pong) => world.broker.script.no_pong = no_pong,
            Op::NoSuback(no_suback) => world.broker.script.no_suback = no_suback,
            Op::HoldAcks => world.broker.script.hold_acks = true,
            Op::ReleaseAcks => world.broker.release_acks(),
        }
    }

    fn check_requests(&self, world: &World) {
        // First arrivals, by payload.
        let mut arrivals = BTreeMap::new();
        for (n, message) in world.broker.messages().iter().enumerate() {
            arrivals.entry(String::from_utf8_lossy(&message.payload).into_owned()).or_insert(n);
        }
        let mut last_arrival = None;
        for (id, (message, payload)) in &self.published {
            let outcome = world.outcome(*id);
            let outcome = outcome.unwrap_or_else(|| panic!("request {id} never ended"));
            let arrival = arrivals.get(payload);
            assert!(self.is_possible(*id, message, outcome), "{message:?} ended as {outcome:?}");
            if outcome == Outcome::Acknowledged {
                assert!(arrival.is_some(), "{id} was acknowledged but never arrived");
            }
            // What the broker refused at first may have arrived later.
            if let Some(arrival) = arrival.filter(|_| !self.refused_topic) {
                assert!(last_arrival < Some(arrival), "{id} arrived before an earlier one");
                last_arrival = Some(arrival);
            }
        }
        assert_eq!(world.session().queued(), 0);
    }

    fn is_possible(&self, id: RequestId, message: &Publish, outcome: Outcome) -> bool {
        let acknowledged = message.qos != Qos::AtMostOnce;
        match outcome {
            Outcome::Sent => !acknowledged,
            Outcome::Acknowledged | Outcome::Unacknowledged => acknowledged,
            Outcome::Refused(ReasonCode::PACKET_TOO_LARGE) => self.maximum_packet_size,
            Outcome::Refused(code) => {
                code == ReasonCode(0x87) && self.refused_topic && acknowledged
            }
            // What is not kept must be sent within the request timeout.
            Outcome::Expired => message.offline != Offline::Keep { ttl: Duration::MAX },
            Outcome::LinkDown => message.offline == Offline::Drop,
            Outcome::Superseded => {
                let mut newer = self.published.range(id..).skip(1);
                let latest = |offline| matches!(offline, Offline::KeepLatestPerTopic { .. });
                latest(message.offline)
                    && newer.any(|(_, (other, _))| {
                        other.topic == message.topic && latest(other.offline)
                    })
            }
            Outcome::Cancelled => true,
            _ => false,
        }
    }

    /// Every granted subscription works, and none that is gone.
    fn check_subscriptions(&self, world: &mut World) {
        let mut answers = BTreeMap::new();
        for event in world.events() {
            if let Event::Subscribed { id, granted } = event {
                answers.insert(*id, granted.is_ok());
            }
        }
        for topic in TOPICS {
            let before = world.messages().count();
            world.broker.publish(topic, "check", Qos::AtLeastOnce);
            world.settle();
            let heard = world.messages().count() - before;
            let wanted = self
                .subscribed
                .iter()
                .filter(|(_, filter)| TopicFilter::new(FILTERS[**filter]).unwrap().matches(topic));
            let wanted: Vec<bool> = wanted.map(|(id, _)| answers[id]).collect();
            // One that was refused, or answered too late, may work or not.
            let least = usize::from(wanted.contains(&true));
            let most = usize::from(!wanted.is_empty());
            assert!((least..=most).contains(&heard), "heard {heard} times on {topic}");
        }
    }
}

fn nth<K: Copy, V>(map: &BTreeMap<K, V>, index: prop::sample::Index) -> Option<K> {
    let index = map.len().checked_sub(1).map(|last| index.index(last + 1))?;
    map.keys().nth(index).copied()
}
