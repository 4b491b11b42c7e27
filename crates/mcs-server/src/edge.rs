//! MQTT over WebSocket: a tunnel from our own web server to the broker.
