// From cells to rows: medians over the rounds, the best peer that answered rightly, and whether what is required is reached.
import { median } from "../measure/figures.mjs";
import { CPU, EMBEDDED_CPU, EMBEDDED_PEERS, RATE, SCALE_RATE, TAIL } from "./requirements.mjs";

const OURS = "kalends";
const EMBEDDED = "kalends-embedded";

const FIGURES = ["cpu", "rate", "p50", "p95", "p99", "statements", "loopDelay", "loopBusy", "pss", "largest"];

/** Medians of the cells of one server; a wrong answer in any round makes all of it wrong. */
export function summary(cells) {
  if (cells.length === 0) return null;
  const bad = cells.find(({ wrong }) => wrong !== undefined);
  if (bad) return { wrong: bad.wrong };
  const absent = cells.find((cell) => cell.absent !== undefined);
  if (absent) return { absent: absent.absent };
  return Object.fromEntries(FIGURES.map((name) => [name, median(cells.map((cell) => cell[name]))]));
}

const ranked = (entry) => entry !== null && entry.wrong === undefined && entry.absent === undefined;

/** The peer with the best of a figure: `{ name, value }`, or null. */
function best(peers, figure, better) {
  const known = peers
    .filter(([, entry]) => ranked(entry) && entry[figure] !== null)
    .map(([name, entry]) => ({ name, value: entry[figure] }));
  return known.sort((a, b) => better(a.value, b.value))[0] ?? null;
}

const least = (a, b) => a - b;
const most = (a, b) => b - a;

const verdict = (ratio, required) =>
  ratio === null || required === undefined ? null : { ratio, required, reached: ratio >= required };

const over = (above, below) => (above === null || below === null || below === 0 ? null : above / below);

function compared({ id, ours, peers, first, last }) {
  const good = ranked(ours);
  const cpuPeer = first ? best(peers, "cpu", least) : null;
  const ratePeer = last ? best(peers, "rate", most) : null;
  const latencyPeer = last ? best(peers, "p50", least) : null;
  const required = id === "S1" ? SCALE_RATE : RATE;
  return {
    cpu: good && cpuPeer ? { peer: cpuPeer, ...verdict(over(cpuPeer.value, ours.cpu), CPU.get(id)) } : null,
    rate: good && ratePeer ? { peer: ratePeer, ...verdict(over(ours.rate, ratePeer.value), required) } : null,
    tail: good && latencyPeer ? { peer: latencyPeer, ...verdict(over(latencyPeer.value, ours.p99), TAIL) } : null,
  };
}

/**
 * Rows in the order of the cells: for each workload and number of connections the summaries of all servers, and `cpu`, `rate`,
 * `tail` against the best peer (CPU in the pass with the fewest connections, the others in that with the most).
 */
export function rowsOf(cells) {
  const keys = [...new Map(cells.map((cell) => [`${cell.workload} ${cell.connections}`, cell])).values()];
  const passes = keys.map(({ connections }) => connections).filter((count) => count !== 32);
  const [fewest, greatest] = [Math.min(...passes), Math.max(...passes)];
  return keys.map(({ workload: id, connections, size }) => {
    const here = cells.filter((cell) => cell.workload === id && cell.connections === connections);
    const servers = [...new Set(here.map(({ server }) => server))];
    const entries = servers.map((name) => [name, summary(here.filter(({ server }) => server === name))]);
    const ours = entries.find(([name]) => name === OURS)?.[1] ?? null;
    const peers = entries.filter(([name]) => name !== OURS && name !== EMBEDDED);
    const first = connections === fewest && id !== "S1";
    const last = (connections === greatest && greatest > fewest && id !== "W11") || id === "S1";
    const embedded = entries.find(([name]) => name === EMBEDDED)?.[1] ?? null;
    const alike = best(
      peers.filter(([name]) => EMBEDDED_PEERS.includes(name)),
      "cpu",
      least,
    );
    return {
      id,
      connections,
      size,
      entries,
      ours,
      ...compared({ id, ours, peers, first, last }),
      embedded:
        first && embedded && ranked(embedded) && alike
          ? { peer: alike, ...verdict(over(alike.value, embedded.cpu), EMBEDDED_CPU) }
          : null,
    };
  });
}
