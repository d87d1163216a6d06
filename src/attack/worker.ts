// SPDX-License-Identifier: Apache-2.0
/** The worker of a reversal: scans ranges of candidates. */

import { serve } from '../workers/serve.js';
import { type ScanRequest, scan } from './scan.js';

serve({ scan: (request: ScanRequest) => ({ value: scan(request) }) });
