//! The messages page's engine in the simulated world.

use std::time::Duration;

use mcs_model::api::Role;
use mcs_session::{Qos, ReasonCode};
use mcs_view::protocol::{
    ConnectionId, Detail, Draft, DraftProperties, Fate, FileFormat, Filter, Format, Look,
    MessagesRequest, MessagesView, Packet, PublishTrouble, Request, Rows, SavedCommand,
    SubscribeTrouble, SubscriptionState, View,
};

use crate::site::Site;

/// A site with a broker of its own, and what the page shows.
struct Page {
    site: Site,
    on: ConnectionId,
    seen: MessagesView,
}

impl Page {
    fn new(site: Site, on: ConnectionId) -> Self {
        let mut page = Self { site, on, seen: MessagesView::default() };
        page.look(Look::default());
        page
    }

    fn of_plain_broker() -> Self {
        Self::new(Site::static_site(), ConnectionId(1))
    }

    fn ask(&mut self, request: MessagesRequest) {
        self.site.request(Request::Messages(request));
        self.refresh();
    }

    fn look(&mut self, look: Look) {
        let rows = Rows::Newest { count: 50 };
        self.ask(MessagesRequest::Look(Look { rows, ..look }));
    }

    /// A second later.
    fn refresh(&mut self) {
        self.site.pass(Duration::from_secs(1));
        self.site.screen.messages = None;
        self.site.frame(View::Messages, Vec::new());
        let Some(news) = self.site.screen.messages.take() else { return };
        let MessagesView {
            log,
            detail,
            subscriptions,
            publish,
            retained,
            trace,
            tree,
            rates,
            export,
            ..
        } = news;
        let seen = &mut self.seen;
        seen.log = log.or(seen.log.take());
        seen.detail = detail.or(seen.detail.take());
        seen.subscriptions = subscriptions.or(seen.subscriptions.take());
        seen.publish = publish.or(seen.publish.take());
        seen.retained = retained.or(seen.retained.take());
        seen.trace = trace.or(seen.trace.take());
        seen.tree = tree.or(seen.tree.take());
        seen.rates = rates.or(seen.rates.take());
        seen.export = export;
    }

    fn subscribe(&mut self, filter: &str) {
        let (connection, filter) = (self.on, filter.to_owned());
        self.ask(MessagesRequest::Subscribe { connection, filter, qos: 1, colour: 2 });
    }

    fn states(&self) -> Vec<SubscriptionState> {
        self.seen.subscriptions.iter().flat_map(|it| &it.0).map(|it| it.state).collect()
    }

    fn trouble(&self) -> Option<SubscribeTrouble> {
        self.seen.subscriptions.as_ref().and_then(|it| it.1)
    }

    fn draft(&self, topic: &str, payload: &str) -> Draft {
        let (topic, payload) = (topic.to_owned(), payload.to_owned());
        Draft { connection: self.on, topic, payload, qos: 1, ..Draft::default() }
    }

    fn topics(&self) -> Vec<String> {
        self.seen.log.iter().flat_map(|it| &it.rows).map(|it| it.topic.clone()).collect()
    }

    fn last(&self) -> Option<Result<u64, PublishTrouble>> {
        self.seen.publish.as_ref().and_then(|it| it.last)
    }
}

#[test]
fn what_is_subscribed_to_comes_is_counted_and_has_its_colour() {
    let mut page = Page::of_plain_broker();
    page.subscribe("home/+");
    assert_eq!(page.states(), [SubscriptionState::Granted(1)]);
    page.site.publish("home/lamp", "on");
    page.site.publish("other", "on");
    page.refresh();
    assert_eq!(page.topics(), ["home/lamp"]);
    let row = &page.seen.subscriptions.as_ref().expect("a list").0[0];
    assert_eq!((row.messages, row.bytes), (1, 2));
    assert_eq!(page.seen.log.as_ref().expect("a log").rows[0].colour, Some(2));
}

#[test]
fn a_subscription_that_is_off_hears_nothing_until_it_is_on_again() {
    let mut page = Page::of_plain_broker();
    page.subscribe("a");
    page.ask(MessagesRequest::Enable(1, false));
    page.site.publish("a", "1");
    page.refresh();
    assert_eq!((page.topics().len(), page.states()), (0, vec![SubscriptionState::Off]));
    page.ask(MessagesRequest::Enable(1, true));
    page.site.publish("a", "2");
    page.refresh();
    assert_eq!(page.topics(), ["a"]);
    page.ask(MessagesRequest::Unsubscribe(1));
    assert_eq!(page.states(), []);
}

#[test]
fn the_broker_s_refusal_is_shown() {
    let mut page = Page::of_plain_broker();
    let refusals = &mut page.site.broker.script.refuse_filters;
    refusals.insert("secret/#".to_owned(), ReasonCode::NOT_AUTHORIZED);
    page.subscribe("secret/#");
    assert_eq!(page.states(), [SubscriptionState::Refused(0x87)]);
}

#[test]
fn a_filter_that_is_none_or_is_there_already_is_refused_by_the_page() {
    let mut page = Page::of_plain_broker();
    for (filter, trouble) in [
        ("a#", Some(SubscribeTrouble::Filter)),
        ("$share/g/a", Some(SubscribeTrouble::Shared)),
        ("a", None),
        ("a", Some(SubscribeTrouble::Twice)),
    ] {
        page.subscribe(filter);
        assert_eq!(page.trouble(), trouble, "{filter}");
    }
    assert_eq!(page.states().len(), 1);
}

#[test]
fn subscriptions_outlive_a_lost_connection() {
    let mut page = Page::of_plain_broker();
    page.subscribe("a");
    page.site.cut();
    page.refresh();
    assert_eq!(page.states(), [SubscriptionState::NotConnected]);
    page.site.network = true;
    page.site.seconds(60);
    page.site.publish("a", "back");
    page.refresh();
    assert_eq!(
        (page.states(), page.topics()),
        (vec![SubscriptionState::Granted(1)], vec!["a".to_owned()])
    );
}

#[test]
fn what_is_published_is_in_the_log_with_what_became_of_it_and_in_the_history() {
    let mut page = Page::of_plain_broker();
    let draft = page.draft("a", "on");
    page.ask(MessagesRequest::Publish(draft.clone()));
    assert_eq!(page.last(), Some(Ok(0)));
    let row = page.seen.log.as_ref().expect("a log").rows[0].clone();
    assert!(matches!(row.fate, Some(Fate::Acknowledged { .. })), "{row:?}");
    assert_eq!(page.seen.publish.as_ref().map(|it| it.history.clone()), Some(vec![draft]));
}

#[test]
fn what_cannot_be_sent_says_why_and_is_not_remembered() {
    let mut page = Page::of_plain_broker();
    for (format, payload, trouble) in [
        (Format::Hex, "abc", PublishTrouble::Hex),
        (Format::Hex, "xy", PublishTrouble::Hex),
        (Format::Base64, "a", PublishTrouble::Base64),
        (Format::Base64, "====", PublishTrouble::Base64),
        (Format::Json, "{", PublishTrouble::Json),
    ] {
        let draft = Draft { format, ..page.draft("a", payload) };
        page.ask(MessagesRequest::Publish(draft));
        assert_eq!(page.last(), Some(Err(trouble)), "{payload}");
    }
    page.ask(MessagesRequest::Publish(page.draft("a/+", "on")));
    assert_eq!(page.last(), Some(Err(PublishTrouble::Topic)));
    page.site.cut();
    page.ask(MessagesRequest::Publish(page.draft("a", "on")));
    assert_eq!(page.last(), Some(Err(PublishTrouble::NotConnected)));
    assert_eq!(page.seen.publish.as_ref().map(|it| it.history.len()), Some(0));
}

#[test]
fn what_is_said_beside_a_message_is_checked_sent_and_shown() {
    let mut page = Page::of_plain_broker();
    let plain = page.draft("ask", "1");
    let said = |change: fn(&mut DraftProperties)| {
        let mut draft = plain.clone();
        change(&mut draft.properties);
        draft
    };
    let wrong: [(Draft, PublishTrouble); 4] = [
        (said(|it| it.expiry = "soon".to_owned()), PublishTrouble::Expiry),
        (said(|it| it.response_topic = "a/#".to_owned()), PublishTrouble::ResponseTopic),
        (said(|it| it.correlation = "xyz".to_owned()), PublishTrouble::Correlation),
        (said(|it| it.user = "a: 1\nb".to_owned()), PublishTrouble::UserProperty(2)),
    ];
    for (draft, trouble) in wrong {
        page.ask(MessagesRequest::Publish(draft));
        assert_eq!(page.last(), Some(Err(trouble)));
    }
    let properties = DraftProperties {
        content_type: "text/plain".to_owned(),
        response_topic: "answer/1".to_owned(),
        correlation: "0a ff".to_owned(),
        expiry: "60".to_owned(),
        user: "from: bench\n\nfrom: me".to_owned(),
    };
    page.ask(MessagesRequest::Publish(Draft { properties, ..plain }));
    let Some(Ok(row)) = page.last() else { panic!("it was sent") };
    let look = Look {
        detail: Some(Detail { row, format: Format::Text, whole: false }),
        ..Look::default()
    };
    page.ask(MessagesRequest::Look(look));
    let detail = page.seen.detail.clone().flatten().expect("the message");
    let shown: Vec<_> =
        detail.properties.iter().map(|it| (it.id, it.key.as_str(), it.value.as_str())).collect();
    let user = [(0x26, "from", "bench"), (0x26, "from", "me")];
    let plain =
        [(0x02, "", "60"), (0x03, "", "text/plain"), (0x08, "", "answer/1"), (0x09, "", "0aff")];
    assert_eq!(shown, [&plain[..], &user].concat());
}

#[test]
fn hex_and_base64_become_the_bytes_that_they_mean() {
    let mut page = Page::of_plain_broker();
    for (format, payload) in
        [(Format::Hex, "DE ad:0xBE,ef"), (Format::Base64, "3q2+ 7w=="), (Format::Base64, "3q2-7w")]
    {
        let draft = Draft { format, ..page.draft("a", payload) };
        page.ask(MessagesRequest::Publish(draft));
        let received = page.site.broker.take_received();
        assert_eq!(&*received[0].payload, [0xde, 0xad, 0xbe, 0xef], "{payload}");
    }
}

#[test]
fn a_message_is_repeated_as_often_as_asked_for() {
    let mut page = Page::of_plain_broker();
    let draft = page.draft("tick", "1");
    page.ask(MessagesRequest::Repeat { draft: draft.clone(), every_ms: 500, times: Some(4) });
    page.site.seconds(10);
    assert_eq!(page.site.broker.take_received().len(), 4);
    page.refresh();
    assert_eq!(page.seen.publish.as_ref().map(|it| it.repeats.len()), Some(0));
    page.ask(MessagesRequest::Repeat { draft, every_ms: 1, times: None });
    page.site.seconds(2);
    let count = page.site.broker.take_received().len();
    assert!((25..=35).contains(&count), "a tenth of a second is the shortest: {count}");
    page.ask(MessagesRequest::StopRepeating(2));
    page.site.broker.take_received();
    page.site.seconds(2);
    assert_eq!(page.site.broker.take_received().len(), 0);
}

#[test]
fn commands_are_saved_by_name() {
    let mut page = Page::of_plain_broker();
    for name in ["off", "light on"] {
        let draft = page.draft("lamp", name);
        let command = SavedCommand { id: 0, name: name.to_owned(), device: None, draft };
        page.ask(MessagesRequest::SaveCommand(command));
    }
    let saved = |page: &Page| {
        let saved = page.seen.publish.iter().flat_map(|it| &it.saved);
        saved.map(|it| (it.id, it.name.clone())).collect::<Vec<_>>()
    };
    assert_eq!(saved(&page), [(2, "light on".to_owned()), (1, "off".to_owned())]);
    page.ask(MessagesRequest::ForgetCommand(1));
    assert_eq!(saved(&page).len(), 1);
}

#[test]
fn the_trace_tells_what_was_asked_and_how_long_the_answer_took() {
    let mut page = Page::of_plain_broker();
    page.subscribe("a");
    page.ask(MessagesRequest::Publish(page.draft("a", "on")));
    page.look(Look { trace: true, ..Look::default() });
    let trace = page.seen.trace.as_ref().expect("a trace");
    let packets: Vec<_> = trace.rows.iter().map(|it| (it.packet, it.sent)).collect();
    let expected = [
        (Packet::Connect, true),
        (Packet::Connack, false),
        (Packet::Subscribe, true),
        (Packet::Suback, false),
        (Packet::Publish, true),
        (Packet::Puback, false),
    ];
    assert_eq!(packets, expected);
    assert_eq!(
        (trace.rows[3].codes.clone(), trace.rows[2].topics.clone()),
        (vec![1], vec!["a".to_owned()])
    );
    assert!(trace.rows[5].millis.is_some() && trace.rows[4].millis.is_none());
}

#[test]
fn the_loudest_topics_and_the_tree_add_up() {
    let mut page = Page::of_plain_broker();
    page.subscribe("#");
    for n in 0..30 {
        page.site.publish("loud/a", "xx");
        if n % 10 == 0 {
            page.site.publish("loud/b", "xxxxxxxxxxxxxxxxxxxxxxxxxxxx");
        }
    }
    let tree = mcs_view::protocol::TreeLook { open: Vec::new(), first: 0, count: 10 };
    page.look(Look { rates: Some(Default::default()), tree: Some(tree), ..Look::default() });
    let rates = page.seen.rates.as_ref().expect("rates");
    let rows: Vec<_> =
        rates.rows.iter().map(|it| (it.topic.path.as_str(), it.load.messages)).collect();
    assert_eq!(rows, [("loud/a", 30), ("loud/b", 3)]);
    assert_eq!((rates.load.messages, rates.load.bytes), (33, 144));
    let tree = page.seen.tree.as_ref().expect("a tree");
    assert_eq!((tree.total, tree.rows[0].topics, tree.rows[0].load.messages), (1, 2, 33));
}

#[test]
fn what_matches_becomes_a_file_and_formulas_are_disarmed() {
    let mut page = Page::of_plain_broker();
    page.subscribe("#");
    for payload in ["=1+1", "-5", "a,\"b\"", "line\nbreak"] {
        page.site.publish("a", payload);
    }
    page.site.publish("b", "not this");
    let filter = Filter { query: "topic:a".to_owned(), ..Filter::default() };
    let mut export = |format| {
        page.ask(MessagesRequest::Export { format, filter: filter.clone() });
        let piece = page.seen.export.take().expect("a piece");
        assert_eq!((piece.written, piece.left), (4, 0));
        String::from_utf8(piece.bytes).expect("text")
    };
    let csv = export(FileFormat::Csv);
    for cell in ["text,\"'=1+1\"\r\n", "text,-5\r\n", "\"a,\"\"b\"\"\"", "\"line\nbreak\""] {
        assert!(csv.contains(cell), "{cell} in {csv}");
    }
    assert!(csv.starts_with("time,") && csv.contains("2023-11-14T22:13:"), "{csv}");
    let lines = export(FileFormat::JsonLines);
    assert_eq!(lines.lines().count(), 4);
    assert!(lines.contains(r#""topic":"a","qos":0,"retained":false"#), "{lines}");
    assert!(lines.contains(r#""payload":"line\nbreak"}"#), "{lines}");
}

#[test]
fn who_signs_out_leaves_no_message_behind() {
    let mut page = Page::new(Site::signed_in_as(Role::Admin), ConnectionId::SERVER);
    page.site.report("temp", "1");
    page.refresh();
    assert_eq!(page.topics().len(), 1);
    page.site.request(Request::Logout { everywhere: false });
    page.refresh();
    assert_eq!(page.topics().len(), 0);
    let store = page.seen.log.as_ref().expect("a log").store;
    assert_eq!((store.seen, store.topics), (0, 0));
}

#[test]
fn five_thousand_messages_a_second_are_all_counted() {
    let mut page = Page::of_plain_broker();
    page.subscribe("#");
    for _ in 0..20 {
        for n in 0..5000 {
            page.site.broker.publish(&format!("flood/{}", n % 8), "0123456789", Qos::AtMostOnce);
            if n % 500 == 499 {
                page.site.settle();
            }
        }
        page.refresh();
    }
    let store = page.seen.log.as_ref().expect("a log").store;
    assert_eq!((store.seen, store.stored + store.evicted), (100_000, 100_000));
    assert!(store.memory <= store.budget);
}
