// cargo add rumqttc
use std::time::Duration;

use rumqttc::{Client, MqttOptions, QoS};

fn main() {
    let mut options = MqttOptions::new(DEVICE, HOST, PORT);
    options.set_keep_alive(Duration::from_secs(30));
    let (client, mut connection) = Client::new(options, 10);
    std::thread::spawn(move || {
        loop {
            // timestamp,channel,value: without a timestamp the time of arrival counts.
            let payload = format!(",,{VALUE}");
            client.publish(TOPIC, QoS::AtLeastOnce, false, payload).expect("the connection is over");
            println!("sent {VALUE}");
            std::thread::sleep(Duration::from_secs(5));
        }
    });
    for event in connection.iter() {
        if let Err(error) = event {
            println!("{error}, connecting again");
            std::thread::sleep(Duration::from_secs(2));
        }
    }
}
