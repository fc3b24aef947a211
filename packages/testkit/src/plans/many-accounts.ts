import { type Database, raw } from "@kalends/store";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly identity: boolean;
  /** The table this column points into by itself. */
  readonly target: string | null;
}

interface Template {
  readonly principal: number;
  readonly collections: { readonly first: number; readonly last: number };
}

/** What points at a collection or an object, or at an account; by the catalog, so new tables are copied as well. */
const COLUMNS = `
  select t.relname as "table", a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attidentity <> '' as identity,
    (select f.relname from pg_constraint k join pg_class f on f.oid = k.confrelid
      where k.contype = 'f' and k.conrelid = t.oid and a.attnum = any(k.conkey)
        and f.relname in ('collection', 'object', 'principal')
        and (f.relname <> 'object' or a.attname = 'collection_id')
      order by f.relname limit 1) as target
  from pg_class t join pg_attribute a on a.attrelid = t.oid
  where t.relkind = 'r' and t.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped
    and a.attgenerated = ''
  order by t.relname, a.attnum`;

const isCollection = (table: string, { name, target }: Column): boolean =>
  (table === "collection" && name === "id") || name === "collection_id" || target === "collection";
const isPrincipal = (table: string, { name, target }: Column): boolean =>
  (table === "principal" && name === "id") || target === "principal";

const stride = ({ collections: { first, last } }: Template): number => last - first + 1;

/** What stands in a column of copy number `k`. */
function copied(table: string, column: Column, template: Template): string {
  const name = `t."${column.name}"`;
  const { first, last } = template.collections;
  if (isCollection(table, column)) {
    return `case when ${name} between ${first} and ${last} then ${name} + k * ${stride(template)} else ${name} end`;
  }
  if (isPrincipal(table, column)) {
    return `case when ${name} = ${template.principal} then ${name} + k else ${name} end`;
  }
  if (table === "principal" && column.name === "login") return `${name} || k`;
  if (column.type === "uuid") return "gen_random_uuid()";
  if (column.name === "subject")
    return `case when ${name} = 'p:${template.principal}' then 'p:' || (${template.principal} + k) else ${name} end`;
  return name;
}

const isOwnId = (table: string, { identity }: Column): boolean =>
  identity && table !== "collection" && table !== "principal";

function belongs(table: string, columns: readonly Column[], { principal, collections }: Template): string | null {
  const collection = columns.find((column) => isCollection(table, column));
  if (collection) return `t."${collection.name}" between ${collections.first} and ${collections.last}`;
  const owner = columns.find((column) => isPrincipal(table, column));
  return owner ? `t."${owner.name}" = ${principal}` : null;
}

function copyOf(table: string, columns: readonly Column[], template: Template, count: number): string {
  const where = table === "principal" ? `t.id = ${template.principal}` : belongs(table, columns, template);
  if (where === null || table === "audit") return "";
  const written = columns.filter((column) => !isOwnId(table, column));
  const names = written.map(({ name }) => `"${name}"`).join(", ");
  const values = written.map((column) => copied(table, column, template)).join(", ");
  return `insert into "${table}" (${names}) overriding system value
    select ${values} from "${table}" t cross join generate_series(1, ${count}) k where ${where};`;
}

const afterwards = (table: string): string =>
  `select setval(pg_get_serial_sequence('${table}', 'id'), (select max(id) from ${table}));`;

async function templateOf(db: Database, login: string): Promise<Template> {
  const row = await db.one<{ principal: number; first: number; last: number; others: number }>(
    raw(`select p.id as principal, min(c.id) as first, max(c.id) as last,
      (select count(*) from collection o where o.id > min(c.id) and o.owner_id <> p.id) + (select count(*) from principal q where q.id > p.id) as others
      from principal p join collection c on c.owner_id = p.id where p.login = '${login}' group by p.id`),
  );
  if (!row) throw new Error(`no account ${login}`);
  if (row.others > 0) throw new Error(`${login} has to be the last account that was made`);
  return { principal: row.principal, collections: { first: row.first, last: row.last } };
}

/**
 * Copies an account, all that is its own and all its calendars and objects hold, `count` times inside the database: `login1`,
 * `login2`, … with the same password. It has to be the last account that was made.
 */
export async function copyAccount(db: Database, login: string, count: number): Promise<void> {
  const template = await templateOf(db, login);
  const columns = await db.rows<Column & { table: string }>(raw(COLUMNS));
  const tables = [...new Set(columns.map(({ table }) => table))];
  const copies = tables.map((table) => {
    const own = columns.filter((column) => column.table === table);
    return copyOf(table, own, template, count);
  });
  // Triggers would do again what is copied, and the references hold because the copied ones do.
  await db.script(
    [
      "begin; set local session_replication_role = replica;",
      ...copies,
      afterwards("principal"),
      afterwards("collection"),
      "commit;",
    ].join("\n"),
  );
  await db.script("vacuum analyze");
}
