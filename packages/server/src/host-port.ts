/** Where something listens. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

export const isHostAndPort = (text: string): boolean =>
  /^(\[[0-9a-f:]+\]|[^:\s]+):\d{1,5}$/i.test(text) && hostAndPort(text).port <= 65_535;

/** `HOST:PORT` taken apart; an IPv6 address stands in brackets. */
export function hostAndPort(text: string): HostAndPort {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(text) ?? [];
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
