// SPDX-License-Identifier: Apache-2.0
/** The worker that works on bins. */

import { serve } from '../../workers/serve.js';
import { binJobs } from './bin-jobs.js';

serve({ ...binJobs() });
