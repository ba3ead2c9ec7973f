import { describe, expect, it } from "vitest";
import { parseStoreUrl } from "../../../src/stores/redis/store-url.ts";

describe("parseStoreUrl", () => {
  it.each([
    ["redis://localhost", { mode: "single", addresses: [{ host: "localhost", port: 6379 }], tls: false, db: 0 }],
    [
      "rediss://user:p%40ss@redis.example:6380/3",
      {
        mode: "single",
        addresses: [{ host: "redis.example", port: 6380 }],
        tls: true,
        db: 3,
        username: "user",
        password: "p@ss",
      },
    ],
    [
      "redis://:secret@[::1]:7000",
      { mode: "single", addresses: [{ host: "::1", port: 7000 }], tls: false, db: 0, password: "secret" },
    ],
    [
      "redis+cluster://a:7001,b,c:7003",
      {
        mode: "cluster",
        addresses: [
          { host: "a", port: 7001 },
          { host: "b", port: 6379 },
          { host: "c", port: 7003 },
        ],
        tls: false,
        db: 0,
      },
    ],
    [
      "redis+sentinel://:pw@s1,s2:26380/main/2",
      {
        mode: "sentinel",
        addresses: [
          { host: "s1", port: 26379 },
          { host: "s2", port: 26380 },
        ],
        tls: false,
        db: 2,
        password: "pw",
        master: "main",
      },
    ],
  ])("reads %s", (url, expected) => {
    expect(parseStoreUrl(url)).toEqual(expected);
  });

  it.each([
    ["http://x", /must be redis:\/\//],
    ["redis://a,b", /several hosts/],
    ["redis+sentinel://a,b", /name of the master/],
    ["redis+cluster://a/1", /only database 0/],
    ["redis://a/main", /database number/],
    ["redis://a:99999", /host and port/],
  ])("refuses %s and says why", (url, message) => {
    expect(() => parseStoreUrl(url)).toThrow(message);
  });

  it.each([
    "redis://:hunter2@a:0",
    "redis://:hunter2",
    "redis://ada:hunter2%zz@a",
    "redis://ada:hunter2@a,b",
    "redis://ada@a/hunter2",
    "redis+cluster://:hunter2@a/1",
  ])("never shows the password of %s", (url) => {
    expect(() => parseStoreUrl(url)).toThrow(expect.objectContaining({ code: "invalid_configuration" }));
    expect(() => parseStoreUrl(url)).toThrow(expect.not.objectContaining({ message: expect.stringContaining("hunter2") }));
  });

  it("takes everything before the last @ for the login", () => {
    const expected = { username: "ada", password: "p@ss/w?rd", addresses: [{ host: "a", port: 6379 }] };
    expect(parseStoreUrl("redis://ada:p@ss/w?rd@a")).toMatchObject(expected);
  });
});
