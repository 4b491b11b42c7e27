# pip install paho-mqtt
import paho.mqtt.client as mqtt

said = []  # what we say ourselves comes back, and is no command

def on_connect(client, *rest):
    said.clear()
    client.subscribe(TOPIC, qos=1)
    print("waiting for commands")

def on_message(client, userdata, message):
    # timestamp,channel,value: a value may hold commas itself.
    value = message.payload.decode().split(",", 2)[2]
    if value in said:
        said.remove(value)
        return
    print("command:", value)
    # Do it here, then say so: the console shows it as confirmed.
    said.append(value)
    client.publish(TOPIC, ",," + value, qos=1)

# paho 2 wants to be told which form its callbacks have; paho 1 does not know the question.
api = getattr(mqtt, "CallbackAPIVersion", None)
client = mqtt.Client(api.VERSION2) if api else mqtt.Client()
client.on_connect = on_connect
client.on_message = on_message
client.connect(HOST, PORT)
client.loop_forever()
