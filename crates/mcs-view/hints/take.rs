// cargo add rumqttc
use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};

fn main() {
    let mut options = MqttOptions::new(DEVICE, HOST, PORT);
    options.set_keep_alive(Duration::from_secs(30));
    let (client, mut connection) = Client::new(options, 10);
    client.subscribe(TOPIC, QoS::AtLeastOnce).expect("a new connection takes it");
    let mut last = String::new();
    for event in connection.iter() {
        let Ok(Event::Incoming(Packet::Publish(message))) = event else { continue };
        let text = String::from_utf8_lossy(&message.payload).into_owned();
        // timestamp,channel,value: a value may hold commas itself.
        let Some(value) = text.splitn(3, ',').nth(2).map(str::to_owned) else { continue };
        if value == last {
            continue; // what we said ourselves comes back
        }
        println!("command: {value}");
        // Do it here, then say so: the console shows it as confirmed.
        client.publish(TOPIC, QoS::AtLeastOnce, false, format!(",,{value}")).expect("connected");
        last = value;
    }
}
