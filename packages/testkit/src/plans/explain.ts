import { type Database, raw, type StatementSeen, type WriteTx } from "@kalends/store";

/** A node of EXPLAIN's JSON; the figures are there when the statement ran. */
export interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Plan Rows": number;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly "Sort Space Type"?: string;
  readonly "Temp Written Blocks"?: number;
  readonly Plans?: readonly PlanNode[];
}

type Value = StatementSeen["values"][number];

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const literal = (value: Value): string => {
  if (value === null) return "null";
  return typeof value === "string" ? quoted(value) : quoted(`\\x${Buffer.from(value).toString("hex")}`);
};

/** Ends a transaction that is to leave nothing behind. */
class Undone extends Error {}

let names = 0;

async function planned(
  tx: WriteTx,
  { text, values }: Pick<StatementSeen, "text" | "values">,
  run: boolean,
): Promise<PlanNode> {
  const name = `plan_${names++}`;
  await tx.rows(raw("set local plan_cache_mode = force_generic_plan"));
  await tx.rows(raw(`prepare ${name} as ${text}`));
  const parameters = values.length === 0 ? "" : `(${values.map(literal).join(", ")})`;
  const options = run ? "analyze, buffers, timing off, format json" : "format json";
  const answer = await tx.one<{ "QUERY PLAN": readonly [{ readonly Plan: PlanNode }] }>(
    raw(`explain (${options}) execute ${name}${parameters}`),
  );
  if (!answer) throw new Error("no plan came back");
  return answer["QUERY PLAN"][0].Plan;
}

/**
 * How PostgreSQL runs a statement as the server prepares it: with a plan for any values. It is run with the values it had, and
 * undone; where that is refused, because what it writes is there already, the plan comes without figures.
 */
export async function explain(db: Database, seen: Pick<StatementSeen, "text" | "values">): Promise<PlanNode> {
  const attempt = async (run: boolean): Promise<PlanNode> => {
    let plan: PlanNode | undefined;
    try {
      await db.write(async (tx) => {
        plan = await planned(tx, seen, run);
        throw new Undone();
      });
    } catch (error) {
      if (!(error instanceof Undone)) throw error;
    }
    if (!plan) throw new Error("the statement was not planned");
    return plan;
  };
  return attempt(true).catch(() => attempt(false));
}

/** A node and all below it. */
export const nodesOf = (plan: PlanNode): readonly PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

export interface PlanLimits {
  /** Tables that are never to be read from one end to the other. */
  readonly large: ReadonlySet<string>;
  /** The most rows a node may read from a table, those it throws away included. */
  readonly rows: number;
}

const rowsRead = (node: PlanNode): number => {
  const each =
    (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0) + (node["Rows Removed by Index Recheck"] ?? 0);
  return each * (node["Actual Loops"] ?? 1);
};

/** What is wrong with a plan, in sentences. */
export function faultsOf(plan: PlanNode, { large, rows }: PlanLimits): readonly string[] {
  return nodesOf(plan).flatMap((node) => {
    const table = node["Relation Name"];
    const faults: string[] = [];
    if (node["Node Type"] === "Seq Scan" && table !== undefined && large.has(table))
      faults.push(`reads all of ${table}`);
    if (node["Sort Space Type"] === "Disk" || (node["Temp Written Blocks"] ?? 0) > 0) {
      faults.push(`${node["Node Type"]} writes to the disk`);
    }
    if (table !== undefined && rowsRead(node) > rows) {
      faults.push(`reads ${Math.round(rowsRead(node))} rows of ${table}, more than ${rows}`);
    }
    return faults;
  });
}
