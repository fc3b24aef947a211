/**
 * Thrown by a method, with nothing written, when what the request was judged by has changed meanwhile; the pipeline then
 * judges it from the start (locks, conditions, rights).
 */
export class JudgedTooEarly extends Error {
  override readonly name = "JudgedTooEarly";
  constructor() {
    super("the resource has changed since the request was judged");
  }
}
