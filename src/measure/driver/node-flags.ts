/**
 * Flags that a driver's Node is started with. V8 begins with a young generation of a few MB: at 50,000 requests/s
 * it is collected dozens of times a second, and those pauses were nearly all of the pacer's lag beyond p98
 * (p99 about 1.7 ms; with 64 MB, collected twice a second, 0.1 to 0.5 ms). It costs about 40 MB.
 */
export const driverNodeFlags: readonly string[] = ["--max-semi-space-size=64", "--min-semi-space-size=64"];
