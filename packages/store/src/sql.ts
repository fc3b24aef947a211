/** A statement or a fragment of one: text with `$1`… placeholders and the values for them. */
export interface Sql {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

export type SqlScalar = string | number | bigint | boolean | null | Uint8Array;
/** Arrays travel as one parameter (`= any($1)`, `unnest($1::text[])`); objects are sent as JSON text by the caller. */
export type SqlValue = SqlScalar | readonly SqlScalar[];
