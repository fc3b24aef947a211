import { z } from "zod";
import { isHostAndPort } from "../host-port.js";

const maybe = (about: string) => z.string().min(1).optional().describe(about);

/** The HTTP listener's own certificate; without one it speaks plain HTTP. */
export const tls = z
  .strictObject({
    certificate: maybe("File with the certificate for https and those above it, PEM; none = plain HTTP"),
    key: maybe("File with its private key, PEM"),
    minimum: z.enum(["TLSv1.2", "TLSv1.3"]).default("TLSv1.2").describe("Oldest version of TLS that is spoken"),
    hstsDays: z
      .number()
      .int()
      .min(0)
      .max(730)
      .default(0)
      .describe("Days for which browsers shall use https alone for this host name (HSTS, RFC 6797); 0 = say nothing"),
    redirectFrom: z
      .string()
      .refine((where) => where === "" || isHostAndPort(where), "must be HOST:PORT, for example 0.0.0.0:80, or empty")
      .default("")
      .describe("Address and port where plain HTTP is answered with the https address, for example 0.0.0.0:80"),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    path: ["key"],
    message: "must be set where tls.certificate is, and only there",
  })
  .refine(({ redirectFrom, certificate }) => redirectFrom === "" || certificate !== undefined, {
    path: ["redirectFrom"],
    message: "must be empty as long as there is no tls.certificate",
  });
