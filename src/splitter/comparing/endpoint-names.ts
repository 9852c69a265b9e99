/** What a scenario calls an endpoint, and which requests belong to it. */
export type NamedEndpoint = { readonly name: string; readonly method: string; readonly path: string };

/** Gives a request the name of its endpoint; one that no endpoint fits is named by its method and path. */
export function endpointNamer(
  endpoints: readonly NamedEndpoint[],
): (method: string, target: string) => string {
  const patterns = endpoints.map(({ name, method, path }) => ({ name, method, pattern: patternOf(path) }));
  return (method, target) => {
    const known = patterns.find((each) => each.method === method && each.pattern.test(target));
    return known?.name ?? `${method} ${withoutData(target)}`;
  };
}

const placeholder = /\{([^{}]*)\}/;
const special = /[.*+?^${}()|[\]\\]/g;

/** Fixed texts stand at even places, the insides of placeholders at odd ones. */
function patternOf(template: string): RegExp {
  const pieces = template.split(placeholder).map((piece, index) => {
    return index % 2 === 0 ? piece.replaceAll(special, "\\$&") : valuePattern(piece);
  });
  return new RegExp(`^${pieces.join("")}$`);
}

function valuePattern(inside: string): string {
  if (inside === "user" || /^\d+\.\.\d+$/.test(inside)) return String.raw`\d+`;
  return inside === "uuid" ? "[0-9a-f-]{36}" : "[^/?&]*";
}

const longestSegment = 40;

/** The path with `*` for what looks like an id, without the query. */
function withoutData(target: string): string {
  const [path = ""] = target.split("?", 1);
  return path
    .split("/")
    .map((segment) => (/\d/.test(segment) || segment.length > longestSegment ? "*" : segment))
    .join("/");
}
