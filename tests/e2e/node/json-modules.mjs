// GitHub's parser imports its schemas as JSON without saying so, as bundlers allow and Node doesn't.
// Use: node --import ./json-modules.mjs SCRIPT
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

export async function load(url, context, nextLoad) {
  if (!url.endsWith(".json")) return nextLoad(url, context);
  const source = `export default ${await readFile(new URL(url), "utf8")};`;
  return { format: "module", source, shortCircuit: true };
}

// Node runs this same file again on the thread that loads modules.
if (isMainThread) register(import.meta.url);
