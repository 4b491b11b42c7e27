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

// The engine comes beside the page and not after it. What it says is kept until the page takes it
// over (app/src/engine.rs).
const engine = { events: [] };
globalThis.mcsEngine = engine;
try {
  engine.worker = new Worker(address("mcs-engine_loader.js"), { type: "module" });
  engine.worker.onmessage = engine.worker.onerror = (event) => engine.events.push(event);
} catch (error) {
  engine.refused = String(error);
}

// Once every part is here, the service worker keeps them all. Not under `trunk serve`, where they
// change all the time.
if (!mqtt && "serviceWorker" in navigator) {
  addEventListener("mcs-loaded", async () => {
    const parts = performance.getEntriesByType("resource").map((entry) => entry.name);
    const worker = app.dataset.engine ?? "mcs-engine.js mcs-engine_bg.wasm";
    const engine = ["mcs-engine_loader.js", ...worker.split(" ")].map(address);
    const locales = ["zh-TW", "zh-CN", "ja"].map((tag) => address(`locales/${tag}.txt`));
    const ours = parts.filter((name) => /\.(css|js|wasm|svg|png|webmanifest)$/.test(name));
    const files = [address("./"), ...ours, ...engine, ...locales];
    try {
      await navigator.serviceWorker.register("sw.js", { scope: "./" });
      const { active } = await navigator.serviceWorker.ready;
      active.postMessage({ files: [...new Set(files)], app: app.content });
    } catch {
      // Refused, as in a private window: the console works, but not without its server.
    }
  });
}

const sentences = {
  en: "The console could not be loaded. Reload the page to try again.",
  "zh-TW": "無法載入主控台。請重新載入頁面再試一次。",
  "zh-CN": "无法加载控制台。请重新加载页面重试。",
  ja: "コンソールを読み込めませんでした。ページを再読み込みしてください。",
};
try {
  const { default: start } = await import(address(app.content));
  await start({ module_or_path: address(app.dataset.wasm) });
} catch (error) {
  const text = document.getElementById("boot-text");
  const tag = navigator.languages.find((tag) => tag in sentences) ?? "en";
  if (text) text.textContent = `${sentences[tag]} (${error})`;
  throw error;
}
