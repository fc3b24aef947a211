// The same requests to a calendar of 1 000 events, alone in the database and among 10 000 accounts with 1 000 000 events.
import { createAccount } from "@kalends/accounts";
import { configSchema, openHouse } from "@kalends/server";
import { copyAccount } from "@kalends/testkit";
import { PASSWORD } from "../servers/accounts.mjs";
import { startOne } from "../servers/index.mjs";
import { kalends } from "../servers/kalends.mjs";
import { connect } from "../wire/connection.mjs";
import { prepareContext, eventsOf } from "../workloads/context.mjs";
import { fill } from "../workloads/filling.mjs";
import { figuresOf } from "./cells.mjs";
import { finding } from "./findings.mjs";

const OWN = 1000;
const EACH = 50;
const IDS = ["W13", "W8", "W5", "W6", "W7", "W12"];
const STEADY = 1.2;
const TEMPLATE = "template";

async function makeCrowd(server, copies) {
  const settings = { database: server.url, auth: { bcryptCost: 10 }, log: { level: "error" } };
  const { house, close } = await openHouse(configSchema.parse(settings));
  const { db } = house.services;
  try {
    await createAccount(db, house.passwords, { login: TEMPLATE, domain: house.config.domain, password: PASSWORD });
    const account = { user: TEMPLATE, password: PASSWORD };
    const connection = connect(server.base, account);
    for (const name of ["First", "Second"]) {
      const calendar = `${server.homeOf(TEMPLATE)}${name}/`;
      await fill({ server, connection, account, calendar, events: eventsOf(`crowd-${name}`, EACH) });
    }
    connection.close();
    await copyAccount(db, TEMPLATE, copies);
  } finally {
    await close();
  }
}

/** On a server and a database of its own. */
export async function accounts(_server, options, show) {
  const described = { ...kalends, name: "kalends-accounts" };
  const server = await startOne(described, { folder: options.data, port: options.port, users: 0 });
  try {
    const context = await prepareContext(server, OWN);
    const crowded = server.query("select count(*) from principal").trim() >= options.accounts;
    const alone = crowded ? null : await figuresOf(server, context, IDS, options);
    if (!crowded) {
      show.line(`accounts: copying one ${options.accounts} times`);
      await makeCrowd(server, options.accounts);
    }
    const among = await figuresOf(server, context, IDS, options);
    await context.leave();
    return IDS.map((id) => {
      const after = among.get(id);
      if (alone === null) return finding(`${id}: p50 among ${options.accounts} accounts`, after.p50, "ms");
      const before = alone.get(id);
      const wrong = before.wrong ?? after.wrong;
      if (wrong) return finding(`${id}: ${wrong}`, null, "x", STEADY);
      return finding(
        `${id}: p50 ${before.p50.toFixed(2)} ms, then ${after.p50.toFixed(2)} ms`,
        after.p50 / before.p50,
        "x",
        STEADY,
      );
    });
  } finally {
    await server.stop();
  }
}
