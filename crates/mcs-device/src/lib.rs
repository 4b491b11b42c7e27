//! The device side: MQTT, or Command Server and REST; simulated devices.
