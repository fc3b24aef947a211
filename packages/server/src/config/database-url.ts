/**
 * A database URL that can be shown: what stands between the account and the last `@` is the password, also where its
 * `:`, `/` or `@` were not encoded.
 */
export const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/[^:/@]*):.*@/s, "$1:***@");
