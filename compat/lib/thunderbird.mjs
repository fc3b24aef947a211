// A real Thunderbird in a virtual display with a fresh profile.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./checks.mjs";
import { openMarionette } from "./marionette.mjs";

// No updates, no telemetry, no questions; one identity, without which the calendar offers no invitations.
const preferences = {
  "app.update.auto": false,
  "app.normandy.enabled": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "toolkit.telemetry.enabled": false,
  "services.settings.server": "data:,",
  "extensions.update.enabled": false,
  "extensions.getAddons.cache.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "mail.provider.suppress_dialog_on_startup": true,
  "mail.rights.version": 1,
  "mail.shell.checkDefaultClient": false,
  "mail.inappnotifications.enabled": false,
  "mailnews.start_page.enabled": false,
  "calendar.timezone.useSystemTimezone": false,
  "calendar.timezone.local": "Europe/Berlin",
  "calendar.autorefresh.enabled": false,
  "signon.rememberSignons": true,
  "calendar.network.multirealm": false,
  "calendar.icaljs": true,
  "calendar.alarms.show": false,
  "calendar.alarms.showmissed": false,
  "mail.accountmanager.accounts": "account1",
  "mail.accountmanager.defaultaccount": "account1",
  "mail.account.account1.server": "server1",
  "mail.account.account1.identities": "id1",
  "mail.server.server1.type": "none",
  "mail.server.server1.hostname": "Local Folders",
  "mail.server.server1.userName": "nobody",
  "mail.server.server1.name": "Local Folders",
};

// What every script below can use: calendars by a name we gave them, items from text, dates.
const prelude = `
  const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
  const everything = Ci.calICalendar.ITEM_FILTER_ALL_ITEMS;
  const window = Services.wm.getMostRecentWindow("mail:3pane");
  const pause = ms => new Promise(done => window.setTimeout(done, ms));
  const known = window.__calendars ??= {};
  const calendarOf = name => cal.manager.getCalendarById(known[name]);
  const itemOf = text => { const parser = Cc["@mozilla.org/calendar/ics-parser;1"].createInstance(Ci.calIIcsParser); parser.parseString(text); return parser.getItems()[0]; };
  const when = text => { const date = cal.createDateTime(text); if (!text.endsWith("Z")) date.timezone = cal.timezoneService.getTimezone("Europe/Berlin"); return date; };
  const titles = async name => (await calendarOf(name).getItemsAsArray(everything, 0, null, null)).map(item => item.title);
`;

/** `authority`: base64 of a certificate authority that is to be believed besides the usual ones. */
export async function startThunderbird(authority) {
  const profile = mkdtempSync(join(tmpdir(), "kalends-thunderbird-"));
  const port = await freePort();
  const lines = Object.entries({ ...preferences, "marionette.port": port }).map(
    ([k, v]) => `user_pref(${JSON.stringify(k)}, ${JSON.stringify(v)});`,
  );
  writeFileSync(join(profile, "user.js"), `${lines.join("\n")}\n`);
  const home = join(profile, "home");
  mkdirSync(home);
  const display = [...Array(50).keys()].map((n) => 100 + n).find((n) => !existsSync(`/tmp/.X${n}-lock`));
  const xvfb = spawn("Xvfb", [`:${display}`, "-screen", "0", "1400x900x24", "-nolisten", "tcp"], { stdio: "ignore" });
  await until(() => existsSync(`/tmp/.X11-unix/X${display}`), 10_000, 100);
  const log = openSync(join(profile, "thunderbird.log"), "w");
  const program = spawn(
    "thunderbird",
    ["--profile", profile, "--no-remote", "--marionette", "--remote-allow-system-access", "-calendar"],
    {
      stdio: ["ignore", log, log],
      detached: true,
      env: {
        ...process.env,
        DISPLAY: `:${display}`,
        HOME: home,
        XDG_RUNTIME_DIR: home,
        TZ: "Europe/Berlin",
        LANG: "C.UTF-8",
        MOZ_ENABLE_WAYLAND: "0",
        GDK_BACKEND: "x11",
        MOZ_CRASHREPORTER_DISABLE: "1",
        DBUS_SESSION_BUS_ADDRESS: "disabled:",
        LIBGL_ALWAYS_SOFTWARE: "1",
      },
    },
  );
  const ended = new Promise((resolve) => program.once("exit", resolve));
  const stop = async () => {
    try {
      process.kill(-program.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await ended;
    xvfb.kill("SIGTERM");
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    const marionette = await openMarionette(port);
    const run = (body, ...values) => runScript(marionette, body, values);
    await until(
      () => run(`return window.document.readyState == "complete" && !!cal.manager;`).catch(() => false),
      60_000,
    );
    if (authority) {
      await run(
        `Cc["@mozilla.org/security/x509certdb;1"].getService(Ci.nsIX509CertDB).addCertFromBase64($0, "C,,");`,
        authority,
      );
    }
    return { version: marionette.version, run, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Runs the body of an async function inside Thunderbird; `$0`, `$1`… are the values; gives what it returns. */
async function runScript(marionette, body, values) {
  const names = values.map((_, i) => `$${i}`).join(", ");
  const script = `const [${names}] = arguments;
    return (async () => { try { ${prelude} const out = await (async () => { ${body} })(); return JSON.stringify({ out: out ?? null }); }
    catch (error) { return JSON.stringify({ fault: String(error.name ?? "") + ": " + String(error.message ?? error) }); } })();`;
  const answer = await marionette.send("WebDriver:ExecuteScript", {
    script,
    args: values,
    sandbox: "system",
    newSandbox: false,
  });
  const result = JSON.parse(answer.value ?? '{"fault":"a dialog opened"}');
  if ("fault" in result) throw new Error(result.fault);
  return result.out;
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
