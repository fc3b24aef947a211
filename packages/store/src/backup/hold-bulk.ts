import type { BulkTx, Database } from "../database.js";

/** A transaction that is open until somebody says so. */
export interface HeldBulk {
  readonly tx: BulkTx;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Opens a writing transaction for work that comes from outside piece by piece. */
export function holdBulk(db: Database): Promise<HeldBulk> {
  return new Promise((opened, refused) => {
    const rolledBack = new Error("rolled back");
    const done: Promise<void> = db.bulk(
      "write",
      (tx) =>
        new Promise<void>((finish, fail) => {
          opened({
            tx,
            commit() {
              finish();
              return done;
            },
            rollback() {
              fail(rolledBack);
              return done.catch(() => undefined);
            },
          });
        }),
    );
    done.catch(refused);
  });
}
