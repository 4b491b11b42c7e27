// Libraries: WiFi (ESP32, LinkIt 7697) and PubSubClient
#include <WiFi.h>
#include <PubSubClient.h>

WiFiClient net;
PubSubClient client(net);
String last;

void onMessage(char* topic, byte* payload, unsigned int length) {
  String text;
  for (unsigned int i = 0; i < length; i++) text += (char)payload[i];
  // timestamp,channel,value: a value may hold commas itself.
  String value = text.substring(text.indexOf(',', text.indexOf(',') + 1) + 1);
  if (value == last) return;  // what we said ourselves comes back
  last = value;
  Serial.println("command: " + value);
  // Do it here, then say so: the console shows it as confirmed.
  String answer = ",," + value;
  client.publish(TOPIC, answer.c_str());
}

void setup() {
  Serial.begin(115200);
  WiFi.begin("your network", "its password");
  while (WiFi.status() != WL_CONNECTED) delay(500);
  client.setServer(HOST, PORT);
  client.setCallback(onMessage);
}

void loop() {
  while (!client.connected()) {
    if (client.connect(DEVICE)) client.subscribe(TOPIC, 1);
    else delay(2000);
  }
  client.loop();
}
