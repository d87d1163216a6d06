// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/worker`: the file that the threads of a parallel backend run. It carries the group and nothing else of the
 * package, in one file; a kernel's code is what it is told first.
 */

import { serve } from '../workers/serve.js';
import { groupJobs } from './worker-jobs.js';

serve(groupJobs);
