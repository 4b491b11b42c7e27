// npm install mqtt
const mqtt = require("mqtt");

const client = mqtt.connect({ protocol: "mqtt", host: HOST, port: PORT });
let said = []; // what we say ourselves comes back, and is no command
client.on("connect", () => {
  said = [];
  client.subscribe(TOPIC, { qos: 1 }, () => console.log("waiting for commands"));
});
client.on("error", (error) => console.error(error.message));
client.on("message", (topic, payload) => {
  // timestamp,channel,value: a value may hold commas itself.
  const value = payload.toString().split(",").slice(2).join(",");
  const echo = said.indexOf(value);
  if (echo >= 0) {
    said.splice(echo, 1);
    return;
  }
  console.log("command:", value);
  // Do it here, then say so: the console shows it as confirmed.
  said.push(value);
  client.publish(TOPIC, ",," + value, { qos: 1 });
});
