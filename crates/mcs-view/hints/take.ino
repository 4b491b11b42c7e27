// Libraries: WiFi (ESP32, LinkIt 7697) and PubSubClient
#include <WiFi.h>
#include <PubSubClient.h>

WiFiClient net;
PubSubClient client(net);
String said = "\n";  // what we say ourselves comes back, and is no command

void onMessage(char* topic, byte* payload, unsigned int length) {
  String text;
  for (unsigned int i = 0; i < length; i++) text += (char)payload[i];
  // timestamp,channel,value: a value may hold commas itself.
  String value = text.substring(text.indexOf(',', text.indexOf(',') + 1) + 1);
  int echo = said.indexOf("\n" + value + "\n");
  if (echo >= 0) {
    said.remove(echo, value.length() + 1);
    return;
  }
  Serial.println("command: " + value);
  // Do it here, then say so: the console shows it as confirmed.
  String answer = ",," + value;
  if (client.publish(TOPIC, answer.c_str())) said += value + "\n";
}

void setup() {
  Serial.begin(115200);
  WiFi.begin("your network", "its password");
  while (WiFi.status() != WL_CONNECTED) delay(500);
  client.setServer(HOST, PORT);
  client.setBufferSize(1024);
  client.setCallback(onMessage);
}

void loop() {
  while (!client.connected()) {
    said = "\n";
    if (client.connect(DEVICE)) client.subscribe(TOPIC, 1);
    else delay(2000);
  }
  client.loop();
}
