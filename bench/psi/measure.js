// SPDX-License-Identifier: Apache-2.0
// One run of both parties in a process of its own. Answers with each party's time, what it had the group do, the bytes
// sent and the peak memory.

import { createBackend } from 'veilmatch/group';
import { IdentifierSet } from 'veilmatch/identifiers';
import { cardinality, intersection } from 'veilmatch/psi';

/** @typedef {import('veilmatch/psi').PartyOptions} PartyOptions */
/** @type {{ size: number, concurrency: number } & Pick<PartyOptions, 'reveal' | 'to' | 'verifiable' | 'blinding'>} */
const { size, concurrency, ...variant } = JSON.parse(process.argv[2] ?? '{}');

/** Numbers of which every second one is in both lists. */
function* numbers(/** @type {number} */ first) {
  for (let i = 0; i < size; i++) yield `+1415${String(first + i).padStart(7, '0')}`;
}

const lists = {
  receiver: IdentifierSet.ofStrings(numbers(0)),
  sender: IdentifierSet.ofStrings(numbers(Math.floor(size / 2))),
};
const backend = await createBackend({ concurrency });
const before = process.resourceUsage().maxRSS * 1024;

/**
 * Counts elements by what is done to them: multiplied by a secret scalar as they come, or a fixed base by theirs; `weighted`
 * are sums with public weights, of which proofs are made and checked.
 */
class Counting {
  multiplications = 0;
  fixedBase = 0;
  weighted = 0;

  /** @returns {import('veilmatch/group').GroupBackend} */
  wrap() {
    return {
      name: backend.name,
      group: backend.group,
      constantTime: backend.constantTime,
      concurrency: backend.concurrency,
      hashAndMultiply: (messages, ...rest) => {
        this.multiplications += messages.length;
        return backend.hashAndMultiply(messages, ...rest);
      },
      multiply: (elements, ...rest) => {
        this.multiplications += elements.length / 32;
        return backend.multiply(elements, ...rest);
      },
      multiplyEach: (elements, ...rest) => {
        this.multiplications += elements.length / 32;
        return backend.multiplyEach(elements, ...rest);
      },
      multiplyBase: (scalars, ...rest) => {
        this.fixedBase += scalars.length / 32;
        return backend.multiplyBase(scalars, ...rest);
      },
      hashAndMultiplyEach: (messages, ...rest) => {
        this.multiplications += messages.length;
        return backend.hashAndMultiplyEach(messages, ...rest);
      },
      hashAndAddBase: (messages, ...rest) => {
        this.fixedBase += messages.length;
        return backend.hashAndAddBase(messages, ...rest);
      },
      subtractBase: (elements, ...rest) => {
        this.fixedBase += elements.length / 32;
        return backend.subtractBase(elements, ...rest);
      },
      weightedSum: (elements, ...rest) => {
        this.weighted += elements.length / 32;
        return backend.weightedSum(elements, ...rest);
      },
      add: (...operands) => backend.add(...operands),
      subtract: (...operands) => backend.subtract(...operands),
      dispose: async () => {},
    };
  }
}

/** @typedef {'receiver' | 'sender'} Role */
const counts = { receiver: new Counting(), sender: new Counting() };
const milliseconds = { receiver: 0, sender: 0 };
/** Of all threads, so that it says something on a busy machine, too. */
const cpu = { receiver: 0, sender: 0 };
const bytes = { receiver: 0, sender: 0 };
const { reveal, ...options } = variant;
/** @type {import('veilmatch/psi').Protocol} */
const protocol = reveal === 'cardinality' ? cardinality : intersection;
const machines = {
  receiver: protocol.receiver.machine(
    { set: lists.receiver },
    { ...options, backend: counts.receiver.wrap() },
  ),
  sender: protocol.sender.machine({ set: lists.sender }, { ...options, backend: counts.sender.wrap() }),
};
/** @type {{ to: Role, frame: Uint8Array }[]} */
const waiting = [];

/** @param {Role} role @param {AsyncIterable<Uint8Array>} frames */
async function draw(role, frames) {
  const started = performance.now();
  const before = process.cpuUsage();
  for await (const frame of frames) {
    bytes[role] += frame.length;
    waiting.push({ to: role === 'receiver' ? 'sender' : 'receiver', frame });
  }
  milliseconds[role] += performance.now() - started;
  const used = process.cpuUsage(before);
  cpu[role] += (used.user + used.system) / 1e6;
}

const started = performance.now();
await draw('sender', machines.sender.start());
await draw('receiver', machines.receiver.start());
for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
  await draw(next.to, machines[next.to].receive(next.frame));
}
const seconds = (performance.now() - started) / 1000;
const right = Math.ceil(size / 2);
const { result } = machines.receiver;
if (result.size !== right) throw new Error(`found ${result.size} of ${right}`);
await backend.dispose();

const round = (/** @type {number} */ value) => Number(value.toFixed(2));
const perElement = (/** @type {'multiplications' | 'fixedBase' | 'weighted'} */ what) =>
  round((counts.receiver[what] + counts.sender[what]) / size);
process.send?.({
  backend: backend.name,
  threads: backend.concurrency,
  elementsOfEach: size,
  ...variant,
  seconds: round(seconds),
  receiverSeconds: round(milliseconds.receiver / 1000),
  senderSeconds: round(milliseconds.sender / 1000),
  cpuSeconds: round(cpu.receiver + cpu.sender),
  receiverCpuSeconds: round(cpu.receiver),
  senderCpuSeconds: round(cpu.sender),
  bytesPerElement: round((bytes.receiver + bytes.sender) / size),
  bytesPerElementToSender: round(bytes.receiver / size),
  multiplicationsPerElement: perElement('multiplications'),
  fixedBaseMultiplicationsPerElement: perElement('fixedBase'),
  weightedSumTermsPerElement: perElement('weighted'),
  peakMemoryMB: Math.round((process.resourceUsage().maxRSS * 1024) / 1e6),
  memoryBeforeMB: Math.round(before / 1e6),
});
