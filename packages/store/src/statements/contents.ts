import { type Sql, sql } from "../sql.js";

/** Octets of every chunk of a content but the last. */
export const CHUNK = 256 * 1024;

/** Begins a content: a row with `id`. */
export const createContent = (): Sql => sql`insert into content default values returning id`;

/** Adds the next chunk; the content counts as in use from now. */
export const addChunk = (content: number, seq: number, bytes: Uint8Array): Sql => sql`
  with touched as (update content set touched_at = now() where id = ${content})
  insert into content_chunk (content_id, seq, bytes) values (${content}, ${seq}, ${bytes})`;

/** One chunk: a row with `bytes`. */
export const readChunk = (content: number, seq: number): Sql => sql`
  select bytes from content_chunk where content_id = ${content} and seq = ${seq}`;

/** Contents no file points at, untouched for so long: rows with `id`. */
export const looseContents = (seconds: number, limit: number): Sql => sql`
  select c.id from content c where c.touched_at <= now() - ${seconds}::integer * interval '1 second'
    and not exists (select from file f where f.content_id = c.id) order by c.id limit ${limit}::integer`;

/** Removes the last chunks of a loose content: a row with `left`, how many are still there. */
export const shedChunks = (content: number, count: number): Sql => sql`
  with shed as (
    delete from content_chunk where content_id = ${content} and seq in (
      select seq from content_chunk where content_id = ${content} order by seq desc limit ${count}::integer
    ) returning seq
  )
  select (select count(*) from content_chunk where content_id = ${content}) - (select count(*) from shed) as left`;

/** Removes a content, with what is left of it, unless a file points at it. */
export const deleteContent = (content: number): Sql => sql`
  delete from content c where c.id = ${content} and not exists (select from file f where f.content_id = c.id)`;
