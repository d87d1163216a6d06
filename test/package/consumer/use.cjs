// SPDX-License-Identifier: Apache-2.0
/** A CommonJS program: the modules come through `require`, which takes an ES module without top-level await. */

const assert = require('node:assert/strict');
const veilmatch = require('veilmatch');
const attack = require('veilmatch/attack');
const group = require('veilmatch/group');
const hashing = require('veilmatch/hashing');
const identifiers = require('veilmatch/identifiers');
const oprf = require('veilmatch/oprf');
const protocols = require('veilmatch/compare');
const psi = require('veilmatch/psi');
const { version } = require('veilmatch/package.json');

assert.match(version, /^\d+\.\d+\.\d+/);
assert.equal(veilmatch.VeilmatchError, require('veilmatch/errors').VeilmatchError);
assert.equal(identifiers.normalizeEmail(' Ada@Example.COM '), 'ada@example.com');
assert.equal(hashing.reversiblePlain().token('ada@example.com').length, 64);
assert.equal(attack.numberingPlan('US', { areaCodes: ['415'] }).has('+14155550123'), true);
assert.equal(typeof group.createBackend, 'function');
assert.equal(typeof oprf.VOPRFClient, 'function');
assert.equal(protocols.protocols.length > 0, true);

psi.intersect(['ada', 'grace'], ['grace'], { reveal: 'cardinality' }).then(({ size }) => {
  assert.equal(size, 1);
  console.log('used');
});
