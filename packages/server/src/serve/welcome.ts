/** What is printed once the server answers; the password only when the account was made just now. */
export function welcome(
  base: string,
  admin: { readonly name: string; readonly password: string } | null,
  ftp: string | null,
): string {
  const lines = [`Kalends is ready at ${base}`, ""];
  if (admin) {
    lines.push(
      `  account    ${admin.name}`,
      `  password   ${admin.password}`,
      "  (shown only now; change it with: kalends user password admin)",
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
