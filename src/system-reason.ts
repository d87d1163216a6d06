// SPDX-License-Identifier: Apache-2.0
/** What the system's error codes mean, in words. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'there is a file of that name, and a folder is needed',
  EISDIR: 'it is a folder, and a file is needed',
  ENOTDIR: 'a part of the path is not a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  EADDRINUSE: 'another program listens there. End it, or take another port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no machine of that name is known',
};

/** The code itself where there are no words for it. */
export function systemReason(code: string): string {
  return REASONS[code] ?? code;
}
