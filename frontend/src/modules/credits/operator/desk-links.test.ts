import { describe, expect, test } from 'vitest'
import { bookingPath, referenceOf, reviewPath, transactionPath } from './desk-links'

const id = '0197c2aa-1111-7222-8333-4444deadbeef'

describe('referenceOf', () => {
  test('leads from a transaction to what it was for', () => {
    expect(referenceOf(`transfers/${id}`)).toEqual({
      kind: 'page',
      path: reviewPath(`transferReviews/${id}`),
      label: 'Transfer deadbeef',
    })
    expect(referenceOf(`organizations/survey-institute/transfers/${id}`)).toMatchObject({
      path: `/credits/reviews/${id}`,
    })
    expect(referenceOf(`creditBookings/${id}`)).toEqual({
      kind: 'page',
      path: bookingPath(`creditBookings/${id}`),
      label: 'Booking deadbeef',
    })
    expect(referenceOf(`organizations/survey-institute/jobs/${id}`)).toEqual({
      kind: 'job',
      name: `organizations/survey-institute/jobs/${id}`,
      label: 'Job deadbeef',
    })
    expect(referenceOf(`creditTransactions/${id}`)).toEqual({
      kind: 'page',
      path: transactionPath(`creditTransactions/${id}`),
      label: 'Transaction deadbeef',
    })
  })

  test.each(['', 'transfers/1', `javascript:alert(1)//transfers/${id}`, `x/${id}`])(
    'knows nothing of %j',
    (reference) => {
      expect(referenceOf(reference)).toBeUndefined()
    },
  )
})
