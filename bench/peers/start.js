// ?url=ws://…

const times = [];
const values = [];
const plot = new window.uPlot(
  { width: 1000, height: 300, series: [{}, { stroke: 'blue' }] },
  [times, values],
  document.getElementById('chart'),
);
const client = window.mqtt.connect(new URLSearchParams(location.search).get('url'), {
  clientId: 'peer',
  reconnectPeriod: 0,
});
client.on('connect', () => client.subscribe('#'));
client.on('message', (topic, payload) => {
  const [at, , value] = payload.toString().split(',');
  times.push(at / 1000);
  values.push(+value);
  plot.setData([times, values]);
  document.getElementById('value').dataset.value = value;
});
