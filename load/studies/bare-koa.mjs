// The least that a server of this kind can do: Koa, pg, one prepared query, one answer. No sign-in, no rights, no DAV.
import Koa from "koa";
import pg from "pg";

const [port, url, collection] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
const object = "select data, etag from object where collection_id = $1 and name = $2";
const state = "select revision from collection where id = $1";

async function poll(ctx) {
  const { rows } = await pool.query({ name: "state", text: state, values: [collection] });
  ctx.status = 207;
  ctx.type = "application/xml";
  ctx.body =
    `<?xml version="1.0" encoding="utf-8"?><D:multistatus xmlns:D="DAV:" xmlns:S="http://calendarserver.org/ns/"><D:response>` +
    `<D:href>${ctx.path}</D:href><D:propstat><D:prop><S:getctag>${rows[0].revision}</S:getctag><D:sync-token>t:${rows[0].revision}` +
    "</D:sync-token></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>";
}

async function get(ctx) {
  const name = decodeURIComponent(ctx.path.slice(ctx.path.lastIndexOf("/") + 1));
  const { rows } = await pool.query({ name: "object", text: object, values: [collection, name] });
  ctx.type = "text/calendar";
  ctx.set("ETag", `"${rows[0].etag}"`);
  ctx.body = rows[0].data;
}

const app = new Koa();
app.use((ctx) => (ctx.method === "PROPFIND" ? poll(ctx) : get(ctx)));
app.listen(Number(port), "127.0.0.1");
