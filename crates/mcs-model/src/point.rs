//! A data point, and its three column orders (CONTRACT §1.3).

use crate::{ChannelId, DeviceId, DeviceKey, Timestamp, Value};

/// One value of one channel at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct DataPoint {
    /// The channel.
    pub channel: ChannelId,
    /// When it was measured, by the device's word; when it came, if the device gave none.
    pub timestamp: Timestamp,
    /// What was measured.
    pub value: Value,
}

impl DataPoint {
    /// MQTT: `timestamp,dataChnId,V`.
    pub fn to_mqtt(&self) -> String {
        format!("{},{},{}", self.timestamp, self.channel, self.value)
    }

    /// REST CSV: `dataChnId,timestamp,V`.
    pub fn to_csv(&self) -> String {
        format!("{},{},{}", self.channel, self.timestamp, self.value)
    }

    /// Command Server: `deviceId,deviceKey,timestamp,dataChnId,V`, unterminated.
    pub fn to_command(&self, device: &DeviceId, key: &DeviceKey) -> String {
        format!("{device},{key},{},{},{}", self.timestamp, self.channel, self.value)
    }
    /// REST JSON: one member of `datapoints`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({
            "dataChnId": self.channel.as_str(),
            "timestamp": self.timestamp.as_millis(),
            "values": self.value.to_json(),
        })
    }
}
