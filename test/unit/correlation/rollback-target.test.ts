import { describe, expect, it } from "vitest";
import type { EarlierActivation } from "../../../src/correlation/episode.ts";
import { rollbackTarget } from "../../../src/correlation/rollback-target.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const DAY = 1440;

/** Two pods for a day, 0.01 events per pod-minute. */
function activation(letter: string, differences: Partial<EarlierActivation> = {}): EarlierActivation {
  return {
    digest: digest(letter),
    image: `quay.io/acme/api:${letter}`,
    endedAt: 0,
    soakMinutes: DAY,
    podMinutes: 2 * DAY,
    events: 29,
    blamed: false,
    ...differences,
  };
}

describe("rollbackTarget", () => {
  it("takes the previous digest when it ran long enough at a normal rate", () => {
    expect(rollbackTarget([activation("b"), activation("c")], digest("a"))).toEqual({
      digest: digest("b"),
      image: "quay.io/acme/api:b",
      proven: true,
      why: "ran 24 h at a normal rate",
    });
  });

  it("passes over what was blamed, hardly ran, was loud, or is the blamed digest itself", () => {
    const earlier = [
      activation("a"),
      activation("b", { blamed: true }),
      activation("c", { soakMinutes: 20 }),
      // Reference .01 per pod-minute: 2 * .01 * 2880 + 3 = 60.6 events would be normal.
      activation("d", { events: 62 }),
      activation("e", { events: 60 }),
      activation("f"),
      activation("g"),
    ];
    expect(rollbackTarget(earlier, digest("a"))).toMatchObject({ digest: digest("e"), proven: true });
  });

  it("names the previous digest unproven, with the reason, when none passes", () => {
    expect(rollbackTarget([activation("b", { soakMinutes: 12, podMinutes: 24 })], digest("a"))).toEqual({
      digest: digest("b"),
      image: "quay.io/acme/api:b",
      proven: false,
      why: "ran only 12 min under this revision of the policy",
    });
  });

  it("never names a tag", () => {
    expect(rollbackTarget([activation("b", { digest: "tag:acme/api:latest@6c9f" })], digest("a"))).toBeNull();
    expect(rollbackTarget([], digest("a"))).toBeNull();
  });
});
