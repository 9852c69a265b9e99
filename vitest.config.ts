import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // SLOW=1 runs what takes minutes, and nothing else.
    include: [process.env["SLOW"] === "1" ? "test/**/*.slow.ts" : "test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores are enough: tests that start processes would otherwise starve one another.
    maxWorkers: 2,
    pool: "forks",
  },
});
