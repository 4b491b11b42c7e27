// ?act=streamed|gestures|opened&library=uplot|echarts&points=10000&span=900000&rate=100&lines=8&width=1000&height=300
// streamed: lines that move on; each frame takes the points that are due, drops as many, and paints. They are made
// here, so that receiving them costs nothing. gestures: they are zoomed and moved. opened: each line in a chart of its
// own, when `opened()` is called.

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

const plot = (labels, data) => {
  const series = labels.map((label, index) => ({ label, stroke: colours[index], width: 1, points: { show: false } }));
  const hooks = { draw: [() => window.paints++] };
  const frame = { width, height, ms: 1, legend: { show: false }, hooks };
  return new uPlot({ ...frame, series: [{}, ...series] }, [times, ...data], document.getElementById('chart'));
};

const libraries = {
  uplot() {
    const chart = plot(names, lines);
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
    chart.on('rendered', () => window.paints++);
    return () => chart.setOption({ series: series() });
  },
};

const acts = {
  streamed() {
    const draw = libraries[options.get('library')]();
    let last = start;
    const frame = () => {
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
      }
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  },
  gestures() {
    const chart = plot(names, lines);
    let [from, to] = [start - span, start];
    const show = (min, max) => {
      [from, to] = [min, max];
      chart.setScale('x', { min, max });
    };
    const zoom = (by) => {
      const [middle, half] = [(from + to) / 2, ((to - from) / 2) * by];
      show(middle - half, middle + half);
    };
    const move = (by) => show(from + (to - from) * by, to + (to - from) * by);
    gestures(zoom, move);
  },
  opened() {
    window.opened = async () => {
      names.forEach((name, index) => plot([name], [lines[index]]));
      // It draws at the end of the task.
      await null;
    };
  },
};

window.paints = 0;
acts[options.get('act')]();
