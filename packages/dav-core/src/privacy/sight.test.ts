import { ALL_RIGHTS, maskOf, type RightsMask } from "@kalends/acl";
import type { PrincipalId } from "@kalends/store";
import { expect, it } from "vitest";
import type { Exchange, Requester } from "../exchange.js";
import type { CollectionRow, MemberRow } from "../resource.js";
import { aroundMember, entitlements, sightOf } from "./sight.js";

const ann = { id: 1 as PrincipalId } as Requester;
const bob = { id: 2 as PrincipalId } as Requester;
const mailbox = (rights: RightsMask): CollectionRow =>
  ({ kind: "calendar", owner: { id: ann.id }, rights }) as CollectionRow;

it.each([
  ["the owner", ann, ALL_RIGHTS, [true, true, true]],
  ["who has every right", bob, ALL_RIGHTS, [false, true, true]],
  ["who administers", bob, maskOf("l", "r", "a"), [false, true, true]],
  ["who writes", bob, maskOf("l", "r", "i", "d"), [false, false, true]],
  ["who only adds", bob, maskOf("l", "r", "i"), [false, false, false]],
  ["who reads", bob, maskOf("l", "r"), [false, false, false]],
  ["nobody, whatever is granted", null, ALL_RIGHTS, [false, false, false]],
])("tells whether everything is seen by %s (SHR-92)", (_, by, rights, expected) => {
  const { owner, administrators, writers } = entitlements;
  expect([owner, administrators, writers].map((entitled) => entitled(mailbox(rights), by))).toEqual(expected);
});

it("reduces nothing where a kind has nothing to hide, and by default for all but owner and administrators (SHR-92)", () => {
  const reduce = () => null;
  const services = { catalogue: { reduce: (kind: string) => (kind === "calendar" ? reduce : undefined) } };
  const cx = (by: Requester) => ({ services, by }) as unknown as Exchange;
  const reading = mailbox(maskOf("l", "r"));
  expect(sightOf(reading, cx(bob))).toBe(reduce);
  expect(sightOf(reading, cx(ann))).toBeNull();
  expect(sightOf({ ...reading, kind: "home" }, cx(bob))).toBeNull();
});

it("leaves only reading on what is seen in part (SHR-90, RFC 3744 5.4)", () => {
  const around = mailbox(maskOf("l", "r", "w", "i", "d", "9"));
  expect(aroundMember(around, { reduced: true } as MemberRow).rights).toBe(maskOf("l", "r", "9"));
  expect(aroundMember(around, {} as MemberRow)).toBe(around);
});
