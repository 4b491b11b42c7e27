// npm install mqtt
const mqtt = require("mqtt");

const client = mqtt.connect({ protocol: "mqtt", host: HOST, port: PORT });
let last;
client.on("connect", () => client.subscribe(TOPIC, { qos: 1 }, () => console.log("waiting for commands")));
client.on("error", (error) => console.error(error.message));
client.on("message", (topic, payload) => {
  // timestamp,channel,value: a value may hold commas itself.
  const value = payload.toString().split(",").slice(2).join(",");
  if (value === last) return; // what we said ourselves comes back
  last = value;
  console.log("command:", value);
  // Do it here, then say so: the console shows it as confirmed.
  client.publish(TOPIC, ",," + value, { qos: 1 });
});
