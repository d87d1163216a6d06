// SPDX-License-Identifier: Apache-2.0
/**
 * Both parties of a run of `auto`: the two Hellos of either protocol, and then one of them, by a fixed function of the sizes in both.
 * Each party works it out for itself. The session is made of both Hellos, so it is no session of the other protocol.
 */

import { type OptionNames, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import type { PsiSettings } from '../intersection/party.js';
import type { ReceiverEnd } from '../intersection/receiver.js';
import type { SenderEnd } from '../intersection/sender.js';
import { committedHello, type OtReceiverEnd } from '../ot/receiver.js';
import type { OtPartyOptions } from '../ot/run.js';
import type { OtSenderEnd } from '../ot/sender.js';
import { encodeFrame, HELLO } from '../run/frames.js';
import { decodeHello, encodeHello } from '../run/hello.js';
import type { RunKind } from '../run/kind.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { COMMON_NAMES, commonSettings, type PartySettings } from '../run/party.js';
import { toBoth } from '../run/shared-options.js';
import { AUTO_FRAMES } from './frames.js';
import { chosenFor, type FoundBy } from './threshold.js';

export const AUTO: RunKind = { id: 'auto', mode: 6, bindsIdentifier: true };

const NAMES: OptionNames<OtPartyOptions> = { ...COMMON_NAMES, to: true };

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
function autoSettings(set: IdentifierSet, options: OtPartyOptions): PartySettings {
  requireSet(set);
  requireOptionsWithBackend(options, NAMES);
  const { to = 'receiver' } = options;
  toBoth.check(to);
  return commonSettings(set, options, { protocol: AUTO, to, verifiable: false });
}

/** The settings of the ordered mode, with all that is one's own business as it is by default. */
const orderedSettings = (settings: PartySettings): PsiSettings => ({
  ...settings,
  ...{ reveal: 'intersection', blinding: 'additive', coarse: undefined },
});

/** What a machine ends with. */
export interface AutoEnd<End> {
  readonly end: End;
  readonly by: FoundBy;
}

/**
 * The receiver's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function autoReceiver(
  set: IdentifierSet,
  options: OtPartyOptions,
): PsiMachine<AutoEnd<ReceiverEnd | OtReceiverEnd>> {
  return new PsiMachine('receiver', receiverProgram(set, autoSettings(set, options)));
}

async function* receiverProgram(
  set: IdentifierSet,
  settings: PartySettings,
): Program<AutoEnd<ReceiverEnd | OtReceiverEnd>> {
  const line = new Line('receiver', AUTO_FRAMES);
  const own = committedHello(set, settings);
  yield line.send(encodeFrame(HELLO, encodeHello(own.hello, settings.suite)));
  const peerHello = (yield* line.take(HELLO)).body;
  const by = chosenFor(set.size, decodeHello(peerHello, settings.suite).size);
  const greeted = { ...own, line, peerHello };
  if (by === 'ot-psi') {
    const { receiverProgram: program } = await import('../ot/receiver.js');
    return { end: yield* program(set, settings, greeted), by };
  }
  own.opening.fill(0);
  const { receiverProgram: program } = await import('../intersection/receiver.js');
  return { end: yield* program(set, orderedSettings(settings), greeted), by };
}

/**
 * The sender's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function autoSender(
  set: IdentifierSet,
  options: OtPartyOptions,
): PsiMachine<AutoEnd<SenderEnd | OtSenderEnd>> {
  return new PsiMachine('sender', senderProgram(set, autoSettings(set, options)));
}

async function* senderProgram(
  set: IdentifierSet,
  settings: PartySettings,
): Program<AutoEnd<SenderEnd | OtSenderEnd>> {
  const line = new Line('sender', AUTO_FRAMES);
  const peerHello = (yield* line.take(HELLO)).body;
  const by = chosenFor(decodeHello(peerHello, settings.suite).size, set.size);
  const greeted = { line, peerHello };
  if (by === 'ot-psi') {
    const { senderProgram: program } = await import('../ot/sender.js');
    return { end: yield* program(set, settings, greeted), by };
  }
  const { senderProgram: program } = await import('../intersection/sender.js');
  return { end: yield* program(set, orderedSettings(settings), greeted), by };
}
