import { describe, expect, it } from "vitest";
import { loadConfigText } from "../../../config/load.ts";
import { configDigest } from "../../../src/app/config-digest.ts";

function digest(text: string): string {
  const result = loadConfigText(text, "test.yaml", {});
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join("\n"));
  return configDigest(result.config);
}

const receiver = (url: string, secret: string): string =>
  `receivers: [{name: hook, webhook: [{url: "${url}", secret: "${secret}"}]}]`;
const SECRET = `whsec_${"A".repeat(32)}`;

describe("the digest of a configuration", () => {
  it("is that of what it means, not of how it is written", () => {
    expect(digest("")).toMatch(/^[0-9a-f]{64}$/);
    expect(digest("cluster: a\nlog: {level: warn}")).toBe(digest("# a comment\nlog:\n  level: warn\ncluster: 'a'\n"));
    expect(digest("cluster: default")).toBe(digest(""));
  });

  it("changes with every setting, and with no secret", () => {
    expect(digest("cluster: a")).not.toBe(digest("cluster: b"));
    expect(digest("alerts: {reopen_within: 31m}")).not.toBe(digest(""));
    const one = digest(receiver("https://user:one@hooks.example/a", SECRET));
    expect(digest(receiver("https://user:two@hooks.example/b", SECRET.replace("AA", "BB")))).toBe(one);
    expect(digest(receiver("https://hooks.example/a", SECRET).replace("name: hook", "name: other"))).not.toBe(one);
  });
});
