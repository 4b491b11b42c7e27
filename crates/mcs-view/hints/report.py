# pip install paho-mqtt
import time
import paho.mqtt.client as mqtt

def on_connect(client, *rest):
    print("connected")

# paho 2 wants to be told which form its callbacks have; paho 1 does not know the question.
api = getattr(mqtt, "CallbackAPIVersion", None)
client = mqtt.Client(api.VERSION2) if api else mqtt.Client()
client.on_connect = on_connect
client.connect(HOST, PORT)
client.loop_start()
while True:
    # timestamp,channel,value: without a timestamp the time of arrival counts.
    client.publish(TOPIC, ",," + VALUE, qos=1)
    print("sent", VALUE)
    time.sleep(5)
