// What writers know about the members of a calendar: the acknowledged state of each, and what may have happened since.

/** `null` stands for "not there"; a state is { text, etag }, the etag null while no answer told it. */
export function createLedger() {
  const known = new Map();
  const pending = new Map();
  const touched = new Set();
  let acknowledged = 0;
  return {
    known,
    touched,
    acknowledged: () => acknowledged,
    unanswered: () => pending.size,
    begin(name, after) {
      touched.add(name);
      pending.set(name, after);
    },
    acknowledge(name, after) {
      pending.delete(name);
      known.set(name, after);
      acknowledged++;
    },
    /** The server refused for a reason that leaves everything as it was. */
    refused: (name) => pending.delete(name),
    /** Every name ever written with the states it may be in now. */
    expectations: () =>
      [...new Set([...known.keys(), ...pending.keys()])].map((name) => {
        const certain = known.get(name) ?? null;
        return { name, allowed: pending.has(name) ? [certain, pending.get(name)] : [certain] };
      }),
    /** Takes what was found after a restart as the truth to go on from. */
    settle(found) {
      for (const name of new Set([...known.keys(), ...pending.keys()])) known.set(name, found.get(name) ?? null);
      pending.clear();
      touched.clear();
    },
  };
}

/** What is wrong with the members found, as sentences. `found`: name to { text, etag } or null. */
export function contradictions(ledger, found) {
  return ledger.expectations().flatMap(({ name, allowed }) => {
    const is = found.get(name) ?? null;
    return allowed.some((state) => sameState(state, is)) ? [] : [`${name}: ${told(is)}, not ${allowed.map(told)}`];
  });
}

const sameState = (wanted, is) =>
  wanted === null || is === null
    ? wanted === is
    : wanted.text === is.text && (wanted.etag === null || wanted.etag === is.etag);

const told = (state) =>
  state === null ? "absent" : `${/SUMMARY:(.*)/.exec(state.text)?.[1] ?? "(cut)"} ${state.etag ?? ""}`;
