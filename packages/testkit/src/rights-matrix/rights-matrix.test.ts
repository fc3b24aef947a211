import { children, dav, type XmlElement } from "@kalends/dav-xml";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DavResponse } from "../client/connection.js";
import { readMultistatus } from "../client/multistatus.js";
import { eachDatabase } from "../databases.js";
import { ACL_METHOD, ALSO_HIDDEN, LISTINGS, OBJECTS, WHOLE_FILES } from "./expected.js";
import { REQUESTS, type Request, WHOLE_REALMS, wholeRequest } from "./requests.js";
import { openStage, type Scene, type Stage } from "./stage.js";
import { type Cell, RIGHT_SETS } from "./table.js";

const inSteps = <T>(items: readonly T[], of: (item: T) => string) => [...new Set(items.map(of))];

/** `privilege@place` for each entry of a `DAV:need-privileges`, places as the tables call them. */
function namedIn(error: XmlElement | undefined, { calendar, ann }: Scene): readonly string[] {
  const [condition] = error?.children ?? [];
  if (condition?.name !== dav("need-privileges")) return [`no need-privileges but ${condition?.name}`];
  const places = new Map([
    [calendar, "/"],
    [`${calendar}a.ics`, "a"],
    [ann.home, "home"],
  ]);
  return children(condition, dav("resource")).map((resource) => {
    const [href, privilege] = resource.children;
    const name = privilege?.children[0]?.name ?? "";
    return `${name.replace("{DAV:}", "")}@${places.get(href?.text ?? "") ?? href?.text}`;
  });
}

/** What the refusal of a listing of the calendar itself names, inside its propstat (RFC 3744 7.1.1). */
function withheldIn(answer: DavResponse, scene: Scene): readonly string[] {
  const told = readMultistatus(answer.xml()).of(scene.calendar).props.get(dav("sync-token"));
  return told?.status === 403 ? namedIn(told.error, scene) : [];
}

function namesIn(answer: DavResponse, cell: Cell, scene: Scene): readonly string[] {
  if (cell.action === "PROPFIND of itself" && answer.status === 207) return withheldIn(answer, scene);
  return answer.status === 403 && answer.headers["content-type"]?.includes("xml") ? namedIn(answer.xml(), scene) : [];
}

/** One line for people with curl, the description for WebDAV clients: the letters, between quotes. */
function lettersIn(answer: DavResponse): readonly string[] {
  const { text, status, headers } = answer;
  if (status !== 403 || text === "") return [];
  const isXml = headers["content-type"]?.includes("xml") ?? false;
  if (!isXml) expect(text).toMatch(/^[^\n]+\n$/);
  const line = isXml ? (children(answer.xml(), dav("responsedescription"))[0]?.text ?? "") : text;
  return [/"([a-z9]+)"/.exec(line)?.[1] ?? line];
}

function requestOf(action: string) {
  const request = REQUESTS[action];
  if (!request) throw new Error(`nothing is known of ${action}`);
  return request;
}

eachDatabase("rights on a foreign mailbox", (database) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage({ database });
  });
  afterAll(() => stage.server.stop());

  async function act({ action, set }: Pick<Cell, "action" | "set">, request: Request = requestOf(action)) {
    const scene = await stage.scene(set);
    const before = await stage.digest();
    const { verb, path, ...rest } = request(scene);
    const answer = await scene.bob.request(verb, path, rest);
    const isChanged = (await stage.digest()) !== before;
    if (isChanged) stage.spent();
    return { answer, scene, isChanged };
  }

  /** Right set by right set, so that a scene serves until something changes it. */
  function matrix(cells: readonly Cell[], judge: (cell: Cell) => Promise<unknown>): void {
    for (const set of RIGHT_SETS) {
      const own = cells.filter((cell) => cell.set === set);
      it.each(inSteps(own, ({ action }) => action))(`${set}: %s`, async (action) => {
        const cell = own.find((each) => each.action === action);
        if (cell) await judge(cell);
      });
    }
  }

  describe.each(WHOLE_REALMS)("by whole files in %s (CGP-19..21, CGP-23, ICS-01, PUB-11)", (realm) => {
    matrix(WHOLE_FILES[realm], async (cell) => {
      const { answer, isChanged } = await act(cell, wholeRequest(realm, cell.action));
      const names = cell.action === "HEAD" ? [] : lettersIn(answer);
      expect({ status: answer.status, names, isChanged }).toEqual({
        status: cell.status,
        names: cell.names,
        isChanged: cell.changes,
      });
    });
  });

  describe("by DAV (RFC 3744 7.1.1, appendix B; ACL-70, ACL-71; CGP-21, CGP-23)", () => {
    matrix([...LISTINGS, ...OBJECTS], async (cell) => {
      const { answer, scene, isChanged } = await act(cell);
      const names = namesIn(answer, cell, scene);
      expect({ status: answer.status, names: [...names].sort(), isChanged }).toEqual({
        status: cell.status,
        names: [...cell.names].sort(),
        isChanged: cell.changes,
      });
    });
  });

  describe("by ACL, where the server has it (RFC 3744 8.1)", () => {
    matrix(ACL_METHOD, async (cell) => {
      const { answer, isChanged } = await act(cell);
      const isKnown = stage.server.house.registry.knowsVerb("ACL");
      expect([answer.status, isChanged]).toEqual([isKnown ? cell.status : 501, false]);
    });
  });

  describe("what cannot be looked up answers as what is not there (ACL-71)", () => {
    const tables = [...LISTINGS, ...OBJECTS].map(({ action }) => action);
    const actions = [...new Set([...tables, ...ALSO_HIDDEN])];
    for (const set of ["none", "a"] as const) {
      it.each(actions)(`${set}: %s`, async (action) => {
        const { answer, scene, isChanged } = await act({ action, set });
        const elsewhere = { ...scene, calendar: `${scene.ann.home}Nowhere/` };
        const { verb, path, ...rest } = requestOf(action)(elsewhere);
        const nothing = await scene.bob.request(verb, path, rest);
        const told = ({ status, text, headers }: DavResponse) => [
          status,
          text,
          headers.allow,
          headers["content-location"],
        ];
        expect([...told(answer), isChanged]).toEqual([...told(nothing), false]);
      });
    }
  });
});
