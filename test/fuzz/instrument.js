// SPDX-License-Identifier: Apache-2.0
/**
 * Puts a counter into every function and every branch of a TypeScript source, as text: what was there stays where it was,
 * on the same line. `__hit(n)` counts, and throws when a run has taken more steps than it may.
 *
 * @typedef {{ kind: 'function' | 'branch', file: string, line: number }} Place - what a counter counts
 * @typedef {{ text: string, places: Place[], words: string[] }} Instrumented - `words`: the strings that the source holds,
 *   which an input may have to hold as well
 */

import ts from 'typescript';

/** Strings longer than this are messages. */
const LONGEST_WORD = 24;

/**
 * @param {string} text
 * @param {string} file - as places name it
 * @param {number} first - the number of the first counter
 * @returns {Instrumented}
 */
export function instrument(text, file, first) {
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {Place[]} */
  const places = [];
  /** @type {Set<string>} */
  const words = new Set();
  /** @type {[at: number, order: number, text: string][]} */
  const insertions = [];
  const insert = (/** @type {number} */ at, /** @type {string} */ what) =>
    insertions.push([at, insertions.length, what]);
  const counter = (/** @type {Place['kind']} */ kind, /** @type {ts.Node} */ node) => {
    const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    places.push({ kind, file, line });
    return `__hit(${first + places.length - 1})`;
  };
  const statement = (/** @type {ts.Node} */ node, /** @type {Place['kind']} */ kind = 'branch') => {
    if (ts.isBlock(node)) insert(node.getStart() + 1, `${counter(kind, node)};`);
    else {
      insert(node.getStart(), `{${counter(kind, node)};`);
      closing.push([node.getEnd(), '}']);
    }
  };
  const expression = (/** @type {ts.Node} */ node, /** @type {Place['kind']} */ kind = 'branch') => {
    insert(node.getStart(), `(${counter(kind, node)},`);
    closing.push([node.getEnd(), ')']);
  };
  /** Ends are put in from the inside out, which is the order in which they are left. @type {[number, string][]} */
  let closing = [];

  const visit = (/** @type {ts.Node} */ node) => {
    if (ts.isTypeNode(node)) return;
    const before = closing;
    closing = [];
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const body = /** @type {ts.Node} */ (node.body);
      if (ts.isBlock(body)) statement(body, 'function');
      else expression(body, 'function');
    } else if (ts.isIfStatement(node)) {
      statement(node.thenStatement);
      if (node.elseStatement !== undefined) statement(node.elseStatement);
    } else if (ts.isIterationStatement(node, false)) statement(node.statement);
    else if (ts.isConditionalExpression(node)) {
      expression(node.whenTrue);
      expression(node.whenFalse);
    } else if (ts.isBinaryExpression(node) && SHORT_CUTS.has(node.operatorToken.kind)) expression(node.right);
    else if (ts.isCaseOrDefaultClause(node)) {
      const colon = node.getChildren().find(({ kind }) => kind === ts.SyntaxKind.ColonToken);
      if (colon !== undefined) insert(colon.getEnd(), `${counter('branch', node)};`);
    } else if (ts.isCatchClause(node)) statement(node.block);
    else if (ts.isStringLiteral(node) && node.text.length <= LONGEST_WORD && !isSpecifier(node)) {
      if (node.text !== '') words.add(node.text);
    }
    const own = closing;
    closing = before;
    ts.forEachChild(node, visit);
    for (const [at, what] of own) insert(at, what);
  };
  visit(tree);
  insertions.sort(([a, i], [b, j]) => a - b || i - j);
  let done = 0;
  let out = '';
  for (const [at, , what] of insertions) {
    out += text.slice(done, at) + what;
    done = at;
  }
  return { text: out + text.slice(done), places, words: [...words] };
}

const SHORT_CUTS = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** @param {ts.StringLiteral} node */
function isSpecifier({ parent }) {
  return ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent);
}
