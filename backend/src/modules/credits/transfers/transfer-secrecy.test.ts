import { randomUUID } from 'node:crypto'
import type { DescMessage } from '@bufbuild/protobuf'
import { TransferReviewServiceService as reviewService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readContracts } from '../../../server/contracts.ts'
import {
  dateIn,
  displayNames,
  idOf,
  startTransferWorld,
  type TransferWorld,
} from './testing/transfer-world.ts'
import { createTeller, whatMembersGet } from './testing/what-members-get.ts'

let world: TransferWorld
let teller: ReturnType<typeof createTeller>
beforeAll(async () => {
  world = await startTransferWorld()
  teller = createTeller(world)
})
afterAll(() => world.stop())

const secretReason = 'Their figures look cooked.'
const secretComment = 'Watch the southern laboratory closely.'

/** Nothing that a member gets has any of these in it. */
function traces(): RegExp[] {
  const operators = ['oscar', 'orla', 'diana', 'derek'] as const
  return [
    /recommend/i,
    /cooked|closely/i,
    ...operators.flatMap((name) => [
      ...displayNames[name]!.split(' ').map((part) => new RegExp(part, 'i')),
      new RegExp(world.userId[name]),
      new RegExp(`${name}@`, 'i'),
    ]),
  ]
}

async function say(
  text: string,
  id: string,
  isPublic: boolean,
  by: 'oscar' | 'orla' = 'oscar',
): Promise<void> {
  const request = { name: `transferReviews/${id}`, text, public: isPublic, requestId: randomUUID() }
  await world.backend.call(reviewService.commentOnReview, request, world.token[by])
}

async function seen(id: string): Promise<Record<string, string>> {
  await teller.tell()
  return whatMembersGet(world, id, teller.pushed)
}

function findTraces(got: Readonly<Record<string, string>>): string[] {
  return Object.entries(got).flatMap(([what, text]) =>
    traces()
      .filter((trace) => trace.test(text))
      .map((trace) => `${what}: ${trace} in ${text}`),
  )
}

/** Names of everything that an answer of the method may have in it. */
function namesWithin(message: DescMessage, seen = new Set<string>()): string[] {
  if (seen.has(message.typeName)) return []
  seen.add(message.typeName)
  return message.fields.flatMap((field) => [
    field.name,
    ...(field.message === undefined ? [] : namesWithin(field.message, seen)),
    ...(field.enum?.values.map(({ name }) => name) ?? []),
  ])
}

test('no answer to a member has a place for a recommendation', () => {
  const { registry } = readContracts()
  const ofMembers = ['TransferService', 'CreditService'].flatMap(
    (name) => registry.getService(`fairlead.credits.v1.${name}`)?.methods ?? [],
  )
  expect(ofMembers.length).toBeGreaterThan(15)
  const names = ofMembers.flatMap(({ output }) => namesWithin(output))
  expect(names).toContain('TRANSFER_STATE_ACCEPTED')
  expect(names.filter((name) => /recommend|analyst|review|internal|barred/i.test(name))).toEqual([])
  const review = registry.getMessage('fairlead.credits.v1.Review')
  expect(namesWithin(review!).some((name) => /recommend/i.test(name))).toBe(true)
})

const patient = { timeout: 120_000 }

test('nothing that a member gets differs before and after a recommendation', patient, async () => {
  await world.driveTo('ACCEPTED')
  const id = await world.driveTo('ACCEPTED')
  await world.driveTo('ACCEPTED')
  const before = await seen(id)
  expect(Object.keys(before).length).toBeGreaterThan(120)
  expect(before['nora transfer']).toContain('TRANSFER_STATE_ACCEPTED')
  expect(before['nora notifications']).toContain('was accepted')
  expect(before['noah statement']).toContain(id)

  await say(secretComment, id, false)
  expect(await seen(id)).toEqual(before)
  await world.recommend('oscar', id, true, secretReason)
  expect(await seen(id)).toEqual(before)
  await world.recommend('orla', id, false, secretReason)
  expect(await seen(id)).toEqual(before)
  expect(findTraces(before)).toEqual([])

  // It was there to be betrayed: the operator's people see all of it.
  const review = await world.review('diana', id)
  expect(review).toMatchObject({
    state: 'REVIEW_STATE_RECOMMENDED_FOR_REJECTION',
    recommenderDisplayName: displayNames['orla'],
    comments: [{ text: secretComment, userDisplayName: displayNames['oscar'], public: false }],
  })
  expect(review.steps.filter((step) => !step.public).map(({ reason }) => reason)).toEqual([
    secretReason,
    secretReason,
  ])
})

describe('no trace of a recommendation is in what a member gets', () => {
  const ends: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    'recommended for approval': async () => undefined,
    'recommended for rejection': (id) => world.recommend('orla', id, false, secretReason),
    approved: (id) => world.approve('diana', id),
    recorded: async (id) => {
      await world.approve('derek', id)
      await world.record('olivia', [id])
    },
    declined: (id) => world.decline('diana', id, 'Not this time.'),
    'taken back by the seller': (id) => world.rescind('nora', id, 'We changed our mind.'),
    'taken back by the buyer': (id) => world.rescind('saul', id),
  }
  test.each(Object.keys(ends))('of a transfer that is %s', patient, async (end) => {
    const proposed = await world.propose('nora', {
      effectiveDate: dateIn(10),
      comment: 'As agreed on the telephone.',
    })
    const id = idOf(proposed)
    await world.accept('sara', id)
    await say(secretComment, id, false)
    await world.recommend('oscar', id, true, secretReason)
    await ends[end]!(id)
    await say('We have looked at it.', id, true, 'orla')
    const got = await seen(id)
    expect(got['suki transfer']).toContain('We have looked at it.')
    expect(findTraces(got)).toEqual([])
    expect(got['nora transfer']).toContain('"organizationDisplayName": "Data Centre"')
  })
})

test('what was taken back looks the same whether or not anything was recommended', patient, async () => {
  const plain = await world.driveTo('ACCEPTED')
  await world.rescind('nora', plain, 'No.')
  const recommended = await world.driveTo('RECOMMENDED_FOR_REJECTION')
  await world.rescind('nora', recommended, 'No.')
  const shape = async (id: string) =>
    JSON.stringify(await world.get('sara', id), (key, value) => {
      if (typeof value === 'bigint') return value.toString()
      if (key === 'etag') return 'etag'
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? 'time' : value
    }).replaceAll(id, 'id')
  expect(await shape(recommended)).toBe(await shape(plain))
})

test('what tells the operator of a recommendation is told to directors alone', async () => {
  await teller.tell()
  const told: { user_id: string }[] = await world.backend.database.dataSource.query(
    `select distinct user_id from notifications where event_type = 'credits.transfer_awaits_decision'`,
  )
  const { diana, derek } = world.userId
  expect(told.map(({ user_id }) => user_id).sort()).toEqual([diana, derek].sort())
})
