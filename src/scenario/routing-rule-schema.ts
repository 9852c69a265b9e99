import { z } from "zod";
import { headerNamePattern, oneLinePattern } from "../base/header-text.ts";
import { versions } from "../base/version.ts";

const path = z
  .string()
  .regex(/^\/[^?#\s]*$/, "must be a path that starts with /, without ? and #")
  .describe("Compared as the client wrote it, without its query.");

const token = z.string().regex(headerNamePattern, "must be a name without spaces");
const value = z.string().regex(oneLinePattern, "must stay on one line");

/** A rule of the split: all that it names must hold. */
export const routingRule = z
  .strictObject({
    path: z
      .union([
        z.strictObject({
          prefix: path.describe("Whole segments: `/pay` holds for `/pay` and `/pay/1`, not for `/payments`."),
        }),
        z.strictObject({ exact: path.describe("This path and no other.") }),
      ])
      .optional()
      .describe("Which path is asked for."),
    method: token.optional().describe("Which method it is asked with."),
    header: z
      .strictObject({
        name: token.describe("Name of the header looked at."),
        equals: value.describe("Its whole value."),
      })
      .optional()
      .describe("A header that the request carries."),
    cookie: z
      .strictObject({
        name: token.describe("Name of the cookie looked at."),
        equals: value.describe("Its whole value."),
      })
      .optional()
      .describe("A cookie that the request carries."),
    to: z.enum(versions).describe("The version that then answers."),
  })
  .refine(
    ({ path, method, header, cookie }) => [path, method, header, cookie].some((part) => part !== undefined),
    "must name a path, a method, a header or a cookie",
  );

export type RoutingRule = z.output<typeof routingRule>;
