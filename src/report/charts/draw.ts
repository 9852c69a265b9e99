import { Error as errorLevel, logger, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { type FigureSize, themeConfig } from "./theme.ts";

/**
 * Draws a figure as SVG, without a browser or a canvas. The same specification gives the same bytes.
 *
 * @param name - unique in the page; marks the ids inside, which would otherwise be the same in every figure
 */
export async function drawSvg(
  spec: TopLevelSpec,
  { name, size }: { readonly name: string; readonly size: FigureSize },
): Promise<string> {
  const sized: TopLevelSpec = {
    ...spec,
    width: size.widthPixels,
    height: size.heightPixels,
    autosize: { type: "fit", contains: "padding" },
  };
  const { spec: compiled } = compile(sized, { config: themeConfig, logger: logger(errorLevel) });
  const view = new View(parse(compiled), {
    renderer: "none",
    loader: closedLoader,
    logger: logger(errorLevel),
  });
  try {
    return withOwnIds(await view.toSVG(), name);
  } finally {
    view.finalize();
  }
}

/** Vega counts its ids through the whole process; here they are counted anew in each figure. */
function withOwnIds(svg: string, name: string): string {
  const ids = new Map<string, string>();
  const own = (id: string) => {
    const known = ids.get(id) ?? `${name}-${ids.size + 1}`;
    ids.set(id, known);
    return known;
  };
  return svg
    .replaceAll(/ id="([^"]+)"/g, (_, id: string) => ` id="${own(id)}"`)
    .replaceAll(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${own(id)})`);
}

/** Nothing is ever fetched: all data stands in the specification. */
const refuse = async (): Promise<never> => {
  throw new Error("figures load nothing");
};
const closedLoader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };
