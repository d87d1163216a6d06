// SPDX-License-Identifier: Apache-2.0
export interface Fault {
  readonly what: 'sender' | 'receiver' | 'line';
  readonly afterBytes?: number;
  readonly afterMs?: number;
}
export interface Course {
  readonly hit: boolean;
  readonly attempts: number;
  readonly resumed: boolean;
  readonly result: string;
  readonly bytes: number;
  readonly seconds: number;
  readonly connectedSeconds: number;
  readonly complaints: string;
}
export type Run = 'intersection' | 'ot-psi' | 'cardinality' | 'people' | 'sum' | 'ids';
export const RUN_NAMES: readonly Run[];
export class Machines {
  constructor(options: {
    readonly size: number;
    readonly run?: Run;
    readonly program?: string;
  });
  readonly expected: string;
  readonly charged: number;
  path(name: string): string;
  start(): Promise<void>;
  run(fault?: Fault): Promise<Course>;
  stop(): Promise<void>;
}
