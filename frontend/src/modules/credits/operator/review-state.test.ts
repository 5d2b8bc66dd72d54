import type { ReviewAction, ReviewState } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { ReviewState as states } from '@fairlead/proto/web/fairlead/credits/v1/reviews'
import { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { describe, expect, test } from 'vitest'
import {
  choiceFromAddress,
  isCallersTurn,
  reviewChoices,
  statesOf,
  stateWords,
  turnOf,
  waitsForOperator,
} from './review-state'

const review = (state: ReviewState, transfer: Partial<Transfer> = {}) => ({
  state,
  transfer: Transfer.fromPartial(transfer),
})

describe('whose turn it is', () => {
  test.each([
    ['REVIEW_STATE_ACCEPTED', 'Analyst’s turn'],
    ['REVIEW_STATE_RECOMMENDED_FOR_APPROVAL', 'Director’s turn'],
    ['REVIEW_STATE_RECOMMENDED_FOR_REJECTION', 'Director’s turn'],
    ['REVIEW_STATE_APPROVED', 'To be recorded'],
    ['REVIEW_STATE_RECORDED', ''],
    ['REVIEW_STATE_EXPIRED', ''],
  ] as const)('%s: %s', (state, turn) => {
    expect(turnOf(review(state))).toBe(turn)
  })

  test('a proposal waits for the side that did not make it', () => {
    const proposed = 'REVIEW_STATE_PROPOSED'
    expect(turnOf(review(proposed, { direction: 'TRANSFER_DIRECTION_SELL' }))).toBe('Buyer’s turn')
    expect(turnOf(review(proposed, { direction: 'TRANSFER_DIRECTION_BUY' }))).toBe('Seller’s turn')
    expect(waitsForOperator(proposed)).toBe(false)
  })

  test('an approved transfer says when it is recorded', () => {
    expect(turnOf(review('REVIEW_STATE_APPROVED', { effectiveDate: '2026-12-01' }))).toBe(
      'To be recorded on 2026-12-01',
    )
  })

  test('a caller who can only comment or record does not hold it up', () => {
    const may = (...actions: ReviewAction[]) => isCallersTurn({ actions })
    expect(may('REVIEW_ACTION_COMMENT', 'REVIEW_ACTION_RECORD')).toBe(false)
    expect(may('REVIEW_ACTION_COMMENT', 'REVIEW_ACTION_DECLINE')).toBe(true)
  })
})

describe('the choices of the queue', () => {
  test('hold every state once, and each state has words', () => {
    const known = Object.values(states).filter((state) => !/UNSPECIFIED|UNRECOGNIZED/.test(state))
    const listed = Object.values(reviewChoices).flatMap(({ states: some }) => [...some])
    expect(listed.toSorted()).toEqual(known.toSorted())
    for (const state of known) expect(stateWords(state).label).not.toBe('Unknown')
  })

  test('are read from the address, and none that is not there', () => {
    expect(choiceFromAddress(new URLSearchParams('show=director'))).toBe('director')
    expect(choiceFromAddress(new URLSearchParams('show=constructor'))).toBeUndefined()
    expect(statesOf(undefined)).toEqual([])
  })
})
