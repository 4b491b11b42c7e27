use std::net::Ipv4Addr;

use super::*;
use crate::command::orders;

fn hub() -> Hub {
    Hub::new(Arc::default())
}

fn device() -> DeviceId {
    "Dsre1qRQ".parse().expect("an id")
}

const MQTT: ConnectionId = ConnectionId(7);

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[test]
fn a_device_is_here_by_each_of_its_transports() {
    let (hub, device) = (hub(), device());
    let here = || hub.presence(&device).transports;
    assert_eq!(here(), []);
    hub.heard(&device, HOME);
    assert_eq!(here(), [], "a call by REST is no connection");
    let link = hub.open_command(&device, HOME, orders().0);
    hub.open_mqtt(&device, MQTT, HOME, None);
    assert_eq!(here(), [Transport::Mqtt, Transport::Command]);
    hub.close_command(&device, link);
    assert_eq!(here(), [Transport::Mqtt]);
    hub.close_mqtt(MQTT);
    assert_eq!(here(), []);
    assert!(hub.presence(&device).last_seen.is_some());
}

#[tokio::test]
async fn the_newest_command_connection_is_the_devices() {
    let (hub, device) = (hub(), device());
    let (to, first) = orders();
    let old = hub.open_command(&device, HOME, to);
    let (to, second) = orders();
    let new = hub.open_command(&device, HOME, to);
    assert_eq!(first.next().await, None, "the older one ends");
    hub.close_command(&device, old);
    assert!(hub.notice(&device, "notice".to_owned()), "the newer one stays");
    assert_eq!(second.next().await.as_deref(), Some("notice"));
    hub.close_command(&device, new);
    assert!(!hub.notice(&device, "notice".to_owned()));
}

#[test]
fn notices_go_where_an_mqtt_client_asked_for_them() {
    let (hub, device) = (hub(), device());
    assert!(!hub.open_mqtt(&device, MQTT, HOME, None));
    assert!(!hub.hears_mqtt(&device));
    assert!(hub.open_mqtt(&device, MQTT, HOME, Some("+")));
    assert!(!hub.open_mqtt(&device, MQTT, HOME, Some("+")), "it did before");
    assert!(!hub.open_mqtt(&device, MQTT, HOME, Some("FOTA")), "it did before");
    hub.mute_mqtt(&device, MQTT, "+");
    assert!(hub.hears_mqtt(&device));
    hub.mute_mqtt(&device, MQTT, "FOTA");
    assert!(!hub.hears_mqtt(&device));
    assert_eq!(hub.presence(&device).transports, [Transport::Mqtt]);
}

#[test]
fn who_was_heard_is_told_once() {
    let (hub, device) = (hub(), device());
    assert_eq!(hub.take_heard(), []);
    hub.heard(&device, HOME);
    hub.heard(&device, HOME);
    let heard = hub.take_heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(Some(heard[0].1), hub.presence(&device).last_seen);
    assert_eq!(hub.take_heard(), []);
    hub.open_mqtt(&device, MQTT, HOME, None);
    assert_eq!(hub.take_heard().len(), 1);
}
