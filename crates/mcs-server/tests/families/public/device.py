"""A device in the style of the official Python example: what the switch is set to, it reports."""

import sys

import paho.mqtt.client as mqtt

host, port, device, key = sys.argv[1:]
topic = "mcs/" + device + "/" + key + "/"


def on_connect(mosq, obj, flags, rc):
    mosq.subscribe(topic + "+", 0)


def on_subscribe(mosq, obj, mid, granted_qos):
    print("subscribed", flush=True)


def on_message(mosq, obj, msg):
    timestamp, channel, value = msg.payload.decode().split(",")
    if channel == "switch":
        mosq.publish(topic + "LED_Display", ",LED_Display," + value, 1)


def on_publish(mosq, obj, mid):
    mosq.disconnect()


# The second version of the library asks which of its callbacks are meant.
if hasattr(mqtt, "CallbackAPIVersion"):
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION1)
else:
    client = mqtt.Client()
client.on_connect = on_connect
client.on_subscribe = on_subscribe
client.on_message = on_message
client.on_publish = on_publish
client.connect(host, int(port), 60)
client.loop_forever()
