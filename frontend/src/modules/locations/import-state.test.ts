import { expect, test } from 'vitest'
import { hasEnded, readPart } from './import-state'

test.each([
  ['FIX_IMPORT_STATE_WAITING', 0n, 100n, 0],
  ['FIX_IMPORT_STATE_RUNNING', 25n, 100n, 0.25],
  ['FIX_IMPORT_STATE_RUNNING', 100n, 100n, 0.99],
  ['FIX_IMPORT_STATE_RUNNING', 25n, 0n, undefined],
  ['FIX_IMPORT_STATE_COMPLETED', 100n, 0n, 1],
] as const)('%s with %d of %d bytes', (state, bytesRead, sizeBytes, part) =>
  expect(readPart({ state, bytesRead, sizeBytes })).toBe(part),
)

test.each([
  ['FIX_IMPORT_STATE_WAITING', false],
  ['FIX_IMPORT_STATE_RUNNING', false],
  ['FIX_IMPORT_STATE_COMPLETED', true],
  ['FIX_IMPORT_STATE_FAILED', true],
  ['FIX_IMPORT_STATE_CANCELLED', true],
] as const)('%s has ended: %s', (state, ended) => expect(hasEnded({ state })).toBe(ended))
