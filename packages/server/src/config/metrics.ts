import { z } from "zod";
import { isHostAndPort } from "../host-port.js";
import { secret } from "./secret.js";

/** Who may read what the server counts. */
export const metrics = z.strictObject({
  listen: z
    .string()
    .refine((where) => where === "" || isHostAndPort(where), "must be HOST:PORT, for example 127.0.0.1:9464, or empty")
    .default("")
    .describe(
      "Address and port of a listener of its own for /metrics, /healthz and /readyz, without sign-in: keep it off the internet; empty = none",
    ),
  token: z
    .string()
    .min(16, "must have at least 16 characters")
    .optional()
    .meta(secret)
    .describe("Token (Authorization: Bearer …) that opens /metrics at the HTTP listener; none = it is not there"),
});
