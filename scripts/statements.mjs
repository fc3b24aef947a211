// Which statements the server sends, how often, and which tables they touch: clients' sequences and a mixed load against a PostgreSQL
// of its own, read from pg_stat_statements. For docs/scaling.md: node scripts/statements.mjs
import { createChecks } from "../compat/lib/checks.mjs";
import { applePlays } from "../compat/lib/apple.mjs";
import { newCluster } from "../compat/lib/clusters.mjs";
import { createLoad } from "../compat/lib/load.mjs";
import { startServer } from "../compat/lib/server.mjs";
import { run as davx5 } from "../compat/davx5.mjs";

const SECONDS = 10;

/** What belongs to one home, by the collection it stands in. */
const OF_HOME = new Set(
  "collection object tombstone object_overlay object_version dead_property grant_entry lock file content content_chunk publication link_calendar removed_object publisher_base publisher_item superseded_object whole_upload occurrence".split(
    " ",
  ),
);
const BINDING = new Set(["binding"]);

const tablesIn = (text, known) =>
  [
    ...new Set(
      [...text.matchAll(/\b(?:from|join|into|update|only)\s+"?([a-z_]+)"?/gi)].map(([, name]) => name.toLowerCase()),
    ),
  ].filter((name) => known.has(name));

/** What a distribution by home makes of a statement. */
function classOf(text, tables) {
  if (tables.length === 0) return "no table";
  const home = tables.some((name) => OF_HOME.has(name) || BINDING.has(name));
  if (!home) return "directory";
  if (/grant_entry[^)]*subject\s*=\s*any|subject in \(/i.test(text) && !/collection_id\s*=/i.test(text))
    return "all homes";
  if (/object_(?:outdated)|coalesce\(\(index->>/i.test(text)) return "all homes";
  return tables.some((name) => BINDING.has(name)) ? "home, by its bindings" : "one collection";
}

async function list() {
  const cluster = await newCluster();
  try {
    cluster.sql("alter system set shared_preload_libraries = 'pg_stat_statements'");
    cluster.sql("alter system set track_activity_query_size = 65536");
    cluster.stop();
    cluster.start();
    cluster.sql("create extension pg_stat_statements");
    const server = await startServer({ env: { KALENDS_DATABASE: cluster.url(), KALENDS_AUTH_BCRYPT_COST: "4" } });
    cluster.sql("select pg_stat_statements_reset()");
    const checks = createChecks("statements");
    try {
      await applePlays({ origin: server.base, base: server.base, account: server.account("apple") }, checks);
      await davx5(server, checks);
      const load = createLoad([server.base], server.account("lena"));
      await load.warm();
      const { answers } = await load.during(() => new Promise((resolve) => setTimeout(resolve, SECONDS * 1000)));
      console.log(`${answers.length} requests of the mixed load`);
      load.close();
    } finally {
      await server.stop();
    }
    const known = new Set(cluster.sql("select tablename from pg_tables where schemaname = 'public'").split("\n"));
    const rows = JSON.parse(
      cluster.sql(
        "select coalesce(json_agg(json_build_object('text', query, 'calls', calls, 'time', total_exec_time)), '[]') from pg_stat_statements where query !~* '^(begin|commit|rollback|set|show|create|alter|select pg_stat)'",
      ),
    );
    const groups = new Map();
    for (const { text, calls, time } of rows) {
      const tables = tablesIn(text, known);
      const kind = classOf(text, tables);
      const group = groups.get(kind) ?? { statements: 0, calls: 0, time: 0, examples: [] };
      group.statements += 1;
      group.calls += calls;
      group.time += time;
      group.examples.push({ calls, tables: tables.join(" "), text: text.replace(/\s+/g, " ").slice(0, 150) });
      groups.set(kind, group);
    }
    const all = [...groups.values()].reduce((sum, { calls }) => sum + calls, 0);
    console.log("\n| touches | statements | calls | share of calls | ms a call |\n| --- | --- | --- | --- | --- |");
    for (const [kind, { statements, calls, time }] of [...groups].sort(([, a], [, b]) => b.calls - a.calls)) {
      console.log(
        `| ${kind} | ${statements} | ${calls} | ${((100 * calls) / all).toFixed(1)} % | ${(time / calls).toFixed(2)} |`,
      );
    }
    if (process.argv.includes("--all")) {
      for (const [kind, { examples }] of groups) {
        console.log(`\n== ${kind}`);
        for (const { calls, tables, text } of examples.sort((a, b) => b.calls - a.calls))
          console.log(`${calls} [${tables}] ${text}`);
      }
    }
  } finally {
    cluster.remove();
  }
}

/** Tables whose rows belong to one collection each. */
const SPREAD = ["object", "tombstone", "occurrence", "dead_property", "grant_entry"];
const SHARDS = 8;

/** Shards as partitions: the planner leaves out those that a statement cannot reach, as a router does. */
function partition(cluster) {
  cluster.sql("alter table object_overlay drop constraint object_overlay_collection_id_name_fkey");
  for (const table of SPREAD) {
    const parts = Array.from(
      { length: SHARDS },
      (_, n) =>
        `create table ${table}_shard${n} partition of ${table} for values with (modulus ${SHARDS}, remainder ${n});`,
    );
    cluster.sql(`alter table ${table} rename to ${table}_whole;
      create table ${table} (like ${table}_whole including all) partition by hash (collection_id);
      ${parts.join("\n")}
      ${table === "object" ? "" : `insert into ${table} select * from ${table}_whole;`} drop table ${table}_whole cascade;`);
  }
}

async function spread() {
  const cluster = await newCluster();
  const env = { KALENDS_DATABASE: cluster.url(), KALENDS_AUTH_BCRYPT_COST: "4" };
  try {
    await (await startServer({ env })).stop();
    partition(cluster);
    cluster.sql("alter system set shared_preload_libraries = 'auto_explain'");
    cluster.stop();
    cluster.start();
    for (const setting of [
      "auto_explain.log_min_duration = 0",
      "auto_explain.log_analyze = on",
      "auto_explain.log_timing = off",
      "auto_explain.log_format = json",
    ])
      cluster.sql(`alter system set ${setting}`);
    cluster.sql("select pg_reload_conf()");
    const server = await startServer({ env });
    const from = cluster.log().length;
    try {
      await applePlays(
        { origin: server.base, base: server.base, account: server.account("apple") },
        createChecks("spread"),
      );
      const load = createLoad([server.base], server.account("lena"));
      await load.warm();
      const { answers, failed } = await load.during(
        () => new Promise((resolve) => setTimeout(resolve, SECONDS * 1000)),
      );
      console.log(`\n${answers.length} requests against ${SHARDS} shards, ${failed.length} failed`);
      load.close();
    } finally {
      await server.stop();
    }
    count(cluster.log().slice(from));
  } finally {
    cluster.remove();
  }
}

function count(log) {
  const reached = new Map();
  const wide = new Map();
  for (const plan of log.split(/duration: [\d.]+ ms {2}plan:/).slice(1)) {
    const text = plan.slice(0, plan.search(/\n\d{4}-\d\d-\d\d /) >>> 0);
    // A shard that stands in the plan was not reached before something was looked for in it.
    const looked = text.matchAll(
      /"Relation Name": "\w+_shard(\d+)"(?:(?!"Relation Name")[\s\S])*?"Actual Loops": ([1-9])/g,
    );
    const shards = new Set([...looked].map(([, n]) => n)).size;
    if (!/"Query Text"/.test(text)) continue;
    reached.set(shards, (reached.get(shards) ?? 0) + 1);
    const [, query = ""] = /"Query Text": "([\s\S]*?)",\n/.exec(text) ?? [];
    const short = query.replace(/\\n|\s+/g, " ").slice(0, 160);
    if (shards > 1) wide.set(short, (wide.get(short) ?? 0) + 1);
  }
  console.log("\n| shards reached | statements |\n| --- | --- |");
  for (const [shards, times] of [...reached].sort(([a], [b]) => a - b)) console.log(`| ${shards} | ${times} |`);
  for (const [query, times] of wide) console.log(`${times} ${query}`);
}

if (!process.argv.includes("--spread")) await list();
await spread();
