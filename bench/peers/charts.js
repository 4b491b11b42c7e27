// ?library=uplot|echarts&points=10000&span=900000&rate=100&lines=8&width=1000&height=300
// Lines that move on: each frame takes the points that are due, drops as many, and paints. They are made here, so
// that receiving them costs nothing.

const options = new URLSearchParams(location.search);
const number = (name) => Number(options.get(name));
const [points, span, rate] = ['points', 'span', 'rate'].map(number);
const [width, height] = ['width', 'height'].map(number);
const names = Array.from({ length: number('lines') }, (_, index) => `t${index}`);
const colours = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#7f7f7f'];
const value = (series, at) => Math.sin(at / 20000 + series) * 40 + ((at * 7919) % 100) / 10;

const start = Date.now();
const times = Array.from({ length: points }, (_, index) => start - span + (index * span) / points);
const lines = names.map((_, series) => times.map((at) => value(series, at)));

const libraries = {
  uplot() {
    const series = names.map((label, index) => ({ label, stroke: colours[index], width: 1, points: { show: false } }));
    const chart = new uPlot(
      { width, height, ms: 1, legend: { show: false }, series: [{}, ...series] },
      [times, ...lines],
      document.getElementById('chart'),
    );
    return () => chart.setData([times, ...lines]);
  },
  echarts() {
    const element = document.getElementById('chart');
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    const chart = echarts.init(element);
    const series = () =>
      lines.map((line, index) => ({
        type: 'line',
        name: names[index],
        showSymbol: false,
        sampling: 'minmax',
        lineStyle: { width: 1 },
        data: line.map((it, place) => [times[place], it]),
      }));
    const axes = { xAxis: { type: 'time' }, yAxis: { type: 'value' } };
    chart.setOption({ animation: false, ...axes, series: series() });
    return () => chart.setOption({ series: series() });
  },
};

const draw = libraries[options.get('library')]();
window.paints = 0;
let last = start;
function frame() {
  const due = Math.floor(((Date.now() - last) * rate) / 1000);
  for (let index = 0; index < due; index++) {
    last += 1000 / rate;
    times.push(last);
    lines.forEach((line, series) => line.push(value(series, last)));
  }
  if (due > 0) {
    times.splice(0, due);
    lines.forEach((line) => line.splice(0, due));
    draw();
    window.paints++;
  }
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);
