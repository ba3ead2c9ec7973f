import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { signedBy } from "../../../src/notifiers/slack-signature.ts";

/** The example of Slack's documentation on verifying requests. */
const EXAMPLE = {
  secret: "8f742231b10e8888abcd99yyyzzz85a5",
  timestamp: "1531420618",
  signature: "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
  body: Buffer.from(
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar" +
      "&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com" +
      "%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
  ),
};
const { secret, body, timestamp, signature } = EXAMPLE;
const AT = Number(timestamp) * 1000;

describe("the signature of a request of Slack", () => {
  it("is the one of Slack's own example", () => {
    expect(signedBy([secret], EXAMPLE, body, AT)).toBe(0);
    expect(signedBy(["another", secret], EXAMPLE, body, AT)).toBe(1);
  });

  it("holds for five minutes, whichever clock is ahead", () => {
    for (const late of [-300_000, 0, 300_000]) expect(signedBy([secret], EXAMPLE, body, AT + late)).toBe(0);
    for (const late of [-300_001, 300_001]) expect(signedBy([secret], EXAMPLE, body, AT + late)).toBeUndefined();
  });

  it("is refused for anything else", () => {
    const other = (over: Partial<typeof EXAMPLE>) => {
      const given = { ...EXAMPLE, ...over };
      return signedBy([given.secret], given, given.body, AT);
    };
    expect(other({ secret: `${secret}x` })).toBeUndefined();
    expect(other({ body: Buffer.concat([body, Buffer.from("&x=1")]) })).toBeUndefined();
    expect(other({ signature: signature.toUpperCase() })).toBeUndefined();
    expect(other({ signature: signature.slice(0, -1) })).toBeUndefined();
    expect(other({ signature: "" })).toBeUndefined();
    expect(other({ timestamp: String(Number(timestamp) + 1) })).toBeUndefined();
    expect(signedBy([secret], { timestamp: undefined, signature: undefined }, body, AT)).toBeUndefined();
    expect(signedBy([], EXAMPLE, body, AT)).toBeUndefined();
    // A timestamp that is no number of seconds is not taken even when it is signed.
    const strange = `${timestamp}e0`;
    const signed = `v0=${createHmac("sha256", secret).update(`v0:${strange}:${body.toString()}`).digest("hex")}`;
    expect(signedBy([secret], { timestamp: strange, signature: signed }, body, AT)).toBeUndefined();
  });
});
