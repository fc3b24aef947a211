// Drives a Mozilla program from outside over its Marionette socket: length-prefixed JSON, one command at a time.
import { connect } from "node:net";

export async function openMarionette(port) {
  const socket = await connected(port);
  const waiting = new Map();
  let buffer = Buffer.alloc(0);
  let next = 1;
  let greet;
  const greeting = new Promise((resolve) => {
    greet = resolve;
  });
  socket.on("data", (data) => {
    buffer = Buffer.concat([buffer, data]);
    for (let message = take(); message !== undefined; message = take()) deliver(message);
  });
  socket.on("close", () => {
    for (const { reject } of waiting.values()) reject(new Error("the program closed the connection"));
  });
  socket.on("error", () => socket.destroy());

  function take() {
    const colon = buffer.indexOf(0x3a);
    const length = Number(buffer.subarray(0, Math.max(colon, 0)).toString());
    if (colon < 0 || buffer.length < colon + 1 + length) return undefined;
    const text = buffer.subarray(colon + 1, colon + 1 + length).toString("utf8");
    buffer = buffer.subarray(colon + 1 + length);
    return JSON.parse(text);
  }
  function deliver(message) {
    if (!Array.isArray(message)) return greet(message);
    const [, id, fault, value] = message;
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (fault) reject(new Error(`${fault.error}: ${fault.message}`));
    else resolve(value);
  }
  function send(name, parameters = {}) {
    const text = Buffer.from(JSON.stringify([0, next, name, parameters]));
    socket.write(Buffer.concat([Buffer.from(`${text.length}:`), text]));
    const id = next++;
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  }

  await greeting;
  const session = await send("WebDriver:NewSession", {
    capabilities: { alwaysMatch: { timeouts: { script: 120_000 } } },
  });
  await send("Marionette:SetContext", { value: "chrome" });
  return { version: session.capabilities.browserVersion, send, close: () => socket.destroy() };
}

async function connected(port) {
  for (let attempt = 0; attempt < 240; attempt++) {
    const socket = await new Promise((resolve) => {
      const candidate = connect(port, "127.0.0.1", () => resolve(candidate));
      candidate.once("error", () => resolve(null));
    });
    if (socket) return socket;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`nothing listens on port ${port}`);
}
