import { describe, expect, it } from "vitest";
import { formatFor, prefersHtml } from "./formats.js";

describe("content negotiation", () => {
  it.each([
    [undefined, "text/calendar"],
    ["*/*", "text/calendar"],
    ["application/*", "text/calendar"],
    ["application/json", "text/calendar"],
    ["application/calendar+json", "application/calendar+json"],
    ["Application/Calendar+JSON, */*", "application/calendar+json"],
    ["application/calendar+xml;q=0.9, application/calendar+json;q=0.5", "application/calendar+xml"],
    ["application/calendar+json, text/calendar", "text/calendar"],
    ["application/calendar+json, text/calendar;q=0.9", "application/calendar+json"],
    ["application/calendar+json;q=0.3, text/*", "text/calendar"],
    ["application/calendar+json;q=0", "text/calendar"],
  ])("answers Accept: %s with %s, never with 406 (RFC 9110 12.5.1)", (accept, expected) => {
    expect(formatFor(accept).mediaType).toBe(expected);
  });

  it.each([
    [undefined, false],
    ["*/*", false],
    ["text/calendar", false],
    ["text/*", false],
    ["text/html", true],
    ["text/html;q=0.2, text/calendar", false],
  ])("takes Accept: %s for a browser's: %s (RFC 9110 12.5.1)", (accept, expected) => {
    expect(prefersHtml(accept)).toBe(expected);
  });
});
