// Keeps the console's own files, so that it opens without its server; and nothing else.
//
// The network comes first: whoever is online never sees an old console. What it gave last is what
// is shown offline, whole: the files of one version are kept together, and replaced together.

const here = new URL("./", self.location).pathname;
// Several consoles of one origin keep their files apart. The first cache says which of the others
// is shown: a set of files is used when it is whole, and all of it at once.
const CURRENT = `mcs-console ${here}`;
const SET = `${CURRENT} `;

// What the server computes is never kept.
const ours = (url) =>
  url.origin === self.location.origin &&
  url.pathname.startsWith(here) &&
  !/^(api|mcs|fw|mqtt|metrics|healthz|readyz)(\/|$)/.test(url.pathname.slice(here.length));

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page names its files once it runs: then they are known to belong together. Two tabs may do so
// at once, and are served one after the other.
let keeping = Promise.resolve();
self.addEventListener("message", (event) => {
  const { files, app } = event.data ?? {};
  if (!Array.isArray(files) || typeof app !== "string") return;
  // A browser without room keeps what it has.
  keeping = keeping.then(() => keep(files, app)).catch(() => {});
  event.waitUntil(keeping);
});

async function keep(files, app) {
  const name = SET + crypto.randomUUID();
  if (!(await fetched(name, files, app))) {
    await caches.delete(name);
    return;
  }
  const current = await caches.open(CURRENT);
  await current.put("current", new Response(name));
  for (const other of await caches.keys()) {
    if (other.startsWith(SET) && other !== name) await caches.delete(other);
  }
}

// Whether the files are all here and belong together: while they are fetched the server may go away,
// or get another version, whose first file names another program.
async function fetched(name, files, app) {
  const set = await caches.open(name);
  try {
    await set.addAll(files);
    const page = await set.match("./");
    return (await page.text()).includes(app);
  } catch {
    return false;
  }
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
    const current = await (await caches.open(CURRENT)).match("current");
    const set = current && (await caches.open(await current.text()));
    const path = request.mode === "navigate" ? "./" : request;
    const found = await set?.match(path, { ignoreSearch: true });
    if (found) return found;
    throw error;
  }
}
