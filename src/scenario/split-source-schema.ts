import { z } from "zod";

/** Parts of the scenario's split that come from elsewhere while a run goes on. */

const etcdUrl = z
  .url({ protocol: /^http$/, error: "must be a URL that starts with http://" })
  .describe("Where etcd's JSON gateway listens, such as `http://127.0.0.1:2379`.");

export const splitSource = z
  .union([
    z.strictObject({
      file: z
        .string()
        .min(1)
        .describe('A JSON file beside the scenario that holds `{"new": "25%", "reason": "why"}`.'),
    }),
    z.strictObject({
      etcd: etcdUrl,
      key: z.string().min(1).max(512).describe("The key whose value is such a text."),
    }),
  ])
  .describe("Where the share is followed while requests flow; each change is journalled with its reason.");

export const flagProvider = z
  .strictObject({
    file: z.string().min(1).describe("A file of flags beside the scenario, followed while requests flow."),
    flag: z
      .string()
      .min(1)
      .max(200)
      .prefault("version")
      .describe("The flag whose value, `old` or `new`, decides before the share; any other leaves it to it."),
  })
  .describe("An OpenFeature provider that reads flags from a file; the user's key is the targeting key.");
