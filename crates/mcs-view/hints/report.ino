// Libraries: WiFi (ESP32, LinkIt 7697) and PubSubClient
#include <WiFi.h>
#include <PubSubClient.h>

WiFiClient net;
PubSubClient client(net);

void setup() {
  Serial.begin(115200);
  WiFi.begin("your network", "its password");
  while (WiFi.status() != WL_CONNECTED) delay(500);
  client.setServer(HOST, PORT);
  client.setBufferSize(1024);
}

void loop() {
  while (!client.connected()) {
    if (!client.connect(DEVICE)) delay(2000);
  }
  client.loop();
  static unsigned long last = 0;
  if (last == 0 || millis() - last > 5000) {
    last = millis();
    // timestamp,channel,value: without a timestamp the time of arrival counts.
    String payload = String(",,") + VALUE;
    client.publish(TOPIC, payload.c_str());
  }
}
