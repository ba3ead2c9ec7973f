import { describe, expect, it } from "vitest";
import { redact, secretsOfUrl } from "../../../src/domain/redact.ts";

describe("redact", () => {
  it("removes a secret in every form in which servers repeat it", () => {
    const secret = 'p@ss "w0rd"/ä';
    const forms = [
      secret,
      encodeURIComponent(secret),
      JSON.stringify({ password: secret }),
      Buffer.from(secret).toString("base64"),
    ];
    for (const form of forms) expect(redact(`you sent ${form}!`, [secret])).toMatch(/^you sent .*\[redacted\].*!$/);
    for (const form of forms) expect(redact(form, [encodeURIComponent(secret)])).not.toContain("w0rd");
  });

  it("removes longer secrets before what they contain, and leaves short words alone", () => {
    expect(redact("abcdefgh abcdef a bad", ["abcdef", "abcdefgh", "a", "bad"])).toBe("[redacted] [redacted] a bad");
  });

  it("gives one line of at most 200 characters", () => {
    expect(redact("a\nb\u2028c\r\n", [])).toBe("a b c");
    expect(redact("x".repeat(500), [])).toHaveLength(200);
  });
});

describe("secretsOfUrl", () => {
  const url = "https://ada:p%40ssw0rd@hooks.example:8443/services/T000/B0000/s3cr3tToken?key=abcdefg&x=1";

  it.each([
    ["the whole address", url],
    ["what Express answers", "Cannot POST /services/T000/B0000/s3cr3tToken"],
    ["the path with the query", "no route /services/T000/B0000/s3cr3tToken?key=abcdefg&x=1"],
    ["a part of the path", "unknown hook s3cr3tToken"],
    ["a part of the query", "unknown key abcdefg"],
    ["the password as it was meant", "wrong password p@ssw0rd"],
    ["the header", `Basic ${Buffer.from("ada:p@ssw0rd").toString("base64")}`],
  ])("covers %s", (_, text) => {
    expect(redact(text, secretsOfUrl(url))).not.toMatch(/s3cr3t|abcdefg|ssw0rd|YWRhOn/);
  });

  it("leaves host, port and ordinary words", () => {
    const text = "hooks.example:8443 answered: services are down";
    expect(redact(text, secretsOfUrl(url))).toBe(text);
  });

  it("takes what is no URL for a secret as a whole", () => {
    expect(redact("bad nonsense-secret", secretsOfUrl("nonsense-secret"))).toBe("bad [redacted]");
  });
});
