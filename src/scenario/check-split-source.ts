import type { Report } from "./finding.ts";
import type { Scenario } from "./schema.ts";

const loopback = /^(127(\.\d{1,3}){3}|localhost|\[::1\])$/;

/** How the parts of an etcd source must fit together. */
export function checkSplitSource({ source }: Scenario["split"], report: Report): void {
  if (source === undefined || !("etcd" in source)) return;
  const { etcd, tls, user } = source;
  const { protocol, hostname } = new URL(etcd);
  const place = ["split", "source"];
  if (tls !== undefined && protocol !== "https:") {
    report([...place, "tls"], "needs an etcd at https://; correct the url or remove tls");
  }
  if ((tls?.certificate === undefined) !== (tls?.key === undefined)) {
    report([...place, "tls"], "names one of certificate and key; a client certificate needs both");
  }
  if (user !== undefined && protocol !== "https:" && !loopback.test(hostname)) {
    report(
      [...place, "user"],
      "would send its password readably; use https:// for an etcd on another machine",
    );
  }
}
