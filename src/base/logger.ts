/** Where a room reports what a person may want to read. Logs go to stderr, never to stdout. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

export const silentLogger: Logger = {
  info: () => undefined,
  warn: () => undefined,
};
