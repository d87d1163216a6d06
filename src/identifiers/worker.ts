// SPDX-License-Identifier: Apache-2.0
/** The worker that reads rows. */

import { serve } from '../workers/serve.js';
import { rowJobs } from './worker-jobs.js';

serve(rowJobs);
