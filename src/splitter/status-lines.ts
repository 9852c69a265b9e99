import { STATUS_CODES } from "node:http";

/** Status lines of the splitter's own answers. */
export const statusLines: ReadonlyMap<number, string> = new Map(
  Object.entries(STATUS_CODES).map(([code, reason]) => [Number(code), `HTTP/1.1 ${code} ${reason}`]),
);
