import { randomUUID } from 'node:crypto'
import { TransferReviewServiceService as reviewService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import {
  type ProposeTransferRequest,
  TradeCategory,
  TransferServiceService as transferService,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { failureOf } from '../../../testing/service-error.ts'
import { addClass } from '../testing/ledger-fixture.ts'
import { dateIn, startTransferWorld, type TransferWorld } from './testing/transfer-world.ts'

// Each drives a few transfers through all of their steps, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 })

let world: TransferWorld
beforeAll(async () => {
  world = await startTransferWorld()
  const { dataSource } = world.backend.database
  await addClass(dataSource, { code: 'credits-2020', expireTime: new Date('2021-01-01') })
  await addClass(dataSource, { code: 'credits-soon', expireTime: new Date(Date.now() + 5 * 86_400_000) })
  const closed = await addClass(dataSource, { code: 'credits-closed' })
  await dataSource.query(`update credit_classes set state = 'CLOSED' where id = $1`, [closed])
})
afterAll(() => world.stop())

const days = (count: number) => new Date(Date.now() + count * 86_400_000)
const attachment = (url: string, displayName = 'Contract', file = '') => ({
  attachments: [{ displayName, url, file, fileVersion: 0, sizeBytes: 0n, sha256: '' }],
})
type Bad = [string, Partial<ProposeTransferRequest>, string | undefined, string | undefined]

describe('a proposal is refused that', () => {
  test.each<Bad>([
    ['is of a negative amount', { amount: -1n }, undefined, 'amount'],
    ['is of nothing', { amount: 0n }, undefined, 'amount'],
    ['is of the largest number that there is', { amount: 2n ** 63n - 1n }, undefined, 'amount'],
    ['is of more than 10^15', { amount: 10n ** 15n + 1n }, undefined, 'amount'],
    ['is of more than the seller has', { amount: 1_000_001n }, 'INSUFFICIENT_CREDITS', 'amount'],
    ['has a negative price', { pricePerCreditMicros: -1n }, undefined, 'price_per_credit_micros'],
    ['is to its own organisation', { partner: 'organizations/north' }, 'SELF_TRANSFER', 'partner'],
    ['is to nobody', { partner: 'organizations/west' }, 'ORGANIZATION_NOT_FOUND', 'partner'],
    ['is to the operator', { partner: 'organizations/operator' }, 'INVALID_FIELD', 'partner'],
    ['is of no class', { creditClass: 'creditClasses/none' }, 'CREDIT_CLASS_NOT_FOUND', 'credit_class'],
    [
      'is of an expired class',
      { creditClass: 'creditClasses/credits-2020' },
      'CLASS_EXPIRED',
      'credit_class',
    ],
    ['is of a closed class', { creditClass: 'creditClasses/credits-closed' }, 'CLASS_CLOSED', 'credit_class'],
    ['takes effect in the past', { effectiveDate: dateIn(-1) }, 'INVALID_FIELD', 'effective_date'],
    ['takes effect on no date', { effectiveDate: '2030-02-30' }, 'INVALID_FIELD', 'effective_date'],
    [
      'takes effect when its credits have expired',
      { effectiveDate: dateIn(6), creditClass: 'creditClasses/credits-soon' },
      'INVALID_FIELD',
      'effective_date',
    ],
    ['expires in the past', { expireTime: days(-1) }, 'INVALID_FIELD', 'expire_time'],
    ['expires in more than a year', { expireTime: days(367) }, 'INVALID_FIELD', 'expire_time'],
    [
      'is a gift for money',
      { category: TradeCategory.TRADE_CATEGORY_GIFT },
      'INVALID_FIELD',
      'price_per_credit_micros',
    ],
    ['has a price in no currency', { currencyCode: '' }, 'INVALID_FIELD', 'currency_code'],
    ['has a price in an unknown currency', { currencyCode: 'QQQ' }, 'INVALID_FIELD', 'currency_code'],
    ['agrees to nothing', { declarations: [] }, 'DECLARATION_MISSING', 'declarations'],
    [
      'agrees to what does not hold',
      { declarations: ['creditDeclarations/of-another-time'] },
      'DECLARATION_OUTDATED',
      'declarations',
    ],
    ['links to http', attachment('http://example.org/'), undefined, 'attachments[0].url'],
    ['links to a script', attachment('javascript:alert(1)'), undefined, 'attachments[0].url'],
    [
      'hides where a link leads',
      attachment('https://bank.example@evil.example/'),
      'INVALID_FIELD',
      'attachments[0].url',
    ],
    [
      'has a link without a name',
      attachment('https://example.org/', ' '),
      'INVALID_FIELD',
      'attachments[0].display_name',
    ],
    [
      'has a link with control characters',
      attachment('https://example.org/', 'a\u0000b'),
      'INVALID_FIELD',
      'attachments[0].display_name',
    ],
    ['turns text around', { comment: 'a\u202Eb' }, 'INVALID_FIELD', 'comment'],
    ['has no request_id of the right form', { requestId: 'once' }, undefined, 'request_id'],
  ])('%s', async (_what, asked, reason, field) => {
    const failure = await failureOf(world.propose('nora', asked))
    expect(failure.code).toMatch(/^(INVALID_ARGUMENT|FAILED_PRECONDITION|NOT_FOUND)$/)
    if (reason !== undefined) expect(failure.reason).toBe(reason)
    expect(failure.fields.some((name) => name.startsWith(field ?? ''))).toBe(true)
  })

  test('is of 2^63, which does not even fit into the message', async () => {
    await expect(async () => world.propose('nora', { amount: 2n ** 63n })).rejects.toThrow()
  })

  test('sells what is another organisation’s, or is made in its name', async () => {
    const inTheName = { parent: 'organizations/south', partner: 'organizations/north' }
    expect(await failureOf(world.propose('nora', inTheName))).toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'NOT_A_MEMBER',
    })
    // East has none of these credits: the offer is of its own, never of the partner's.
    expect(await failureOf(world.propose('ella', { partner: 'organizations/north' }))).toMatchObject({
      reason: 'INSUFFICIENT_CREDITS',
      metadata: { available: '0' },
    })
  })

  test.each(['noah', 'nell', 'oscar', 'diana', 'olivia'] as const)('is made by %s', async (name) => {
    const parent = name === 'noah' || name === 'nell' ? 'organizations/north' : 'organizations/operator'
    expect(await failureOf(world.propose(name, { parent }))).toMatchObject({ code: 'PERMISSION_DENIED' })
  })
})

test('today is no past date, and the last good day of a class is one', async () => {
  await world.propose('nora', { effectiveDate: dateIn(0) })
})

describe('nobody approves their own', () => {
  test('proposal, being in both organisations', async () => {
    const { backend, token } = world
    const proposed = await world.propose('alice', {
      parent: 'organizations/north',
      partner: 'organizations/south',
    })
    expect(proposed.actions).toEqual(['TRANSFER_ACTION_RESCIND', 'TRANSFER_ACTION_COMMENT'])
    const id = proposed.name.slice(-36)
    const seen = await world.get('alice', id)
    expect(seen.actions).not.toContain('TRANSFER_ACTION_ACCEPT')
    expect(await failureOf(world.accept('alice', id))).toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'FOUR_EYES',
    })
    await world.accept('saul', id)
    expect(
      await failureOf(
        backend.call(reviewService.approveTransfer, { name: `transferReviews/${id}`, etag: '' }, token.alice),
      ),
    ).toMatchObject({
      reason: 'PLATFORM_PERMISSION_MISSING',
    })
  })

  test('proposal, having become a director', async () => {
    const { dataSource } = world.backend.database
    const id = await world.driveTo('RECOMMENDED_FOR_APPROVAL')
    await dataSource.query('update credit_transfers set proposer_id = $2 where id = $1', [
      id,
      world.userId.diana,
    ])
    expect(await failureOf(world.approve('diana', id))).toMatchObject({ reason: 'FOUR_EYES' })
    expect(await world.review('diana', id)).toMatchObject({
      actions: ['REVIEW_ACTION_COMMENT'],
      barredReason: 'You proposed this transfer; another person must take this step.',
    })
    expect((await world.review('derek', id)).barredReason).toBe('')
  })

  test('proposal, even past the program', async () => {
    const { dataSource } = world.backend.database
    const id = await world.driveTo('RECOMMENDED_FOR_APPROVAL')
    for (const person of ['nora', 'sara', 'oscar'] as const) {
      await expect(
        dataSource.query('update credit_transfers set decider_id = $2 where id = $1', [
          id,
          world.userId[person],
        ]),
      ).rejects.toThrow('credit_transfers_decider')
    }
  })
})

describe('what is not there, or not yours,', () => {
  test.each([
    ['a transfer of two others', () => world.driveTo('ACCEPTED')],
    ['no transfer', async () => randomUUID()],
    ['no uuid', async () => '-'.repeat(36)],
  ])('is not found: %s', async (_what, make) => {
    const id = await make()
    for (const call of [world.get, world.accept, world.refuse, world.rescind]) {
      expect(await failureOf(call('ella', id))).toMatchObject({
        code: 'NOT_FOUND',
        reason: 'TRANSFER_NOT_FOUND',
      })
    }
    const comment = { name: `organizations/east/transfers/${id}`, text: 'Hello', requestId: '' }
    expect(
      await failureOf(world.backend.call(transferService.commentOnTransfer, comment, world.token.ella)),
    ).toMatchObject({
      code: 'NOT_FOUND',
    })
    const list = { parent: 'organizations/east', pageSize: 0, pageToken: '', states: [], creditClass: '' }
    expect(
      (await world.backend.call(transferService.listTransfers, list, world.token.ella)).transfers,
    ).toEqual([])
  })

  test('has no page either: a token of another query is refused', async () => {
    await Promise.all([world.driveTo('PROPOSED'), world.driveTo('PROPOSED')])
    const { backend, token } = world
    const list = { parent: 'organizations/north', pageSize: 1, pageToken: '', states: [], creditClass: '' }
    const { nextPageToken } = await backend.call(transferService.listTransfers, list, token.nora)
    expect(nextPageToken).not.toBe('')
    const other = { ...list, parent: 'organizations/east', pageToken: nextPageToken }
    expect(await failureOf(backend.call(transferService.listTransfers, other, token.ella))).toMatchObject({
      reason: 'PAGE_TOKEN_INVALID',
    })
  })
})

test.each(['BUY', 'SELL'] as const)(
  'a proposal (%s) is not accepted once its class is closed or has expired',
  async (direction) => {
    const { dataSource } = world.backend.database
    const set = (what: string) =>
      dataSource.query(`update credit_classes set ${what} where id = $1`, [world.classId])
    const id = await world.driveTo('PROPOSED', direction)
    const accept = () => failureOf(world.accept(direction === 'BUY' ? 'nora' : 'sara', id))
    try {
      await set(`state = 'CLOSED'`)
      expect(await accept()).toMatchObject({ reason: 'CLASS_CLOSED' })
      await set(`state = 'ACTIVE', expire_time = now()`)
      expect(await accept()).toMatchObject({ reason: 'CLASS_EXPIRED' })
      expect(await world.stored(id)).toMatchObject({ state: 'PROPOSED' })
    } finally {
      await set(`state = 'ACTIVE', expire_time = null`)
    }
  },
)

test('a comment of blanks says nothing, and there are not too many of them', async () => {
  const id = await world.driveTo('PROPOSED')
  const { backend, token } = world
  const comment = (text: string) => ({ name: `transferReviews/${id}`, text, public: false, requestId: '' })
  expect(
    await failureOf(backend.call(reviewService.commentOnReview, comment(' \n '), token.oscar)),
  ).toMatchObject({
    fields: ['text'],
  })
  await backend.database.dataSource.query(
    `insert into credit_transfer_comments (id, transfer_id, user_id, organization_id, text, public, time, request_hash)
     select gen_random_uuid(), $1, $2, $3, 'Once more', false, now(), '' from generate_series(1, 200)`,
    [id, world.userId.oscar, world.organizationId.operator],
  )
  expect(
    await failureOf(backend.call(reviewService.commentOnReview, comment('And more'), token.oscar)),
  ).toMatchObject({
    reason: 'TOO_MANY_COMMENTS',
  })
  // Those of the operator's people do not count for members, who would know of them by that.
  const ofMember = { name: `organizations/north/transfers/${id}`, text: 'Hello', requestId: '' }
  await backend.call(transferService.commentOnTransfer, ofMember, token.nora)
})
