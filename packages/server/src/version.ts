/** The version of the program, as `kalends --version` and `/metrics` tell it. */
export const VERSION = "0.1.0";
