// SPDX-License-Identifier: Apache-2.0
/** What either party of `ot-psi` does with frames that are not those of an honest peer. */

import { serialBackend } from '../../../src/group/serial.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { otReceiver } from '../../../src/psi/ot/receiver.js';
import { otSender } from '../../../src/psi/ot/sender.js';
import { countingRandom, testBadMessages } from '../../suites/machines.js';
import { remembering } from '../../suites/remembering-backend.js';

const backend = remembering(await serialBackend('auto'));
const sets = {
  receiver: IdentifierSet.ofStrings(['ada', 'grace', 'hedy']),
  sender: IdentifierSet.ofStrings(['grace', 'hedy', 'joan']),
};

testBadMessages('ot-psi, to both', (role) => {
  const options = { backend, to: 'both' as const, random: countingRandom(role === 'receiver' ? 5 : 9) };
  return role === 'receiver' ? otReceiver(sets.receiver, options) : otSender(sets.sender, options);
});
