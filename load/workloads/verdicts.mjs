// How answers are judged: each function gives null, or a sentence about what is wrong. Whoever answers wrongly is not ranked.
import { readMultistatus } from "../wire/multistatus.mjs";

/** Thrown when a server does not have what a workload is about; that is no fault. */
export class NotOffered extends Error {}

export const statusIn = (answer, ...allowed) =>
  allowed.includes(answer.status) ? null : `status ${answer.status} instead of ${allowed.join(" or ")}`;

export const exactly = (found, wanted, what) => (found === wanted ? null : `${found} ${what} instead of ${wanted}`);

export const withEtags = (responses) => {
  const without = responses.filter(({ props }) => !props.getetag).length;
  return without === 0 ? null : `${without} responses without an ETag`;
};

/** Judges the responses of a 207, without the one about the collection itself. */
export function judged(answer, collection, judge) {
  const bad = statusIn(answer, 207);
  if (bad) return bad;
  const told = readMultistatus(answer.body);
  return judge(
    told.responses.filter(({ href }) => href !== collection && `${href}/` !== collection),
    told,
  );
}
