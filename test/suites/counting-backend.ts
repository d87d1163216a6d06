// SPDX-License-Identifier: Apache-2.0
/** A backend that counts: how many elements each operation was asked for. */

import type { GroupBackend } from '../../src/group/group.js';

interface CountingBackend {
  readonly backend: GroupBackend;
  /** Elements for each operation, since the last reset. */
  readonly counts: Record<string, number>;
}

export function counting(inner: GroupBackend): CountingBackend {
  const counts: Record<string, number> = {};
  const backend = new Proxy(inner, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function' || name === 'dispose') return member;
      return (first: Uint8Array | { length: number }, ...rest: unknown[]) => {
        const elements = first instanceof Uint8Array ? first.length / 32 : first.length;
        counts[String(name)] = (counts[String(name)] ?? 0) + elements;
        return member.call(target, first, ...rest);
      };
    },
  });
  return { backend, counts };
}
