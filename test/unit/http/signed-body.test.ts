import { describe, expect, it } from "vitest";
import { isSignedBy, signatureOf } from "../../../src/http/signed-body.ts";

describe("signed bodies", () => {
  it("agree with the worked example of GitHub's documentation", () => {
    const shown = signatureOf({
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    });
    expect(shown && isSignedBy("It's a Secret to Everybody", shown, Buffer.from("Hello, World!"))).toBe(true);
    expect(shown && isSignedBy("It's a Secret to Everybody", shown, Buffer.from("Hello, World"))).toBe(false);
  });

  it.each(["", "sha256=", "sha1=0c2a", "md5=00", `sha256=${"0".repeat(63)}`, `sha512=${"g".repeat(128)}`, "757107ea"])(
    "show nothing by %j",
    (value) => {
      expect(signatureOf({ "x-signature": value })).toBeUndefined();
    },
  );
});
