// Says the values that it reads from standard input by GitHub's own toolkit, in every way that an action has:
// [{"name": ..., "value": ...}, ...]. The files that it writes to are named in its environment.
import { text } from "node:stream/consumers";
import * as core from "@actions/core";

const pairs = JSON.parse(await text(process.stdin));
for (const { name, value } of pairs) {
  core.setOutput(name, value);
  core.saveState(name, value);
  core.exportVariable(name, value);
  core.error(value, { title: value, file: "a,b:c.txt", startLine: 3 });
  core.warning(value);
  core.notice(value);
}
core.addPath("/opt/first");
core.addPath("/opt/second one");
core.setSecret("first secret line\nsecond secret line");
console.log("a first secret line, a second secret line");
core.startGroup("group: a, b");
core.endGroup();
await core.summary.addRaw(pairs.map((pair) => pair.value).join("\n")).write();
