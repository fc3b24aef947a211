import { AsyncLocalStorage } from "node:async_hooks";
import { NestedQuery, StoreError } from "../errors.js";

interface Scope {
  open: boolean;
}

export interface Guard {
  /** Throws when called inside `within` of the same guard, while that is still running. */
  outside(): void;
  /** Runs `fn`; `alive` throws once it is over. */
  within<T>(fn: (alive: () => void) => Promise<T>): Promise<T>;
}

/** Keeps calls to the database itself out of its own transactions: they would hang, or run outside the transaction. */
export function makeGuard(): Guard {
  const scopes = new AsyncLocalStorage<Scope>();
  let open = 0;
  return {
    outside() {
      if (open > 0 && scopes.getStore()?.open) throw new NestedQuery();
    },
    async within(fn) {
      const scope: Scope = { open: true };
      const alive = () => {
        if (!scope.open) throw new StoreError("this transaction is over");
      };
      open += 1;
      try {
        return await scopes.run(scope, () => fn(alive));
      } finally {
        scope.open = false;
        open -= 1;
        // While a storage is in use, Node looks after every promise of the process; most requests open no transaction.
        if (open === 0) scopes.disable();
      }
    },
  };
}
