// SPDX-License-Identifier: Apache-2.0
import { nobleBackend } from '../../src/group/noble.js';
import { fromUniformBytes } from '../../src/group/unchecked-noble.js';
import { testGroupBackend } from '../suites/group-backend.js';

testGroupBackend({ name: 'noble', create: () => nobleBackend, fromUniformBytes, severalChunks: 40 });
