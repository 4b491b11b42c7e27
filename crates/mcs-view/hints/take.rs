// cargo add rumqttc
use std::time::Duration;

use rumqttc::{Client, Event, MqttOptions, Packet, QoS};

fn main() {
    let mut options = MqttOptions::new(DEVICE, HOST, PORT);
    options.set_keep_alive(Duration::from_secs(30));
    let (client, mut connection) = Client::new(options, 100);
    let mut said: Vec<String> = Vec::new(); // what we say ourselves comes back, and is no command
    for event in connection.iter() {
        let message = match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                said.clear();
                client.try_subscribe(TOPIC, QoS::AtLeastOnce).expect("there is room for it");
                println!("waiting for commands");
                continue;
            }
            Ok(Event::Incoming(Packet::Publish(message))) => message,
            Ok(_) => continue,
            Err(error) => {
                println!("{error}, connecting again");
                std::thread::sleep(Duration::from_secs(2));
                continue;
            }
        };
        let text = String::from_utf8_lossy(&message.payload).into_owned();
        // timestamp,channel,value: a value may hold commas itself.
        let Some(value) = text.splitn(3, ',').nth(2).map(str::to_owned) else { continue };
        if let Some(echo) = said.iter().position(|it| *it == value) {
            said.remove(echo);
            continue;
        }
        println!("command: {value}");
        // Do it here, then say so: the console shows it as confirmed.
        if client.try_publish(TOPIC, QoS::AtLeastOnce, false, format!(",,{value}")).is_ok() {
            said.push(value);
        }
    }
}
