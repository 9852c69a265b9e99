import { z } from "zod";

/** Parts of the scenario's split that come from elsewhere while a run goes on. */

const etcdUrl = z
  .url({ protocol: /^https?$/, error: "must be a URL that starts with http:// or https://" })
  .describe("Where etcd's JSON gateway listens, such as `http://127.0.0.1:2379`.");

const pemFile = z.string().min(1).max(500);

const etcdTls = z
  .strictObject({
    authority: pemFile
      .optional()
      .describe(
        "The certificate authority that etcd's certificate must be signed by; absent: those of Node.",
      ),
    certificate: pemFile.optional().describe("The client certificate to show, with `key`."),
    key: pemFile.optional().describe("Its private key."),
  })
  .describe("PEM files beside the scenario, for `https://`.");

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, { error: "must be the name of an environment variable" });

const etcdUser = z
  .strictObject({
    name: z.string().min(1).max(200).describe("As etcd knows it."),
    passwordFrom: variableName.describe(
      "The environment variable that holds the password; the scenario never does.",
    ),
  })
  .describe("Who asks, where etcd has authentication turned on.");

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
      tls: etcdTls.optional(),
      user: etcdUser.optional(),
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
