import { v7 } from 'uuid'
import { expect, test } from 'vitest'
import { createStagingTokens } from './staging-token.ts'

const key = Buffer.alloc(32, 3)
const now = new Date('2026-05-01T10:00:00Z')
const later = new Date('2026-05-01T10:00:01Z')
const grant = { jobId: v7(), taskIndex: 2, run: 3, outputLimitBytes: 1_000 }
const tokens = createStagingTokens(key, () => now)

test('gives back what it was made for', () => {
  expect(tokens.read(tokens.make(grant, later))).toEqual({ outcome: 'valid', grant })
})

test('expires at the second', () => {
  expect(tokens.read(tokens.make(grant, now))).toEqual({ outcome: 'expired' })
})

test('is of no use with another key', () => {
  const foreign = createStagingTokens(Buffer.alloc(32, 4), () => now)
  expect(tokens.read(foreign.make(grant, later))).toEqual({ outcome: 'forged' })
})

test('changes of any one character are noticed', () => {
  const token = tokens.make(grant, later)
  for (let at = 0; at < token.length; at += 1) {
    for (const other of ['A', 'z', '-']) {
      if (token[at] === other) continue
      const edited = token.slice(0, at) + other + token.slice(at + 1)
      expect(tokens.read(edited), `character ${at}`).toEqual({ outcome: 'forged' })
    }
  }
})

test.each([
  ['nothing', ''],
  ['dots', '...'],
  ['no signature', tokens.make(grant, later).replace(/\.[^.]*$/, '')],
  ['an empty signature', tokens.make(grant, later).replace(/\.[^.]*$/, '.')],
  ['a second signature', `${tokens.make(grant, later)}.x`],
  ['padding', `${tokens.make(grant, later)}=`],
  ['a megabyte', 'x'.repeat(1 << 20)],
])('takes %s for no token', (_, token) => {
  expect(tokens.read(token)).toEqual({ outcome: 'forged' })
})
