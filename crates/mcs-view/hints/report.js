// npm install mqtt
const mqtt = require("mqtt");

const client = mqtt.connect({ protocol: "mqtt", host: HOST, port: PORT });
client.on("connect", () => console.log("connected"));
client.on("error", (error) => console.error(error.message));
setInterval(() => {
  // timestamp,channel,value: without a timestamp the time of arrival counts.
  client.publish(TOPIC, ",," + VALUE, { qos: 1 }, () => console.log("sent", VALUE));
}, 5000);
