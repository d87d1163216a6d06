// SPDX-License-Identifier: Apache-2.0
/** Rows of a list to normalised texts, to tokens, or to the canonical bytes that protocols take. */

import { type ByteList, ByteListBuilder, fromUtf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import {
  campaignKey,
  type DigestAlgorithm,
  type Hasher,
  keyed,
  reversiblePlain,
  reversibleSalted,
  type TokenEncoding,
} from '../hashing/index.js';
import { parseRows } from '../identifiers/parse-rows.js';
import { howToRead, requireCountry } from '../identifiers/phone.js';
import { PROFILE_NAMES, type ProfileName, platformNamed } from '../identifiers/profiles.js';
import type { RowColumns } from '../identifiers/row.js';
import { AMBIGUITIES, CODES, FIELDS, type PackedNotes } from '../identifiers/row-notes.js';
import { finishTexts, type RowTexts, rowTexts, type TextWay } from '../identifiers/row-texts.js';
import { requireFits } from './frames.js';
import { listPart, numbersPart, type PartReader, recordsPart } from './parts.js';
import { badSetting, type Settings } from './settings.js';
import type { Answer, Stage } from './stage.js';

const HASHES = ['plain', 'salted', 'keyed'] as const;
const ALGORITHMS: readonly DigestAlgorithm[] = ['sha256', 'sha1', 'md5', 'sha512'];
const ENCODINGS: readonly TokenEncoding[] = ['hex', 'base64'];

/**
 * @param secret the salt or the key of the hash, or empty
 * @throws {VeilmatchError} `argument`
 */
export function rowStage(settings: Settings, secret: Uint8Array): Stage {
  const country = requireCountry(settings.text('country'));
  const reading = {
    assigned: settings.flag('assigned'),
    international: settings.flag('international'),
    strict: settings.flag('strict'),
  };
  const match = settings.word('match', ['any', 'all']) ?? 'any';
  const profile = settings.word('profile', PROFILE_NAMES);
  const hash = settings.word('hash', HASHES);
  if (profile !== undefined && hash !== undefined)
    throw badSetting('hash', 'left out where there is a profile');
  const own: TextWay = { country, match: 'any', ...howToRead(reading) };
  const about = {
    fields: FIELDS.map((field) => field ?? ''),
    codes: CODES,
    ambiguities: AMBIGUITIES,
    // What is not a platform's own text is what all protocols take.
    ...(profile === undefined && { kinds: ['phone', 'email', 'composite'] }),
  };

  if (profile !== undefined) {
    needNone(secret);
    const options = { country, ...reading, ...platformOptions(profile, settings) };
    // A bad option must not wait for the first rows.
    rowTexts({ phone: [], email: [], country: [] }, { profile, pick: 'token', options });
    const as = (pick: 'normalized' | 'token') => (body: PartReader) =>
      textsAnswer(rowTexts(columnsIn(body), { profile, pick, options }));
    return { answers: { normalize: as('normalized'), hash: as('token') }, about, wipe: () => secret.fill(0) };
  }
  const hasher = hash === undefined ? undefined : hasherOf(hash, settings, secret);
  if (hash === undefined || hash === 'plain') needNone(secret);
  const parsing = { country, match, ...howToRead(reading) };
  return {
    answers: {
      normalize: (body) => textsAnswer(rowTexts(columnsIn(body), own)),
      ...(hasher !== undefined && {
        hash: (body: PartReader) => {
          const texts = rowTexts(columnsIn(body), own);
          let bytes = 0;
          const token = (text: string): string => {
            const made = hasher.token(text);
            // A token can be many times as long as what it is of.
            bytes += made.length;
            requireFits(bytes);
            return made;
          };
          for (const cells of [texts.phone, texts.email]) finishTexts(cells, token);
          return textsAnswer(texts);
        },
      }),
      identify(body) {
        const { bytes, offsets, rows, kinds, ...notes } = parseRows(columnsIn(body), parsing);
        // Both arrays have room behind what is in them.
        const elements = { bytes, offsets: offsets.subarray(0, rows.length + 1) } as ByteList;
        return [...listPart(elements), ...numbersPart(rows), ...recordsPart(kinds, 1), ...notesParts(notes)];
      },
    },
    about,
    wipe: () => secret.fill(0),
  };
}

function hasherOf(hash: (typeof HASHES)[number], settings: Settings, secret: Uint8Array): Hasher {
  const encoding = settings.word('encoding', ENCODINGS);
  if (hash === 'keyed') {
    const campaign = settings.text('campaign');
    return keyed({ key: campaign === undefined ? secret : campaignKey(secret, campaign), encoding });
  }
  const algorithm = settings.word('algorithm', ALGORITHMS);
  if (hash === 'plain') return reversiblePlain({ algorithm, encoding });
  const saltPosition = settings.word('saltPosition', ['prefix', 'suffix']);
  return reversibleSalted({ salt: secret, saltPosition, algorithm, encoding });
}

/** What a platform leaves open; what it does not is left, and refused as unknown. */
function platformOptions(profile: ProfileName, settings: Settings): Record<string, unknown> {
  const open = platformNamed(profile)?.options ?? [];
  return Object.fromEntries(
    open.map((name) => [name, settings.text(name)]).filter(([, value]) => value !== undefined),
  );
}

function needNone(secret: Uint8Array): void {
  if (secret.length === 0) return;
  throw new VeilmatchError('argument', 'A secret was given to a worker that needs none. Leave it out.');
}

/** Three lists with an item a row, of which an empty one is none. A cell may be as long as it likes: its row is told to be rejected. */
function columnsIn(body: PartReader): RowColumns {
  const phone = body.list('phone');
  const email = body.list('email');
  const country = body.list('country');
  body.end();
  if (email.length !== phone.length || country.length !== phone.length) {
    throw new VeilmatchError('bad-message', 'The columns of a batch have different numbers of rows.');
  }
  return {
    phone: textsOf(phone, 'phone'),
    email: textsOf(email, 'email'),
    country: textsOf(country, 'country'),
  };
}

/** @throws {VeilmatchError} `argument` with the position of a cell that is no UTF-8 */
function textsOf(list: ByteList, name: string): string[] {
  const { bytes, offsets } = list;
  const whole = decoded(bytes);
  // As long as its bytes, it is ASCII throughout, and needs no call of the decoder for each cell.
  if (whole?.length === bytes.length)
    return Array.from({ length: list.length }, (_, i) => whole.slice(offsets[i], offsets[i + 1]));
  return Array.from(list, (cell, position) => {
    const text = decoded(cell);
    if (text !== undefined) return text;
    throw new VeilmatchError(
      'argument',
      `Row ${position}: ${name} is no UTF-8. Repair the text where it was decoded.`,
      {
        position,
      },
    );
  });
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes);
  } catch {
    return undefined;
  }
}

function textsAnswer({ phone, email, ...notes }: RowTexts): Answer {
  return [...textsPart(phone), ...textsPart(email), ...notesParts(notes)];
}

function textsPart(texts: readonly string[]): Uint8Array[] {
  const builder = new ByteListBuilder(texts.length);
  for (const text of texts) builder.addText(text);
  return listPart(builder.toList());
}

function notesParts({ rejected, ambiguous }: PackedNotes): Uint8Array[] {
  return [...numbersPart(rejected, 4), ...numbersPart(ambiguous, 3)];
}
