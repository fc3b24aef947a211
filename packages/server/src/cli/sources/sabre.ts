import { spawn } from "node:child_process";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { AdminError } from "../../admin/command.js";
import type { ImportItem } from "../../admin/commands/import.js";
import { addressable, plainCalendar, type Source, type SourceCalendar } from "./source.js";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Rows of a query, each column as text; read by the program sqlite3, which every system has as a package. */
async function* rowsOf(file: string, columns: readonly string[], rest: string): AsyncGenerator<readonly string[]> {
  const query = `select ${columns.map((column) => `hex(coalesce(${column}, ''))`).join(" || '|' || ")} ${rest}`;
  const child = spawn("sqlite3", ["-readonly", "-batch", "-bail", file, query], { stdio: ["ignore", "pipe", "pipe"] });
  let complaint = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    complaint += text;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", () => reject(new AdminError("the program sqlite3 is needed to read this database: install it")));
    child.on("close", (status) => {
      if (status === 0) resolve();
      else reject(new AdminError(`cannot read ${file}: ${complaint.trim() || `sqlite3 ended with ${status}`}`));
    });
  });
  ended.catch(() => undefined);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      yield line.split("|").map((cell) => Buffer.from(cell, "hex").toString("utf8"));
    }
    await ended;
  } finally {
    child.kill();
  }
}

async function* objectsOf(file: string, id: string): AsyncGenerator<ImportItem> {
  const from = `from calendarobjects where calendarid = ${Number(id)} order by id`;
  for await (const [name = "", text = ""] of rowsOf(file, ["uri", "calendardata"], from)) yield { name, text };
}

/** What lies in the database of SabreDAV, and of Baïkal, which is made of it; SQLite only. */
export const sabre: Source = {
  kind: "baikal",
  what: "the SQLite database of Baïkal or SabreDAV (…/db.sqlite), with --user; where it is MySQL take caldav",
  async calendars(place, { user }) {
    if (user === undefined) throw new AdminError("say with --user whose calendars are meant");
    if (/^\w+:\/\//.test(place) || !(await stat(place).catch(() => undefined))?.isFile()) {
      throw new AdminError(
        `${place} is no SQLite file; from MySQL or PostgreSQL take the calendars over CalDAV: --from caldav https://…/dav.php/`,
      );
    }
    const columns = [
      "i.calendarid",
      "i.uri",
      "i.displayname",
      "i.description",
      "i.calendarcolor",
      "i.timezone",
      "c.components",
    ];
    const count = "(select count(*) from calendarobjects o where o.calendarid = i.calendarid)";
    const rest = `from calendarinstances i join calendars c on c.id = i.calendarid
      where i.access = 1 and i.principaluri = ${literal(`principals/${user}`)} order by i.uri`;
    const found: SourceCalendar[] = [];
    for await (const [id = "", uri = "", name, description, color, timezone, components = "", objects] of rowsOf(
      place,
      [...columns, count],
      rest,
    )) {
      found.push({
        calendar: {
          ...plainCalendar(addressable(uri)),
          components: components.split(",").filter((each) => /^V(EVENT|TODO|JOURNAL)$/.test(each)),
          displayName: name || null,
          description: description || null,
          color: color || null,
          timezone: timezone || null,
        },
        count: Number(objects),
        items: () => objectsOf(place, id),
      });
    }
    if (found.length === 0) throw new AdminError(`there are no calendars of "${user}" in ${place}`);
    return found;
  },
};
