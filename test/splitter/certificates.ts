import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const program = "/usr/bin/openssl";

/** Why certificates can't be made here; undefined where they can. */
export const certificatesMissing = existsSync(program) ? undefined : `${program} is not installed`;

/** A file, and what is in it. */
export type Pem = { readonly file: string; readonly text: string };

export type Certificates = {
  readonly authority: Pem;
  /** Signed by `authority`, for 127.0.0.1 and etcd.test. */
  readonly server: { readonly certificate: Pem; readonly key: Pem };
  readonly client: { readonly certificate: Pem; readonly key: Pem };
  /** Another authority, which has signed nothing here. */
  readonly stranger: Pem;
  remove(): void;
};

/** Makes an authority and what it signs, valid for a day, in a directory of their own. */
export function makeCertificates(): Certificates {
  const directory = mkdtempSync(path.join(os.tmpdir(), "twinlane-certificates-"));
  const inside = (name: string) => path.join(directory, name);
  const pem = (name: string): Pem => ({ file: inside(name), text: readFileSync(inside(name), "utf8") });
  makeAuthority("authority");
  makeAuthority("stranger");
  writeFileSync(
    inside("extensions"),
    "subjectAltName=IP:127.0.0.1,DNS:etcd.test\nextendedKeyUsage=serverAuth,clientAuth\n",
  );
  sign("server");
  sign("client");
  return {
    authority: pem("authority.crt"),
    server: { certificate: pem("server.crt"), key: pem("server.key") },
    client: { certificate: pem("client.crt"), key: pem("client.key") },
    stranger: pem("stranger.crt"),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };

  function makeAuthority(name: string): void {
    openssl(
      ...["req", "-x509", "-days", "1", "-subj", `/O=${name}`, ...freshKey(name)],
      ...["-out", inside(`${name}.crt`)],
    );
  }

  /** Without a common name: etcd would take it for a user's. */
  function sign(name: string): void {
    openssl("req", "-new", "-subj", `/O=${name}`, ...freshKey(name), "-out", inside(`${name}.csr`));
    openssl(
      ...["x509", "-req", "-days", "1", "-in", inside(`${name}.csr`), "-out", inside(`${name}.crt`)],
      ...["-CA", inside("authority.crt"), "-CAkey", inside("authority.key"), "-CAcreateserial"],
      ...["-extfile", inside("extensions")],
    );
  }

  function freshKey(name: string): readonly string[] {
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
    return [...kind, "-nodes", "-keyout", inside(`${name}.key`)];
  }
}

function openssl(...args: readonly string[]): void {
  execFileSync(program, args, { stdio: "pipe" });
}
