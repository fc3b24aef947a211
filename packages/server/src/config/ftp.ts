import { isIPv4 } from "node:net";
import { z } from "zod";
import { isHostAndPort } from "../host-port.js";

const count = (value: number, about: string) => z.number().int().positive().default(value).describe(about);
const maybe = (about: string) => z.string().min(1).optional().describe(about);

/** `50000-50099`; undefined when it is no range. */
export function portRange(text: string): { readonly from: number; readonly to: number } | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const [from, to] = [Number(first), Number(last)];
  return from >= 1024 && from <= to && to <= 65_535 ? { from, to } : undefined;
}

/** The FTP listener for free/busy files. */
export const ftp = z
  .strictObject({
    listen: z
      .string()
      .refine((where) => where === "" || isHostAndPort(where), "must be HOST:PORT, for example 0.0.0.0:21, or empty")
      .default("")
      .describe("Address and port of the FTP listener for free/busy files, for example 0.0.0.0:21; empty = no FTP"),
    publicAddress: z
      .string()
      .refine((address) => address === "" || isIPv4(address), "must be an IPv4 address")
      .default("")
      .describe("IPv4 address FTP clients are told for passive transfers; empty = the one they came to"),
    passivePorts: z
      .string()
      .refine((ports) => ports === "" || portRange(ports) !== undefined, "must be FIRST-LAST, for example 50000-50099")
      .default("")
      .describe("Ports for passive transfers, for example 50000-50099; empty = any that is free"),
    active: z.boolean().default(true).describe("Serve active transfers, to the client's own address alone"),
    certificate: maybe("File with the certificate for AUTH TLS and those above it, PEM; none = no TLS"),
    key: maybe("File with its private key, PEM"),
    requireTls: z.boolean().default(false).describe("Nobody signs in or transfers anything without TLS"),
    passwords: z
      .enum(["limited", "encrypted", "any"])
      .default("encrypted")
      .describe(
        "Passwords that are taken: limited (app passwords for free/busy files alone), encrypted (others too, over TLS), any",
      ),
    connections: count(50, "Most FTP connections at a time"),
    connectionsPerAddress: count(5, "Most FTP connections from one address at a time"),
    idleSeconds: count(300, "Seconds after which a silent FTP connection ends"),
    transferSeconds: count(60, "Seconds one transfer may take"),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    path: ["key"],
    message: "must be set where ftp.certificate is, and only there",
  })
  .refine(({ requireTls, certificate }) => !requireTls || certificate !== undefined, {
    path: ["requireTls"],
    message: "must be false as long as there is no ftp.certificate",
  });
