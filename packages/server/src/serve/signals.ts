/** Resolves when the process is told to end (SIGINT, SIGTERM). */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
}

/** Calls `renew` at each SIGHUP; the result ends it. */
export function onHangUp(renew: () => void): () => void {
  process.on("SIGHUP", renew);
  return () => void process.off("SIGHUP", renew);
}
