import type { FirstAccount } from "../first-start.js";

/** What is printed once the server answers; the password only when the account was made just now. */
export function welcome(base: string, admin: FirstAccount | null, ftp: string | null): string {
  const lines = [`Kalends is ready at ${base}`, ""];
  if (admin) {
    lines.push(
      `  account    ${admin.name}`,
      `  password   ${admin.password ?? "the one in the setting adminPassword"}`,
      `  (${admin.password === null ? "" : "shown only now; "}change it with: kalends user password ${admin.name})`,
      "",
    );
  }
  lines.push(
    `  Apple Calendar   server address ${base}`,
    `  Thunderbird      location ${base}`,
    ...(ftp === null ? [] : [`  free/busy        ${ftp}NAME.vfb`]),
    `  curl             curl -u ${admin?.name ?? "NAME"} ${base}/CalendarData/Calendar.ics`,
    "",
  );
  return lines.join("\n");
}
