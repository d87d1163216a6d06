// SPDX-License-Identifier: Apache-2.0
/** The event loop's turn, between two chunks of a long computation on its thread. */

/** Without the millisecond that Node, or the four that browsers, make of a timer. */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
