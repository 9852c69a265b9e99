/**
 * Any number of a scenario may be written as `{ low, likely, high }`. The likely value takes its place, and the
 * three of them move to `growth.uncertain`, under the number's path.
 *
 * @param value - a scenario as read from YAML; anything that is not a mapping is returned as it is
 */
export function liftUncertain(value: unknown): unknown {
  if (!isMapping(value)) return value;
  const found: Record<string, unknown> = {};
  const plain = lift(value, "", found);
  if (Object.keys(found).length === 0 || !isMapping(plain)) return value;
  const growth = isMapping(plain["growth"]) ? plain["growth"] : {};
  const named = isMapping(growth["uncertain"]) ? growth["uncertain"] : {};
  return { ...plain, growth: { ...growth, uncertain: { ...found, ...named } } };
}

function lift(value: unknown, path: string, found: Record<string, unknown>): unknown {
  if (path === "growth.uncertain") return value;
  const inside = (key: string | number) => (path === "" ? String(key) : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((item, index) => lift(item, inside(index), found));
  if (!isMapping(value)) return value;
  if (isUncertain(value)) {
    found[path] = value;
    return value["likely"];
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, lift(item, inside(key), found)]),
  );
}

function isUncertain(value: Mapping): boolean {
  return Object.keys(value).toSorted().join() === "high,likely,low";
}

type Mapping = Readonly<Record<string, unknown>>;

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
