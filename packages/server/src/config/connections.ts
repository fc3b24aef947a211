import { z } from "zod";

const count = (value: number, about: string) => z.number().int().positive().default(value).describe(about);

/** How long and how many connections are kept. */
export const connections = z.strictObject({
  most: count(10_000, "Most HTTP connections at a time in one process; further ones are closed"),
  headerSeconds: count(20, "Seconds in which a client must have sent the headers of a request"),
  idleSeconds: count(65, "Seconds a connection is kept for the next request; longer than that of a proxy in front"),
  silentSeconds: count(120, "Seconds after which a connection is given up on which nothing moves within a request"),
  slowestUpload: count(256, "Least octets a second of a request body, measured over half a minute"),
});
