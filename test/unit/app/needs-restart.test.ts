import { expect, it } from "vitest";
import { loadConfigText } from "../../../config/load.ts";
import type { Config } from "../../../config/schema.ts";
import { needingRestart } from "../../../src/app/needs-restart.ts";

function configOf(text: string): Config {
  const loaded = loadConfigText(text, "test.yaml", {});
  if (!("config" in loaded)) throw new Error("the configuration is wrong");
  return loaded.config;
}

const running = configOf("{}");

it.each([
  ["store: {url: redis://127.0.0.1:6379}", ["store"]],
  ["server: {listen: 127.0.0.1:9999}\nlog: {level: debug}", ["server.listen", "log"]],
  ["regimes: [{name: pci, match: ['policy=\"p\"']}]", ["regimes.match"]],
  ["sources: {kubernetes: {}}", ["sources"]],
  ["detection: {min_ratio: 5}\nroute: {repeat_interval: 1h}", []],
  ["{}", []],
])("names what a reload to %j leaves as it is", (text, names) => {
  expect(needingRestart(running, configOf(text))).toEqual(names);
});
