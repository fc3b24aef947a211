// Who uses the servers: one account for the workloads on one calendar, many for the one where many poll.

export const PASSWORD = "bench-password";
export const BENCH = Object.freeze({ user: "bench", password: PASSWORD });

/** Name of the account with a number. */
export const many = (number) => `u${String(number).padStart(4, "0")}`;

/** All names, the first one included. */
export const names = (count) => [BENCH.user, ...Array.from({ length: count }, (_, number) => many(number))];
