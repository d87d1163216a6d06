// SPDX-License-Identifier: Apache-2.0
/** What the flags of the vectors mean: why a party must do what the test says, in the manner of Wycheproof. */

const note = (bugType: string, description: string): { bugType: string; description: string } => ({
  bugType,
  description,
});

export const NOTES: Readonly<Record<string, { bugType: string; description: string }>> = {
  Run: note(
    'BASIC',
    'A run as the specification describes it. Every frame and the result must be reproduced.',
  ),
  ToBoth: note(
    'BASIC',
    'Both parties learn the result. What the receiver claims cannot be checked by the sender.',
  ),
  ToSender: note('BASIC', 'The sender learns the sum, the receiver the count.'),
  Verifiable: note('BASIC', 'Each frame of answers is followed by a proof that B was used for it.'),
  Sum: note('BASIC', 'Values are added up under encryption.'),
  JoinIds: note('BASIC', 'Both parties get pseudonyms.'),
  Several: note(
    'BASIC',
    'Rows have several identifiers; people who share one, directly or through others, count once.',
  ),
  Contact: note('BASIC', 'Contact discovery: a published set and a client.'),
  Dummy: note('BASIC', 'A list that is filled up with dummies, which match nothing.'),
  EmptyList: note('EDGE_CASE', 'A list without an element: no frame is sent for it.'),
  SplitList: note('EDGE_CASE', 'The records of a list may come in several frames.'),
  Unused: note('LEGACY', 'Bytes that say nothing: a party may refuse them or pass over them.'),
  InvalidElement: note(
    'MISSING_STEP',
    'Bytes that are no canonical encoding of a group element (RFC 9496, section 4.3.1). To take them for another element ' +
      'opens the way to small subgroups and to several encodings of one element.',
  ),
  Identity: note(
    'MISSING_STEP',
    'The identity in the place of an element: its multiples are known to everybody, so it takes the blinding or the key out.',
  ),
  Repeated: note(
    'MISSING_STEP',
    'An element, answer or tag twice. Where answers are shuffled it shows which one is whose, and in a count one element ' +
      'counts twice.',
  ),
  Order: note(
    'MISSING_STEP',
    'A list that must be sorted and is not: its order could hold a message, or a repeated record.',
  ),
  BrokenList: note('MISSING_STEP', 'A list with a gap, an overlap, a part of a record, or none.'),
  TooMany: note(
    'MISSING_STEP',
    'More than was declared or agreed on: work and memory that nobody has allowed.',
  ),
  FrameLength: note('MISSING_STEP', 'A frame of a length that it cannot have.'),
  NoHello: note('MISSING_STEP', 'A first message with a field that cannot be.'),
  OtherVersion: note(
    'MISSING_STEP',
    'A version, suite, format or flag that is not known. A party must not guess what it means.',
  ),
  OtherRun: note(
    'MISSING_STEP',
    'A peer that runs something else than what was agreed on, which would reveal something else.',
  ),
  OutOfTurn: note('MISSING_STEP', 'A frame of the right form at the wrong time.'),
  Transcript: note(
    'MISSING_STEP',
    'The Finish does not fit what the party saw: something was changed on the way. The result must be withheld.',
  ),
  Proof: note(
    'CONFIDENTIALITY',
    'A proof that does not show that these answers were made of these questions under this B in this run.',
  ),
  Claim: note(
    'MISSING_STEP',
    'A count that the receiver states. One above the size of a list is a lie; one below it cannot be checked.',
  ),
  Oracle: note(
    'CONFIDENTIALITY',
    'If whether or when the party refuses depends on what is shared, the peer learns from it who is. Everything that was ' +
      'sent is decoded, whatever matches, and nothing is opened twice.',
  ),
  Signature: note(
    'AUTH_BYPASS',
    'A header that the pinned key has not signed, or not in the one form of RFC 8032.',
  ),
  Filter: note('AUTH_BYPASS', 'A filter that is not the one of the signed header.'),
};
