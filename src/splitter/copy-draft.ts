import type { Version } from "../base/version.ts";
import type { Head } from "../wire/head.ts";

/** What a copy is made of; all text as on the wire, in Latin-1. */
export type CopiedRequest = {
  readonly method: string;
  readonly target: string;
  /** Where it is not among the fields. */
  readonly host: string | undefined;
  readonly fields: string;
};

/** Gathers the body of a request that is to be copied, while it is forwarded. */
export interface CopyDraft {
  /** A further piece of the body in its wire form. */
  add(piece: string): void;
  /** The request is complete and has been forwarded; called again when it is sent again. */
  send(request: CopiedRequest): void;
}

/** Is told what the user is answered; one that is compared with what the copies are. */
export interface AnswerTap {
  /** @param version - who answers, which after a reroute isn't who was chosen */
  answerHead(head: Head, version: Version): void;
  /** The buffer is used again after the call. */
  answerBody(buffer: Buffer, start: number, end: number): void;
  /** The answer is whole. */
  answerEnd(): void;
  /** There is no whole answer of a service. */
  answerFailed(): void;
}
