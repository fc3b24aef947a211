import type { WholeRealm } from "./requests.js";
import { type Cell, readTable } from "./table.js";

/**
 * Foreign access to whole files, realm by realm (CommuniGate Pro: GET takes Select, PUT Insert, DELETE Delete; replacing is
 * both). Without Lookup nothing is there; with it the missing rights are named by their letters. A search is not for files:
 * 405 says the same to everybody.
 */
export const WHOLE_FILES: Readonly<Record<WholeRealm, readonly Cell[]>> = {
  "/CalendarData/": readTable(`
                   |        | none | l      | lr     | li    | ld    | lid   | lrid | a
  GET              | reads  | 404  | 403 r  | 200    | 403 r | 403 r | 403 r | 200  | 404
  HEAD             | reads  | 404  | 403    | 200    | 403   | 403   | 403   | 200  | 404
  PUT              | writes | 404  | 403 i  | 403 i  | 204   | 403 i | 204   | 204  | 404
  PUT DeleteAll    | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT to Del realm | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  DELETE           | writes | 404  | 403 d  | 403 d  | 403 d | 204   | 204   | 204  | 404
  PROPFIND         | reads  | 404  | 403 r  | 207    | 403 r | 403 r | 403 r | 207  | 404
  calendar-query   | reads  | 405  | 405    | 405    | 405   | 405   | 405   | 405  | 405
`),
  "/CalendarDataDel/": readTable(`
                   |        | none | l      | lr     | li    | ld    | lid   | lrid | a
  GET              | reads  | 404  | 403 r  | 200    | 403 r | 403 r | 403 r | 200  | 404
  HEAD             | reads  | 404  | 403    | 200    | 403   | 403   | 403   | 200  | 404
  PUT              | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT DeleteAll    | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT to Del realm | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  DELETE           | writes | 404  | 403 d  | 403 d  | 403 d | 204   | 204   | 204  | 404
  PROPFIND         | reads  | 404  | 403 r  | 207    | 403 r | 403 r | 403 r | 207  | 404
  calendar-query   | reads  | 405  | 405    | 405    | 405   | 405   | 405   | 405  | 405
`),
  "/calendars/": readTable(`
                   |        | none | l      | lr     | li    | ld    | lid   | lrid | a
  GET              | reads  | 404  | 403 r  | 200    | 403 r | 403 r | 403 r | 200  | 404
  HEAD             | reads  | 404  | 403    | 200    | 403   | 403   | 403   | 200  | 404
  PUT              | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT DeleteAll    | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT to Del realm | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  DELETE           | writes | 404  | 403 d  | 403 d  | 403 d | 204   | 204   | 204  | 404
  PROPFIND         | reads  | 404  | 403 r  | 207    | 403 r | 403 r | 403 r | 207  | 404
  calendar-query   | reads  | 405  | 405    | 405    | 405   | 405   | 405   | 405  | 405
`),
  "/ical/": readTable(`
                   |        | none | l      | lr     | li    | ld    | lid   | lrid | a
  GET              | reads  | 404  | 403 r  | 200    | 403 r | 403 r | 403 r | 200  | 404
  HEAD             | reads  | 404  | 403    | 200    | 403   | 403   | 403   | 200  | 404
  PUT              | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT DeleteAll    | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  PUT to Del realm | writes | 404  | 403 id | 403 id | 403 d | 403 i | 204   | 204  | 404
  DELETE           | writes | 404  | 403 d  | 403 d  | 403 d | 204   | 204   | 204  | 404
  PROPFIND         | reads  | 404  | 403 r  | 207    | 403 r | 403 r | 403 r | 207  | 404
  calendar-query   | reads  | 405  | 405    | 405    | 405   | 405   | 405   | 405  | 405
`),
};

/** The two of the same matrix that are DAV: a listing and a search read what they list. */
export const LISTINGS = readTable(`
                 |       | none | l          | lr  | li         | ld         | lid        | lrid | a
  PROPFIND       | reads | 404  | 403 read@/ | 207 | 403 read@/ | 403 read@/ | 403 read@/ | 207  | 404
  calendar-query | reads | 404  | 403 read@/ | 207 | 403 read@/ | 403 read@/ | 403 read@/ | 207  | 404
`);

/**
 * DAV on a foreign calendar: what RFC 3744 appendix B asks for, by the mapping of rights to privileges (Select is read,
 * Insert bind, Delete unbind, both together write-content). `/` is the calendar, `a` an object in it, `home` its home.
 * What makes something where nothing can be seen answers 409 like a missing parent (RFC 4918 9.7.1), in a home that can be
 * seen 403; a busy-time question without the right 404 (RFC 4791 7.10).
 */
export const OBJECTS = readTable(`
                     |        | none | l                        | lr                       | li                       | ld                     | lid                    | lrid                   | a
  GET                | reads  | 404  | 403 read@a               | 200                      | 403 read@a               | 403 read@a             | 403 read@a             | 200                    | 404
  PUT new            | writes | 409  | 403 bind@/               | 403 bind@/               | 201                      | 403 bind@/             | 201                    | 201                    | 409
  PUT over           | writes | 409  | 403 write-content@a      | 403 write-content@a      | 403 write-content@a      | 403 write-content@a    | 204                    | 204                    | 409
  DELETE             | writes | 404  | 403 unbind@/             | 403 unbind@/             | 403 unbind@/             | 204                    | 204                    | 204                    | 404
  COPY out           | writes | 404  | 403 read@a               | 201                      | 403 read@a               | 403 read@a             | 403 read@a             | 201                    | 404
  COPY in            | writes | 409  | 403 bind@/               | 403 bind@/               | 201                      | 403 bind@/             | 201                    | 201                    | 409
  COPY over          | writes | 409  | 403 write-content@a      | 403 write-content@a      | 403 write-content@a      | 403 write-content@a    | 204                    | 204                    | 409
  MOVE out           | writes | 404  | 403 read@a unbind@/      | 403 unbind@/             | 403 read@a unbind@/      | 403 read@a             | 403 read@a             | 201                    | 404
  MOVE in            | writes | 409  | 403 bind@/               | 403 bind@/               | 201                      | 403 bind@/             | 201                    | 201                    | 409
  MOVE over          | writes | 409  | 403 bind@/ unbind@/      | 403 bind@/ unbind@/      | 403 unbind@/             | 403 bind@/             | 204                    | 204                    | 409
  LOCK               | writes | 409  | 403 write-content@a      | 403 write-content@a      | 403 write-content@a      | 403 write-content@a    | 200                    | 200                    | 409
  LOCK new           | writes | 409  | 403 bind@/               | 403 bind@/               | 201                      | 403 bind@/             | 201                    | 201                    | 409
  LOCK calendar      | writes | 403  | 403 write-content@/      | 403 write-content@/      | 403 write-content@/      | 403 write-content@/    | 200                    | 200                    | 403
  PROPPATCH          | writes | 404  | 403 write-properties@/   | 403 write-properties@/   | 403 write-properties@/   | 403 write-properties@/ | 403 write-properties@/ | 403 write-properties@/ | 404
  MKCALENDAR inside  | writes | 409  | 403 bind@/               | 403 bind@/               | 403 bind@/               | 403 bind@/             | 403 bind@/             | 403 bind@/             | 409
  DELETE calendar    | writes | 404  | 403 unbind@/ unbind@home | 403 unbind@/ unbind@home | 403 unbind@/ unbind@home | 403 unbind@home        | 403 unbind@home        | 403 unbind@home        | 404
  PROPFIND of itself | reads  | 404  | 207 read@/               | 207                      | 207 read@/               | 207 read@/             | 207 read@/             | 207                    | 404
  sync-collection    | reads  | 404  | 403 read@/               | 207                      | 403 read@/               | 403 read@/             | 403 read@/             | 207                    | 404
  calendar-multiget  | reads  | 404  | 403 read@/               | 207                      | 403 read@/               | 403 read@/             | 403 read@/             | 207                    | 404
  free-busy-query    | reads  | 404  | 404                      | 200                      | 404                      | 404                    | 404                    | 200                    | 404
  POST add-member    | writes | 404  | 403 bind@/               | 403 bind@/               | 201                      | 403 bind@/             | 201                    | 201                    | 404
`);

/** The ACL method by its statuses, for as long as the server has it (RFC 3744 8.1, appendix B: write-acl). */
export const ACL_METHOD = readTable(`
      |        | none | l   | lr  | li  | ld  | lid | lrid | a
  ACL | writes | 404  | 403 | 403 | 403 | 403 | 403 | 403  | 404
`);

/** More actions for which what is hidden must not differ from what is not there. */
export const ALSO_HIDDEN = [
  "PUT calendar",
  "MKCALENDAR",
  "MKCOL",
  "COPY onto calendar",
  "MOVE onto calendar",
  "OPTIONS",
];
