import { type FieldPath, isMapLike } from "./field-path.ts";

/** The value as one text, equal for values that a comparison takes for equal: keys sorted, ignored fields out. */
export function canonicalText(
  value: unknown,
  path: FieldPath,
  rules: { readonly isIgnored: (path: FieldPath) => boolean; readonly visit: () => void },
): string {
  rules.visit();
  if (Array.isArray(value)) {
    const elements = value.map((element: unknown, index) =>
      canonicalText(element, [...path, { key: index, isMap: false }], rules),
    );
    return `[${elements.join(",")}]`;
  }
  if (typeof value !== "object" || value === null) {
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  }
  const keys = Object.keys(value).toSorted();
  const isMap = isMapLike(keys);
  const members = keys.flatMap((key) => {
    const at = [...path, { key, isMap }];
    if (rules.isIgnored(at)) return [];
    const member: unknown = Reflect.get(value, key);
    return [`${JSON.stringify(key)}:${canonicalText(member, at, rules)}`];
  });
  return `{${members.join(",")}}`;
}
