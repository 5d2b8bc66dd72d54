import { DeliveryStatus } from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { expect, test } from 'vitest'
import { formatPayload, isRetryable, mailStateLooks, mailStates, troublesOf } from './delivery-state'

const now = Date.parse('2026-11-21T10:00:00Z')
const fine = { busConnected: true, mailEnabled: true }

test.each([
  [fine, []],
  [{ ...fine, waitingEvents: 3, oldestEventTime: new Date(now - 5_000) }, []],
  [{ ...fine, waitingEvents: 3, oldestEventTime: new Date(now - 61_000) }, ['events-late']],
  // That they wait is only what follows.
  [{ ...fine, busConnected: false, oldestEventTime: new Date(now - 61_000) }, ['bus']],
  [{ ...fine, parkedEvents: 2, mailProblem: '421 too busy' }, ['mail', 'parked']],
  [{ ...fine, mailEnabled: false, mailProblem: 'from before' }, []],
])('of %o the operator is told %o', (status, troubles) =>
  expect(troublesOf(DeliveryStatus.fromPartial(status), now)).toEqual(troubles),
)

test.each([
  ['MAIL_STATE_WAITING', 0, false],
  ['MAIL_STATE_WAITING', 1, true],
  ['MAIL_STATE_SENDING', 1, false],
  ['MAIL_STATE_SENT', 1, false],
  ['MAIL_STATE_REJECTED', 1, true],
  ['MAIL_STATE_FAILED', 12, true],
  ['MAIL_STATE_DROPPED', 0, false],
] as const)('a mail that is %s after %i attempts can be tried again: %s', (state, attemptCount, can) =>
  expect(isRetryable({ state, attemptCount })).toBe(can),
)

test('every state of a mail can be filtered by and has a name', () => {
  expect(mailStates.map((state) => mailStateLooks[state]?.label).sort()).toEqual([
    'Given up',
    'Not sent',
    'Refused',
    'Sending',
    'Sent',
    'Waiting',
  ])
})

test('a payload is laid out when it is whole', () => {
  expect(formatPayload('{"job":"1","tasks":[1]}')).toBe('{\n  "job": "1",\n  "tasks": [\n    1\n  ]\n}')
  expect(formatPayload('{"job":"1')).toBe('{"job":"1')
})
