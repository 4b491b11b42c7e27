// Starts the page. A file of its own, so that the content security policy needs no exception.

const root = document.documentElement;

// Before the first paint, or the page would flash in the other theme.
try {
  const theme = localStorage.getItem("mcs.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
} catch {
  // No storage: the theme follows the system.
}

// Under `trunk serve` the broker is somewhere else (Trunk.toml).
const timing = performance.getEntriesByType("navigation")[0]?.serverTiming ?? [];
const mqtt = timing.find((entry) => entry.name === "mqtt");
if (mqtt) root.dataset.mqtt = mqtt.description;

const app = document.querySelector('meta[name="mcs-app"]');
const address = (path) => new URL(path, document.baseURI).href;
try {
  const { default: start } = await import(address(app.content));
  await start({ module_or_path: address(app.dataset.wasm) });
} catch (error) {
  const text = document.getElementById("boot-text");
  if (text) text.textContent = `The console could not be loaded: ${error}. Reload the page to try again.`;
  throw error;
}
