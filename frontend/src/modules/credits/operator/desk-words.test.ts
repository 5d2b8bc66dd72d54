import { ReviewStep } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { expect, test } from 'vitest'
import { asSentence } from './as-sentence'
import { bookingKinds, kindFromSlug, kindSlug } from './booking-words'
import { lastRecommendation, stepWords } from './review-step'
import { totalsByClass } from './totals-by-class'
import { waitedFor } from './waiting-time'

test('every kind of booking is found again by its word in the address', () => {
  for (const kind of bookingKinds) expect(kindFromSlug(kindSlug(kind))).toBe(kind)
  expect(kindFromSlug('gift')).toBeUndefined()
})

test.each([
  ['has 3 decimals', 'Has 3 decimals.'],
  ['There is no class “gold”.', 'There is no class “gold”.'],
  ['', ''],
])('%j is said as %j', (said, sentence) => {
  expect(asSentence(said)).toBe(sentence)
})

test('the advice that counts is the last one', () => {
  const steps = ['propose', 'accept', 'recommend approval', 'recommend rejection', 'decline'].map((action) =>
    ReviewStep.fromPartial({ action }),
  )
  expect(lastRecommendation(steps)?.action).toBe('recommend rejection')
  expect(lastRecommendation([])).toBeUndefined()
})

test('a step that has no words of its own is told by its name', () => {
  expect(stepWords('recommend approval')).toBe('Recommended approval')
  expect(stepWords('suspend')).toBe('Suspend')
})

test('amounts of one class come together', () => {
  expect(
    totalsByClass([
      { creditClass: 'creditClasses/b', amount: 1n },
      { creditClass: 'creditClasses/a', amount: 2n },
      { creditClass: 'creditClasses/b', amount: -3n },
    ]),
  ).toEqual([
    { creditClass: 'creditClasses/a', amount: 2n },
    { creditClass: 'creditClasses/b', amount: -2n },
  ])
})

test.each([
  [1_000, 'less than a minute'],
  [200_000, '3 min 20 s'],
  [273_600_000, '3 d 4 h'],
  // The clock of the server may be ahead.
  [-5_000, 'less than a minute'],
])('after %d milliseconds something has waited %s', (waited, text) => {
  expect(waitedFor(new Date(1_000_000_000_000), 1_000_000_000_000 + waited)).toBe(text)
})
