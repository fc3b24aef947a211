import { describe, expect, it } from "vitest";
import { hostsOf } from "./pg-hosts.js";

/** All URLs in the order in which they are tried. */
function triedOf(url: string): readonly string[] {
  const hosts = hostsOf(url);
  return Array.from({ length: hosts.count }, () => {
    const now = hosts.current();
    hosts.failed(now);
    return now;
  });
}

describe("the hosts of a database URL", () => {
  it.each([
    ["postgres://ann:pw@a:5433/k", ["postgres://ann:pw@a:5433/k"]],
    ["postgres://postgres@localhost/k?host=/run/pg", ["postgres://postgres@localhost/k?host=/run/pg"]],
    ["postgres:///k", ["postgres:///k"]],
    [
      "postgres://ann:p,w@a:1,b:2,[::1]:3/k?target_session_attrs=read-write&sslmode=require",
      [
        "postgres://ann:p,w@a:1/k?sslmode=require",
        "postgres://ann:p,w@b:2/k?sslmode=require",
        "postgres://ann:p,w@[::1]:3/k?sslmode=require",
      ],
    ],
  ])("of %s are tried in turn", (url, tried) => {
    expect(triedOf(url)).toEqual(tried);
  });

  it("stay with the one that serves, and are not moved on twice by those who failed together", () => {
    const hosts = hostsOf("postgres://a,b,c/k");
    const first = hosts.current();
    hosts.failed(first);
    hosts.failed(first);
    expect(hosts.current()).toBe("postgres://b/k");
  });

  it("may stand behind a pooler, of which the driver hears nothing", () => {
    expect([hostsOf("postgres://a/k?pooler=transaction").pooled, hostsOf("postgres://a/k").pooled]).toEqual([
      true,
      false,
    ]);
    expect(hostsOf("postgres://a/k?pooler=transaction&sslmode=require").current()).toBe(
      "postgres://a/k?sslmode=require",
    );
  });

  it.each([
    ["postgres://a/k", false],
    ["postgres://a/k?target_session_attrs=read-write", true],
    ["postgres://a,b/k", true],
    ["postgres://a,b/k?target_session_attrs=any", false],
  ])("of %s must take writes: %j", (url, mustWrite) => {
    expect(hostsOf(url).mustWrite).toBe(mustWrite);
  });
});
