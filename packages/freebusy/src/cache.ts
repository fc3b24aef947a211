/** Texts by their tag, the least recently used forgotten first. */
export interface Cache {
  get(key: string, make: () => Promise<string>): Promise<string>;
}

/** Remembers so many texts, so that clients that ask every few minutes cost nothing while nothing changes. */
export function createCache(most: number): Cache {
  const texts = new Map<string, Promise<string>>();
  return {
    get(key, make) {
      const found = texts.get(key);
      if (found) {
        texts.delete(key);
        texts.set(key, found);
        return found;
      }
      const made = make();
      texts.set(key, made);
      made.catch(() => texts.delete(key));
      const [oldest] = texts.keys();
      if (texts.size > most && oldest !== undefined) texts.delete(oldest);
      return made;
    },
  };
}
