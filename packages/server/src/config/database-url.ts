/**
 * A database URL that can be shown: what stands between the account and the last `@` is the password, also where its
 * `:`, `/` or `@` were not encoded.
 */
export const withoutPassword = (url: string): string => url.replace(/^(\w+:\/\/[^:/@]*):.*@/s, "$1:***@");

const accountAlone = /^(postgres(?:ql)?:\/\/[^:/?@]+)@/;

/** Whether the URL names an account of PostgreSQL without its password. */
export const takesPassword = (url: string): boolean => accountAlone.test(url);

/** The URL with a password that was kept apart from it. */
export const withPassword = (url: string, password: string | undefined): string =>
  password === undefined
    ? url
    : url.replace(accountAlone, (_all, account) => `${account}:${encodeURIComponent(password)}@`);
