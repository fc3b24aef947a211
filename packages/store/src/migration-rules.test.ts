import { expect, it } from "vitest";
import { coreMigrations, statementsOf } from "./migrate.js";

/** What a migration must not do while processes of the version before still run, and what to do instead. */
const RULES: readonly (readonly [name: string, pattern: RegExp, instead: string])[] = [
  [
    "drop-table",
    /^drop\s+(?:table|view|schema|type)\b/,
    "leave it; drop it in a release after the last one that reads it",
  ],
  [
    "drop-column",
    /^alter\s+table\b[\s\S]*\bdrop\s+(?:column\b|(?!constraint|default|not|identity|expression)\w)/,
    "leave it",
  ],
  ["drop-function", /^drop\s+(?:function|trigger|procedure|aggregate|operator)\b/, "add one of another name"],
  ["rename", /^alter\b[\s\S]*\brename\b/, "add the new name, fill both, drop the old one in a later release"],
  [
    "new-type",
    /^alter\s+table\b[\s\S]*\balter\s+(?:column\s+)?\w+\s+(?:set\s+data\s+)?type\b/,
    "add a column of the new type",
  ],
  ["not-null", /^alter\s+table\b[\s\S]*\bset\s+not\s+null\b/, "give it a default, and demand it in a later release"],
  [
    "bare-not-null",
    /^alter\s+table\b[\s\S]*\badd\s+(?:column\s+)?(?!constraint)\w+\s(?:(?!\bdefault\b|\bgenerated\b|,)[\s\S])*\bnot\s+null\b(?![^,]*\b(?:default|generated)\b)/,
    "with a default old processes can go on inserting",
  ],
  [
    "volatile-default",
    /^alter\s+table\b[\s\S]*\badd\s+(?:column\s+)?[\s\S]*\bdefault\s+(?:gen_random_uuid|random|clock_timestamp|nextval)\b/,
    "it writes the whole table anew under a lock",
  ],
  [
    "constraint",
    /^alter\s+table\b[\s\S]*\badd\s+(?:constraint\s+\w+\s+)?(?:check|foreign\s+key|unique|primary\s+key|exclude)\b(?![\s\S]*\bnot\s+valid\b)/,
    "not valid first, validated by a later migration",
  ],
  ["lock", /^(?:lock\s+table|truncate|cluster|vacuum\s+full|reindex)\b/, "work in pieces"],
  [
    "index",
    /^create\s+(?:unique\s+)?index\b/,
    "on a table that is there, building keeps writers out: small tables alone, with a reason",
  ],
  [
    "rewrite",
    /^(?:update|delete)\b/,
    "every row stays locked until the end: in pieces, after the start, as the reckoning of occurrences does",
  ],
];

const LITERALS = /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|(\$[a-z_]*\$)[\s\S]*?\1/gi;
const plain = (statement: string): string => statement.replace(LITERALS, " ").trim().toLowerCase();

/** The rules that the statements of one migration break. Indexes of tables made by it hinder nobody. */
function broken(script: string): readonly string[] {
  const statements = statementsOf(script).map(plain);
  const made = new Set(
    statements.flatMap((text) => /^create\s+table\s+(?:if\s+not\s+exists\s+)?(\w+)/.exec(text)?.[1] ?? []),
  );
  const onNew = (text: string): boolean => {
    const table =
      /^create\s+(?:unique\s+)?index\b[\s\S]*?\son\s+(?:only\s+)?(\w+)|^alter\s+table\s+(?:only\s+)?(\w+)/.exec(text);
    return table !== null && made.has(table[1] ?? table[2] ?? "");
  };
  const found = statements.flatMap((text) =>
    onNew(text) ? [] : RULES.filter(([, pattern]) => pattern.test(text)).map(([name]) => name),
  );
  return [...new Set(found)].sort();
}

/** Migrations from before the first release: nobody had a version that ran without them. None is added to this list without a reason. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "0002-collections": ["constraint"],
  "0005-files": ["index"],
  "0006-sign-in": ["constraint"],
  "0007-privacy": ["index", "rewrite"],
  "0013-publication-views": ["constraint"],
  "0015-listings": ["constraint", "index"],
  "0016-occurrences": ["index"],
  "0017-index-versions": ["index"],
  "0019-member-counts": ["rewrite"],
};

it.each(coreMigrations().map(({ id, sql }) => [id, sql] as const))(
  "%s leaves processes of the version before at work",
  (id, script) => {
    expect(broken(script)).toEqual(ALLOWED[id] ?? []);
  },
);

it.each([
  ["drop table x", "drop-table"],
  ["alter table x drop column a", "drop-column"],
  ["alter table x drop a", "drop-column"],
  ["alter table x rename column a to b", "rename"],
  ["alter index x_a rename to x_b", "rename"],
  ["alter table x alter column a type bigint", "new-type"],
  ["alter table x alter a set not null", "not-null"],
  ["alter table x add column a text not null", "bare-not-null"],
  ["alter table x add a text not null, add b int", "bare-not-null"],
  ["alter table x add column a uuid default gen_random_uuid()", "volatile-default"],
  ["alter table x add constraint c check (a > 0)", "constraint"],
  ["alter table x add unique (a)", "constraint"],
  ["lock table x", "lock"],
  ["create unique index x_a on x (a)", "index"],
  ["update x set a = 1", "rewrite"],
  ["drop function f()", "drop-function"],
])("%s is found by the rules", (statement, rule) => {
  expect(broken(statement)).toContain(rule);
});

it.each([
  "alter table x add column a text",
  "alter table x add column a bigint not null default 0",
  "alter table x add column a text default '' not null",
  "create table x (a text not null unique); create index x_a on x (a)",
  "alter table x add constraint c foreign key (a) references y not valid",
  "create function f() returns void language sql as $$ delete from x $$",
  "-- drop table x\nselect 1",
])("%s is allowed", (statement) => {
  expect(broken(statement)).toEqual([]);
});
