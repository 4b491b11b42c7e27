// Reads by a BYOB reader, in pieces of a mebibyte: no way to read costs less.

importScripts(
  'mcs_bench_md5.js',
  'node_modules/hash-wasm/dist/index.umd.min.js',
  'node_modules/spark-md5/spark-md5.min.js',
);
const options = new URLSearchParams(location.search);

async function hashes() {
  if (options.get('library') === 'mcs-digest') {
    await wasm_bindgen('mcs_bench_md5_bg.wasm');
    const md5 = new wasm_bindgen.Md5();
    return { take: (piece) => md5.update(piece), end: () => ({ md5: md5.digest() }) };
  }
  if (options.get('library') === 'spark-md5') {
    const md5 = new SparkMD5.ArrayBuffer();
    const take = (piece) => md5.append(piece.slice().buffer);
    return { take, end: () => ({ md5: md5.end() }) };
  }
  const md5 = (await hashwasm.createMD5()).init();
  if (!options.get('both')) {
    return { take: (piece) => md5.update(piece), end: () => ({ md5: md5.digest() }) };
  }
  const sha256 = (await hashwasm.createSHA256()).init();
  const take = (piece) => {
    md5.update(piece);
    sha256.update(piece);
  };
  return { take, end: () => ({ md5: md5.digest(), sha256: sha256.digest() }) };
}

onmessage = async ({ data: file }) => {
  const { take, end } = await hashes();
  const reader = file.stream().getReader({ mode: 'byob' });
  let buffer = new ArrayBuffer(1 << 20);
  for (;;) {
    const { value, done } = await reader.read(new Uint8Array(buffer));
    if (done) break;
    take(value);
    buffer = value.buffer;
  }
  postMessage(end());
};
