// ?library=mqtt|paho|socket&url=ws://…&bytes=N

const options = new URLSearchParams(location.search);
const url = options.get('url');
const values = new Map();
window.seen = 0;
window.connected = false;

// `timestamp,channel,value` of `mcs/device/key/channel`.
function take(topic, payload) {
  const line = payload.toString();
  const comma = line.indexOf(',');
  const at = Number(line.slice(0, comma));
  const value = Number(line.slice(line.indexOf(',', comma + 1) + 1));
  values.set(topic, { at, value });
  window.seen++;
}

function paint() {
  const last = values.values().next().value;
  document.getElementById('latest').textContent = `${window.seen} ${last?.value ?? ''}`;
  requestAnimationFrame(paint);
}
requestAnimationFrame(paint);

const libraries = {
  mqtt() {
    const client = window.mqtt.connect(url, { clientId: 'peer', reconnectPeriod: 0 });
    client.on('connect', () => client.subscribe('#', { qos: 1 }, () => (window.connected = true)));
    client.on('message', (topic, payload) => take(topic, payload));
  },
  paho() {
    const client = new window.Paho.Client(url, 'peer');
    client.onMessageArrived = (message) => take(message.destinationName, message.payloadString);
    const onSuccess = () => (window.connected = true);
    client.connect({ onSuccess: () => client.subscribe('#', { qos: 1, onSuccess }) });
  },
  // Parses nothing: the floor. It acknowledges when the last byte is there.
  socket() {
    const socket = new WebSocket(url, 'mqtt');
    socket.binaryType = 'arraybuffer';
    let bytes = -4;
    window.expected = Infinity;
    socket.onopen = () => {
      socket.send(Uint8Array.of(0x10, 16, 0, 4, 77, 81, 84, 84, 4, 2, 0, 0, 0, 4, 112, 101, 101, 114));
      window.connected = true;
    };
    socket.onmessage = ({ data }) => {
      bytes += data.byteLength;
      window.seen++;
      if (bytes !== window.expected) return;
      const packet = new Uint8Array(data);
      // The last message: flags, length (one byte), topic, packet id.
      const id = 4 + packet[3];
      socket.send(Uint8Array.of(0x40, 2, packet[id], packet[id + 1]));
      bytes = 0;
    };
  },
};
libraries[options.get('library')]();
