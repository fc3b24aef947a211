/** Names from the root to somewhere. */
export type Names = readonly string[];

/** What a path names. */
export type Place =
  | { readonly at: "folder"; readonly names: Names }
  | { readonly at: "file"; readonly name: string }
  | { readonly at: "nothing" };

const NOTHING: Place = Object.freeze({ at: "nothing" });

const isPrefix = (short: Names, long: Names): boolean => short.every((name, i) => long[i] === name);

/** The names of a path, beginning where the client is unless it starts with a slash; there is nothing above the root. */
function namesOf(path: string, from: Names): Names {
  const names = path.startsWith("/") ? [] : [...from];
  for (const part of path.split("/")) {
    if (part === "..") names.pop();
    else if (part !== "" && part !== ".") names.push(part);
  }
  return names;
}

/**
 * What a path means in a tree that consists of the way to one folder and the files in it; `folder` are the names of that
 * way. Nothing else can be named, whatever the path looks like.
 */
export function placeOf(path: string, from: Names, folder: Names): Place {
  if (/\p{Cc}/u.test(path)) return NOTHING;
  const names = namesOf(path, from);
  if (names.length <= folder.length) return isPrefix(names, folder) ? { at: "folder", names } : NOTHING;
  const [name, ...more] = names.slice(folder.length);
  if (name === undefined || more.length > 0 || path.endsWith("/") || !isPrefix(folder, names)) return NOTHING;
  return { at: "file", name };
}

export const pathOf = (names: Names): string => `/${names.join("/")}`;
