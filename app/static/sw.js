// Keeps the console's own files, so that it opens without its server; and nothing else.
//
// The network comes first: whoever is online never sees an old console. What it gave last is what
// is shown offline, whole: the files of one version are kept together, and replaced together.

const CACHE = "mcs-console";
const here = new URL("./", self.location).pathname;

// What the server computes is never kept.
const ours = (url) =>
  url.origin === self.location.origin &&
  url.pathname.startsWith(here) &&
  !/^(api|mcs|fw|mqtt|metrics|healthz|readyz)(\/|$)/.test(url.pathname.slice(here.length));

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page names its files once it runs: then they are known to belong together.
self.addEventListener("message", (event) => {
  if (Array.isArray(event.data?.files)) event.waitUntil(keep(event.data.files));
});

async function keep(files) {
  const next = await caches.open(`${CACHE}-next`);
  try {
    await next.addAll(files);
  } catch {
    // The server went away, or has another version by now: what was kept before still is whole.
    await caches.delete(`${CACHE}-next`);
    return;
  }
  const kept = await caches.open(CACHE);
  for (const request of await kept.keys()) {
    if (!(await next.match(request))) await kept.delete(request);
  }
  for (const request of await next.keys()) await kept.put(request, await next.match(request));
  await caches.delete(`${CACHE}-next`);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // "no-store" is how the page asks whether the server is here and what version it has.
  if (request.method !== "GET" || request.cache === "no-store" || !ours(url)) return;
  event.respondWith(answer(request));
});

async function answer(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.open(CACHE);
    const path = request.mode === "navigate" ? "./" : request;
    const found = await kept.match(path, { ignoreSearch: true });
    if (found) return found;
    throw error;
  }
}
