import http from "node:http";
import https from "node:https";
import { text } from "node:stream/consumers";

/** Where etcd's JSON gateway listens, and who asks it. */
export type EtcdAccess = {
  /** `http://` or `https://`, with an address that has been checked. */
  readonly url: string;
  /** For `https://`; all in PEM. */
  readonly tls?: EtcdTls | undefined;
  readonly user?: { readonly name: string; readonly password: string } | undefined;
};

export type EtcdTls = {
  /** The name that the server's certificate must hold; undefined for an address. */
  readonly serverName?: string | undefined;
  /** Undefined trusts the certificate authorities that Node knows. */
  readonly authority?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
};

const unauthenticated = 401;
const authenticatePatienceMs = 3000;
const maxRefusalLength = 500;
const maxLineLength = 4 * 1024 * 1024;

/**
 * Asks etcd by its JSON gateway (3.4 and later). A user's token is fetched before the first call, and again when
 * etcd no longer knows it: tokens live for five minutes without a call.
 */
export class EtcdClient {
  readonly #access: EtcdAccess;
  readonly #agent: http.Agent | undefined;
  #token: string | undefined;

  constructor(access: EtcdAccess) {
    this.#access = access;
    const { tls } = access;
    if (!access.url.startsWith("https:")) return;
    this.#agent = new https.Agent({
      keepAlive: true,
      ...(tls?.authority !== undefined && { ca: tls.authority }),
      ...(tls?.certificate !== undefined && { cert: tls.certificate }),
      ...(tls?.key !== undefined && { key: tls.key }),
      ...(tls?.serverName !== undefined && { servername: tls.serverName }),
    });
  }

  /** @throws Error with a sentence about what is wrong, also where `signal` ends it */
  async ask(path: string, body: object, signal: AbortSignal): Promise<unknown> {
    const response = await this.#call(path, body, signal);
    return JSON.parse(await text(response));
  }

  /** The lines of an answer that goes on, each a JSON value. */
  async *watch(path: string, body: object, signal: AbortSignal): AsyncGenerator<unknown> {
    const response = await this.#call(path, body, signal);
    response.setEncoding("utf8");
    try {
      for await (const line of linesOf(response)) yield JSON.parse(line);
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  /** The next call asks for a token first. */
  forgetToken(): void {
    this.#token = undefined;
  }

  close(): void {
    this.#agent?.destroy();
  }

  async #call(path: string, body: object, signal: AbortSignal): Promise<http.IncomingMessage> {
    const hadToken = this.#token !== undefined;
    const response = await this.#post(path, body, signal);
    if (response.statusCode === 200) return response;
    const refusal = await refusalOf(response);
    const isExpired = response.statusCode === unauthenticated && hadToken;
    if (!isExpired) throw new Error(`${path} answered ${response.statusCode}: ${refusal}`);
    this.forgetToken();
    return await this.#call(path, body, signal);
  }

  async #post(path: string, body: object, signal: AbortSignal): Promise<http.IncomingMessage> {
    if (this.#access.user !== undefined) this.#token ??= await this.#authenticate(this.#access.user, signal);
    return await this.#send(path, body, signal);
  }

  async #authenticate(user: NonNullable<EtcdAccess["user"]>, ending: AbortSignal): Promise<string> {
    const signal = AbortSignal.any([ending, AbortSignal.timeout(authenticatePatienceMs)]);
    const response = await this.#send("/v3/auth/authenticate", user, signal);
    if (response.statusCode !== 200) {
      throw new Error(`etcd doesn't let user ${user.name} in: ${await refusalOf(response)}`);
    }
    const { token } = JSON.parse(await text(response)) as { readonly token?: string };
    if (token === undefined) throw new Error(`etcd gave user ${user.name} no token`);
    return token;
  }

  #send(path: string, body: object, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { url } = this.#access;
    const send = url.startsWith("https:") ? https.request : http.request;
    const payload = JSON.stringify(body);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(payload),
      ...(this.#token !== undefined && { authorization: this.#token }),
    };
    return new Promise((resolve, reject) => {
      const options = { method: "POST", headers, signal, ...(this.#agent && { agent: this.#agent }) };
      const request = send(`${url}${path}`, options, resolve);
      request.on("error", (error) => reject(signal.aborted ? signal.reason : error));
      request.end(payload);
    });
  }
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = `${rest}${piece}`.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > maxLineLength) throw new Error("etcd sent a line that never ends");
    for (const line of lines) if (line.trim() !== "") yield line;
  }
}

/** What is wrong, for whoever has to mend it. */
export function etcdProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : "";
  const remedy = remedies.find(([pattern]) => pattern.test(code))?.[1];
  const message = error.message || code;
  return remedy === undefined ? message : `${remedy} (${message.trim()})`;
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT.*|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT)$/,
    "the certificate of etcd is not signed by the authority in `tls.authority`",
  ],
  [/^ECONNRESET$/, "etcd closed the connection; maybe it wants https:// or a client certificate"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "the certificate of etcd is for another name"],
  [/^CERT_HAS_EXPIRED$/, "the certificate of etcd has expired"],
  [
    /^ERR_SSL_.*(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA)$/,
    "etcd wants another client certificate, see `tls.certificate` and `tls.key`",
  ],
  [/^(EPROTO|ERR_SSL_WRONG_VERSION_NUMBER|ERR_SSL_PACKET_LENGTH_TOO_LONG)$/, "etcd does not speak TLS there"],
];

async function refusalOf(response: http.IncomingMessage): Promise<string> {
  const body = (await text(response)).slice(0, maxRefusalLength);
  try {
    const { error, message } = JSON.parse(body) as { readonly error?: unknown; readonly message?: unknown };
    return String(message ?? error ?? body);
  } catch {
    return body.trim();
  }
}
