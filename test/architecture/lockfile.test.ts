import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

type Locked = { readonly optionalDependencies?: Readonly<Record<string, string>> };

/** npm leaves out what its registry doesn't have for other platforms, and `npm ci` then refuses the lockfile there. */
test("the lockfile holds the optional packages of every platform", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, Locked>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) =>
        packages[`node_modules/${name}`] === undefined &&
        packages[`${path}/node_modules/${name}`] === undefined,
    ),
  );
  expect(missing).toEqual([]);
});
