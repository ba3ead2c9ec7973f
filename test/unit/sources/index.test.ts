import { describe, expect, it } from "vitest";
import { TenfoldError } from "../../../src/domain/errors.ts";
import { findSource, notBuilt, selectSources, sources } from "../../../src/sources/index.ts";

const codeOf = (name: string, accepts?: "events" | "changes") => {
  try {
    selectSources(name, accepts);
    return "found";
  } catch (error) {
    return error instanceof TenfoldError ? error.code : "other";
  }
};

describe("list of sources", () => {
  it("has each name once per route", () => {
    const keys = sources.map((source) => `${source.name} ${source.accepts}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("finds sources by name and route", () => {
    expect(findSource("native", "events")?.accepts).toBe("events");
    expect(findSource("native", "changes")?.accepts).toBe("changes");
    expect(findSource("kubernetes", "events")).toBeUndefined();
    expect(selectSources("native")).toHaveLength(2);
    expect(selectSources("native", "events")).toHaveLength(1);
    expect(selectSources("auto")).toEqual(sources);
    expect(selectSources("auto", "changes").every((source) => source.accepts === "changes")).toBe(true);
  });

  it("answers a name that is not built differently from one there is not", () => {
    expect(notBuilt.length).toBeGreaterThan(0);
    for (const name of notBuilt) {
      expect(codeOf(name, "events")).toBe("source_not_built");
      expect(findSource(name, "events")).toBeUndefined();
    }
    for (const name of ["", "Falco", "nonsense", "__proto__", "x".repeat(500)]) expect(codeOf(name)).toBe("unknown_source");
    expect(codeOf("kubernetes", "events")).toBe("unknown_source");
  });
});
