// SPDX-License-Identifier: Apache-2.0
// How many runs a ledger has been charged with, in SQLite or in a file of its own format.

import { openFileLedger, openSqliteLedger } from 'veilmatch/transport';

/** @type {{ ledger: string }} */
const { ledger: path } = JSON.parse(process.argv[2] ?? '{}');
const ledger = await (path.endsWith('.db') ? openSqliteLedger : openFileLedger)(path);
let runs = 0;
await ledger.update(['all peers together'], (accounts) => {
  for (const charge of accounts[0] ?? []) runs += charge.runs ?? 1;
  return accounts;
});
await ledger.close();
process.send?.({ runs });
