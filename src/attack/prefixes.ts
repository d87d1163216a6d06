// SPDX-License-Identifier: Apache-2.0
/** Automata of numbers that begin with given digits: a tree of prefixes, so that a hundred thousand of them are no burden. */

import { type Automaton, explore } from './automaton.js';

/** Digits of a national number at most (ITU-T E.164). */
export const MAX_NATIONAL_DIGITS = 15;

/** National numbers that begin with the same digits. */
export interface NumberRange {
  /** Digits only, without the country calling code and without the zero that is dialled in front of some. */
  readonly prefix: string;
  /** How many digits whole national numbers of the range have, the prefix included; several where it varies. */
  readonly digits: number | readonly number[];
}

/** A set of lengths from 0 to 15, one bit each. */
type Lengths = number;

const ANY_LENGTH: Lengths = 2 ** (MAX_NATIONAL_DIGITS + 1) - 1;

interface Node {
  readonly id: number;
  readonly children: Map<number, Node>;
  /** Lengths that every number through this node may have: some range ends here. */
  lengths: Lengths;
}

function treeOf(prefixes: Iterable<readonly [prefix: string, lengths: Lengths]>): Node {
  let nodes = 0;
  const create = (): Node => ({ id: nodes++, children: new Map(), lengths: 0 });
  const root = create();
  for (const [prefix, lengths] of prefixes) {
    let node = root;
    for (const character of prefix) {
      const digit = Number(character);
      const child = node.children.get(digit) ?? create();
      node.children.set(digit, child);
      node = child;
    }
    node.lengths |= lengths;
  }
  return root;
}

/** The numbers of these ranges, each once however many ranges hold it. */
export function numbersOf(ranges: readonly NumberRange[]): Automaton {
  return beginning(
    ranges.map(({ prefix, digits }) => [
      prefix,
      [digits].flat().reduce((lengths, count) => lengths | (1 << count), 0),
    ]),
  );
}

/** All numbers that begin with one of these prefixes. */
export function beginningWith(prefixes: readonly string[]): Automaton {
  return beginning(prefixes.map((prefix) => [prefix, ANY_LENGTH]));
}

/** Where one is within the tree, or below it, and the lengths that are open. */
interface Place {
  readonly node: Node | undefined;
  readonly depth: number;
  readonly open: Lengths;
}

function beginning(prefixes: Iterable<readonly [string, Lengths]>): Automaton {
  const place = (node: Node | undefined, depth: number, open: Lengths): Place => ({
    // A leaf is as good as no node: numbers that differ in their prefix alone then share all further states.
    node: node === undefined || node.children.size === 0 ? undefined : node,
    depth,
    open: ((open | (node?.lengths ?? 0)) >> depth) << depth,
  });
  return explore<Place>(
    place(treeOf(prefixes), 0, 0),
    ({ node, depth, open }) => (node === undefined ? `${depth}/${open}` : `${node.id}`),
    ({ node, depth, open }, digit) => {
      const next = place(node?.children.get(digit), depth + 1, open);
      return next.node === undefined && next.open === 0 ? undefined : next;
    },
    ({ depth, open }) => (open >> depth) % 2 === 1,
  );
}

/** All numbers that begin with none of these prefixes. */
export function notBeginningWith(prefixes: readonly string[]): Automaton {
  return explore<Node | 'outside'>(
    treeOf(prefixes.map((prefix) => [prefix, ANY_LENGTH])),
    (node) => (node === 'outside' ? node : `${node.id}`),
    (node, digit) => {
      const child = node === 'outside' ? node : (node.children.get(digit) ?? 'outside');
      return child !== 'outside' && child.lengths !== 0 ? undefined : child;
    },
    () => true,
  );
}
