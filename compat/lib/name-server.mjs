// A name server on the loopback address for a handful of records: A and SRV.
import { createSocket } from "node:dgram";

const TYPES = { 1: "A", 33: "SRV" };

const encodeName = (name) =>
  Buffer.concat([
    ...name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function readName(message, at) {
  const labels = [];
  while (message[at] !== 0) {
    labels.push(message.toString("latin1", at + 1, at + 1 + message[at]));
    at += message[at] + 1;
  }
  return [labels.join("."), at + 1];
}

function dataOf(type, value) {
  if (type === "A") return Buffer.from(value.split(".").map(Number));
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(value.port, 4);
  return Buffer.concat([fixed, encodeName(value.target)]);
}

function answer(question, records) {
  const [name, end] = readName(question, 12);
  const type = TYPES[question.readUInt16BE(end)];
  const found = records.filter((each) => each.name === name.toLowerCase());
  const fitting = found.filter((each) => each.type === type);
  const head = Buffer.from(question.subarray(0, 12));
  // An answer with recursion; a name nobody knows is 3.
  head.writeUInt16BE(0x8180 | (found.length === 0 ? 3 : 0), 2);
  head.writeUInt16BE(fitting.length, 6);
  head.writeUInt32BE(0, 8);
  const rows = fitting.map(({ value }) => {
    const data = dataOf(type, value);
    const row = Buffer.alloc(12);
    row.writeUInt16BE(0xc00c, 0);
    question.copy(row, 2, end, end + 4);
    row.writeUInt32BE(60, 6);
    row.writeUInt16BE(data.length, 10);
    return Buffer.concat([row, data]);
  });
  return Buffer.concat([head, question.subarray(12, end + 4), ...rows]);
}

/** Answers for `records`, each with name, type and value; gives its address and what ends it. */
export function startNameServer(records) {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => socket.send(answer(question, records), from.port, from.address));
  return new Promise((resolve) => {
    socket.bind(0, "127.0.0.1", () => {
      resolve({ address: `127.0.0.1:${socket.address().port}`, stop: () => socket.close() });
    });
  });
}
