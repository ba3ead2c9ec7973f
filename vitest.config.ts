import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // What is waited for comes at once or, on a busy machine, later; nothing is told by how late.
    expect: { poll: { timeout: 30_000 } },
  },
});
