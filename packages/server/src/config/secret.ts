/** Marks a setting whose value is shown nowhere and may be read from a file that its variable with `_FILE` names. */
export const secret = Object.freeze({ secret: true });
