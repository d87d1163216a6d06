// SPDX-License-Identifier: Apache-2.0
export interface Issued {
  readonly cert: string;
  readonly key: string;
}
export interface Authority {
  readonly cert: string;
  issue(name: string, hosts?: readonly string[], key?: string): Issued;
  authority(name: string): Authority;
  revoke(...certs: string[]): string;
}
export function createAuthority(name: string, options?: { readonly hours?: number }): Authority;
