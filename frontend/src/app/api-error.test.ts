import { expect, test } from 'vitest'
import { apiErrorFromStatus } from './api-error'

test.each([
  ['UsageError: parameters[0]: there is no dataset x', 'There is no dataset x'],
  ['UsageError: parameters[1].value: a radius is positive', 'A radius is positive'],
  ['UsageError: CIRCLE 1 2 3 is too large', 'CIRCLE 1 2 3 is too large'],
  ['run_id: must be at most 64 characters', 'run_id: must be at most 64 characters'],
])('people read %s as %s', (message, text) =>
  expect(apiErrorFromStatus(3, message, undefined).message).toBe(text),
)

test('a status without a message has a sentence', () => {
  expect(apiErrorFromStatus(5, '', undefined)).toMatchObject({
    code: 'NOT_FOUND',
    message: 'This does not exist, or you may not see it.',
  })
})
