// Writes docs/settings.md from the settings schema: npm run docs:settings
import { writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { settings } from "@kalends/server";

const page = new URL("../docs/settings.md", import.meta.url);

const groups = {
  "": "General",
  tls: "TLS",
  connections: "Connections",
  limits: "Limits",
  auth: "Signing in",
  freeBusy: "Free/busy files",
  ftp: "FTP for free/busy files",
  privacy: "Private events",
  publishing: "Publishing",
  audit: "Audit log",
  trash: "What whole files removed",
  log: "Log",
  metrics: "Metrics",
};

const introduction = `# Settings

Kalends runs without any. What you want otherwise goes into \`kalends.yaml\` in the folder you start the server in (or the
file named by \`--config\` or \`KALENDS_CONFIG\`), or into environment variables, which win over the file:

\`\`\`yaml
domain: mail.example
publicUrl: https://cal.mail.example
limits:
  objectSize: 2097152
\`\`\`

The same as variables: \`KALENDS_DOMAIN=mail.example\`, \`KALENDS_LIMITS_OBJECT_SIZE=2097152\`. A setting that does not exist or
does not fit stops the server with a sentence that names it. \`kalends config\` prints what is in force, \`kalends config --all\`
this list. Changes take effect at the next start.

Secrets, those with a second variable that ends in \`_FILE\`, are better kept in a file: that variable names it, for example
\`KALENDS_DATABASE_PASSWORD_FILE=/run/secrets/database_password\`. The end of the last line does not count. They are shown nowhere,
neither by \`kalends config\` nor in the log.

This page is written by \`npm run docs:settings\`; edit the texts in \`packages/server/src/config/schema.ts\`.
`;

const cell = (text) => text.replaceAll("|", "\\|");

const row = ({ path, variable, default: usual, text, secret }) =>
  `| \`${path}\` | \`${variable}\`${secret ? `, \`${variable}_FILE\`` : ""} | ${usual === "" ? "" : `\`${cell(usual)}\``} | ${cell(text)} |`;

/** The whole page as Markdown. A group without a heading here is a mistake of whoever added the group. */
export function settingsPage() {
  const groupOf = ({ path }) => (path.includes(".") ? path.split(".")[0] : "");
  const found = [...new Set(settings().map(groupOf))];
  const parts = found.map((group) => {
    if (groups[group] === undefined) throw new Error(`scripts/settings-page.mjs has no heading for the group ${group}`);
    const rows = settings()
      .filter((setting) => groupOf(setting) === group)
      .map(row);
    return [`## ${groups[group]}`, "", "| setting | variable | default | what it is |", "| --- | --- | --- | --- |"]
      .concat(rows, "")
      .join("\n");
  });
  return [introduction, ...parts].join("\n");
}

if (argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, settingsPage());
