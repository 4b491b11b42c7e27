use super::*;

fn path(call: Call) -> String {
    match Rest::default().call(call) {
        Output::Fetch { path, .. } => path,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whatever_stands_in_a_channel_id_stays_one_level_of_the_path() {
    let (device, channel) = ("D1".parse().unwrap(), "a b?&ü".parse().unwrap());
    let span = Span { from: 5, until: 9 };
    assert_eq!(
        path(Call::Series { device, channel, time: PointTime::Device, span, end: 100 }),
        "/api/devices/D1/channels/a%20b%3F%26%C3%BC/series?start=5&end=9&buckets=2000"
    );
}

#[test]
fn a_span_without_end_is_asked_for_until_now() {
    let device = || "D1".parse().unwrap();
    let channel = || "x".parse().unwrap();
    let span = Span { from: 5, until: u64::MAX };
    assert_eq!(
        path(Call::Series {
            device: device(),
            channel: channel(),
            time: PointTime::Device,
            span,
            end: 100
        }),
        "/api/devices/D1/channels/x/series?start=5&end=100&buckets=2000"
    );
    assert_eq!(
        path(Call::Before {
            device: device(),
            channel: channel(),
            time: PointTime::Device,
            before: 5
        }),
        "/api/devices/D1/channels/x/points?end=4&limit=1"
    );
}

#[test]
fn by_arrival_the_server_says_what_the_present_is() {
    let device = || "D1".parse().unwrap();
    let channel = || "x".parse().unwrap();
    let series = |until| Call::Series {
        device: device(),
        channel: channel(),
        time: PointTime::Arrival,
        span: Span { from: 5, until },
        end: 100,
    };
    let all = "/api/devices/D1/channels/x/series?start=5";
    assert_eq!(path(series(u64::MAX)), format!("{all}&buckets=2000&time=arrival"));
    assert_eq!(path(series(9)), format!("{all}&end=9&buckets=2000&time=arrival"));
}

#[test]
fn an_answer_counts_once() {
    let mut rest = Rest::default();
    let Output::Fetch { id, .. } = rest.call(Call::Probe) else { panic!("no fetch") };
    assert_eq!(rest.answered(id), Some(Call::Probe));
    assert_eq!(rest.answered(id), None);
}
