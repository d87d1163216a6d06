// SPDX-License-Identifier: Apache-2.0
/** The worker of a reversal. */

import { serve } from '../workers/serve.js';
import { scanJobs } from './worker-jobs.js';

serve(scanJobs);
