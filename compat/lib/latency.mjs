// What other people notice while the server is busy: the time of small requests, one after the other.

/** Asks until `stop` is called; gives milliseconds: { count, median, p99, max }. */
export function measureLatency(ask) {
  const times = [];
  let on = true;
  const done = (async () => {
    while (on) {
      const start = performance.now();
      await ask();
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return async function stop() {
    on = false;
    await done;
    times.sort((a, b) => a - b);
    const at = (share) =>
      Math.round((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0) * 10) / 10;
    return { count: times.length, median: at(0.5), p99: at(0.99), max: at(1) };
  };
}

export const toldLatency = ({ count, median, p99, max }) =>
  `${count} GETs: median ${median}, p99 ${p99}, worst ${max} ms`;
