// Zooms in, moves to and fro, and zooms out again, a step in every animation frame: `zoom` by a factor of what is seen,
// `move` by a part of it.
function gestures(zoom, move) {
  const STEPS = 40;
  const acts = [() => zoom(0.95), () => move(-0.01), () => move(0.01), () => zoom(1 / 0.95)];
  let turn = 0;
  const step = () => {
    acts[Math.floor(turn++ / STEPS) % acts.length]();
    requestAnimationFrame(step);
  };
  step();
}
