// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/workers`: one file that every worker of this package can run, for bundlers that put no workers beside a page by
 * themselves. Modules ask for `worker.js` beside themselves; where all of them are one file, that is this one: bundle it as
 * `worker.js` into the folder of the page's bundle.
 */

import { scanJobs } from './attack/worker-jobs.js';
import { groupJobs } from './group/worker-jobs.js';
import { rowJobs } from './identifiers/worker-jobs.js';
import { binJobs } from './psi/ot/bin-jobs.js';
import { serve } from './workers/serve.js';

serve({ ...groupJobs, ...scanJobs, ...rowJobs, ...binJobs() });
