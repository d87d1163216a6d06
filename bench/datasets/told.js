// SPDX-License-Identifier: Apache-2.0
/** Loaded before a command (`--import`): writes what its process took to the file that `VEILMATCH_TOLD` names. */

import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const told = { megabytes: (maxRSS * 1024) / 1e6, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 };
  if (process.env.VEILMATCH_TOLD !== undefined)
    writeFileSync(process.env.VEILMATCH_TOLD, JSON.stringify(told));
});
