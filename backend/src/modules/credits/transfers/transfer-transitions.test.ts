import { TransferReviewServiceService as reviewService } from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import { TransferServiceService as transferService } from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { accessPolicy } from '../../../server/access-policy.ts'
import { readContracts } from '../../../server/contracts.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { allPermissions } from '../../identity/index.ts'
import { type Person, people, startTransferWorld, type TransferWorld } from './testing/transfer-world.ts'
import {
  publicState,
  type TransferAction,
  type TransferState,
  transferActions,
  transferStates,
} from './transfer-state.ts'
import { type Actor, judge, type Standing, type Transition, transitions } from './transfer-transitions.ts'

/** What a role grants, as the issue says; not read from the program. */
const grants: Readonly<Record<string, readonly string[]>> = {
  TREASURER: ['credits.trade'],
  ADMINISTRATOR: ['credits.trade'],
  'operator ANALYST': ['credits.recommend'],
  'operator DIRECTOR': ['credits.approve', 'credits.record'],
  'operator ADMINISTRATOR': ['credits.record'],
}
const grantsOf = (name: keyof typeof people) => {
  const [organization, role] = people[name]
  return grants[organization === 'operator' ? `operator ${role}` : role] ?? []
}

/** North proposes to sell in these tests. */
function sideOf(name: keyof typeof people): 'proposing side' | 'partner' | 'operator' | 'stranger' {
  const [organization] = people[name]
  if (organization === 'operator') return 'operator'
  return organization === 'north' ? 'proposing side' : organization === 'south' ? 'partner' : 'stranger'
}

function takes(taker: Transition['taker'], side: ReturnType<typeof sideOf>): boolean {
  switch (taker) {
    case 'either side':
      return side === 'proposing side' || side === 'partner'
    case 'operator or system':
      return side === 'operator'
    default:
      return taker === side
  }
}

type Earlier = 'nobody' | 'proposer' | 'accepter' | 'recommender'
const earlier: readonly Earlier[] = ['nobody', 'proposer', 'accepter', 'recommender']

/** The table alone, read once more. */
function tableAllows(
  state: TransferState,
  action: TransferAction,
  name: keyof typeof people,
  was: Earlier,
): boolean {
  const row = transitions.find((transition) => transition.from === state && transition.action === action)
  if (row === undefined || row.permission === undefined) return false
  const isOther = was === 'nobody' || !row.not.includes(was)
  return takes(row.taker, sideOf(name)) && grantsOf(name).includes(row.permission) && isOther
}

describe('the table', () => {
  test('has one row for a state and an action', () => {
    const keys = transitions.map(({ from, action }) => `${from} ${action}`)
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('shows members public states alone, and hides what leads to the others', () => {
    for (const { to, public: shown } of transitions) expect(shown).toBe(publicState(to) === to)
  })

  test('reaches every state, and leaves none of the final ones', () => {
    expect(new Set(transitions.map(({ to }) => to))).toEqual(new Set(transferStates))
    const left = new Set(transitions.map(({ from }) => from))
    expect(transferStates.filter((state) => !left.has(state))).toEqual([
      'REFUSED',
      'RESCINDED',
      'EXPIRED',
      'DECLINED',
      'RECORDED',
    ])
  })

  test('wants four different people on the way to the buyer', () => {
    for (const row of transitions) {
      if (row.action === 'accept') expect(row.not).toEqual(['proposer'])
      if (row.action.startsWith('recommend')) expect(row.not).toEqual(['proposer', 'accepter'])
      if (row.action === 'approve') expect(row.not).toEqual(['proposer', 'accepter', 'recommender'])
    }
  })

  test('asks for what the methods ask for', () => {
    const { registry } = readContracts()
    const methods: Record<Exclude<TransferAction, 'expire'>, string> = {
      propose: 'TransferService/ProposeTransfer',
      accept: 'TransferService/AcceptTransfer',
      refuse: 'TransferService/RefuseTransfer',
      rescind: 'TransferService/RescindTransfer',
      'recommend approval': 'TransferReviewService/RecommendTransfer',
      'recommend rejection': 'TransferReviewService/RecommendTransfer',
      approve: 'TransferReviewService/ApproveTransfer',
      decline: 'TransferReviewService/DeclineTransfer',
      record: 'TransferReviewService/RecordTransfers',
    }
    for (const { action, permission } of transitions) {
      if (action === 'expire') continue
      const policy = accessPolicy(registry, `/fairlead.credits.v1.${methods[action]}`, allPermissions)
      expect(policy.permission).toBe(permission)
    }
  })
})

describe('the judge', () => {
  const standing: Standing = {
    state: 'PROPOSED',
    proposerId: 'p',
    accepterId: 'a',
    recommenderIds: ['r1', 'r2'],
    isPastExpiry: false,
    isPastEffectiveDate: true,
    isClassExpired: false,
  }
  const everything = new Set(['credits.trade', 'credits.recommend', 'credits.approve', 'credits.record'])
  const member = (side: 'proposing side' | 'partner', userId: string): Actor => ({
    kind: 'member',
    side,
    userId,
    organizationId: 'o',
    permissions: everything,
  })
  const operator = (userId: string): Actor => ({
    kind: 'operator',
    userId,
    organizationId: 'o',
    permissions: everything,
  })
  const kindOf = (verdict: ReturnType<typeof judge>) => (verdict.kind === 'allowed' ? 'allowed' : verdict.why)

  test.each<[string, TransferState, TransferAction, Actor, Partial<Standing>, string]>([
    [
      'a proposal expires when its time has come',
      'PROPOSED',
      'expire',
      { kind: 'system' },
      { isPastExpiry: true },
      'allowed',
    ],
    ['and not before', 'PROPOSED', 'expire', { kind: 'system' }, {}, 'not expired'],
    ['nobody expires it by hand', 'PROPOSED', 'expire', operator('x'), { isPastExpiry: true }, 'taker'],
    [
      'what has expired is not accepted',
      'PROPOSED',
      'accept',
      member('partner', 'x'),
      { isPastExpiry: true },
      'expired',
    ],
    ['but may be refused', 'PROPOSED', 'refuse', member('partner', 'x'), { isPastExpiry: true }, 'allowed'],
    ['the system records on the date', 'APPROVED', 'record', { kind: 'system' }, {}, 'allowed'],
    ['and not before', 'APPROVED', 'record', { kind: 'system' }, { isPastEffectiveDate: false }, 'not due'],
    [
      'the operator does before it',
      'APPROVED',
      'record',
      operator('x'),
      { isPastEffectiveDate: false },
      'allowed',
    ],
    [
      'expired credits are not recorded',
      'APPROVED',
      'record',
      operator('x'),
      { isClassExpired: true },
      'class expired',
    ],
    [
      'nor approved',
      'RECOMMENDED_FOR_APPROVAL',
      'approve',
      operator('x'),
      { isClassExpired: true },
      'class expired',
    ],
    ['they end', 'APPROVED', 'expire', { kind: 'system' }, { isClassExpired: true }, 'allowed'],
    ['others do not', 'APPROVED', 'expire', { kind: 'system' }, {}, 'class not expired'],
    [
      'who once recommended does not decide',
      'RECOMMENDED_FOR_REJECTION',
      'approve',
      operator('r1'),
      {},
      'person',
    ],
    [
      'an analyst changes their mind',
      'RECOMMENDED_FOR_REJECTION',
      'recommend approval',
      operator('r2'),
      {},
      'allowed',
    ],
    ['what is approved is not taken back', 'APPROVED', 'rescind', member('proposing side', 'x'), {}, 'state'],
  ])('%s', (_what, state, action, actor, change, expected) => {
    expect(kindOf(judge({ ...standing, ...change, state }, action, actor))).toBe(expected)
  })
})

/* The whole product, over the wire: what the table says is done, and nothing else. */
let world: TransferWorld
beforeAll(async () => {
  world = await startTransferWorld()
})
afterAll(() => world.stop())

describe.each(transferStates)('of a transfer that is %s', (state) => {
  const actions = transferActions.filter((action) => action !== 'propose' && action !== 'expire')

  function take(by: Person, action: TransferAction, id: string): Promise<unknown> {
    switch (action) {
      case 'accept':
        return world.accept(by, id)
      case 'refuse':
        return world.refuse(by, id)
      case 'rescind':
        return world.rescind(by, id)
      case 'recommend approval':
      case 'recommend rejection':
        return world.recommend(by, id, action === 'recommend approval')
      case 'approve':
        return world.approve(by, id)
      case 'decline':
        return world.decline(by, id)
      case 'record':
        return world.record(by, [id])
      default:
        throw new Error(`${action} is nobody's to take`)
    }
  }

  /** As if this person had taken an earlier step, whose own person is someone else. */
  async function setEarlier(id: string, was: Earlier, name: Person): Promise<boolean> {
    const [row] = await world.backend.database.dataSource.query(
      'select accepter_id, recommender_ids from credit_transfers where id = $1',
      [id],
    )
    if (was === 'accepter' && row.accepter_id === null) return false
    if (was === 'recommender' && row.recommender_ids.length === 0) return false
    const { alice, nora, sara, oscar } = world.userId
    await world.backend.database.dataSource.query(
      `update credit_transfers set proposer_id = $2,
         accepter_id = case when accepter_id is not null then $3::uuid end,
         recommender_ids = case when cardinality(recommender_ids) > 0 then array[$4::uuid] else '{}' end,
         decider_id = case when decider_id is not null then $5::uuid end
       where id = $1`,
      [
        id,
        was === 'proposer' ? world.userId[name] : name === 'nora' ? alice : nora,
        was === 'accepter' ? world.userId[name] : name === 'sara' ? alice : sara,
        was === 'recommender' ? world.userId[name] : name === 'oscar' ? alice : oscar,
        // Of no concern here, and never one of the others.
        world.userId.evan === world.userId[name] ? world.userId.erin : world.userId.evan,
      ],
    )
    return true
  }

  test('everyone may do what the table says, and nobody anything else', { timeout: 240_000 }, async () => {
    const wrong: string[] = []
    let tried = 0
    let allowed = 0
    const spare = await world.driveTo(state)
    for (const name of Object.keys(people) as (keyof typeof people)[]) {
      for (const was of earlier) {
        if (!(await setEarlier(spare, was, name))) continue
        for (const action of actions) {
          tried += 1
          const what = `${name}, ${was} before, ${action}`
          if (!tableAllows(state, action, name, was)) {
            const failure = await failureOf(take(name, action, spare)).catch(() => undefined)
            if (failure === undefined) wrong.push(`${what}: was done`)
            else if (!/^(PERMISSION_DENIED|FAILED_PRECONDITION|NOT_FOUND)$/.test(failure.code)) {
              wrong.push(`${what}: ${failure.code} ${failure.message}`)
            }
            if ((await world.stored(spare)).state !== state) throw new Error(`${what}: changed the transfer`)
            continue
          }
          allowed += 1
          const id = await world.driveTo(state)
          await setEarlier(id, was, name)
          const { step_count: before } = await world.stored(id)
          await take(name, action, id).catch((error) => wrong.push(`${what}: ${error.details}`))
          const after = await world.stored(id)
          const { to } = transitions.find((row) => row.from === state && row.action === action)!
          // What is approved is recorded at once, having no effective date here.
          const expected = to === 'APPROVED' ? 'RECORDED' : to
          if (after.state !== expected || after.step_count !== before + (to === 'APPROVED' ? 2 : 1)) {
            wrong.push(`${what}: is ${after.state} after ${after.step_count - before} steps`)
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(tried).toBeGreaterThan(200)
    expect(allowed > 0).toBe(
      transitions.some(({ from, permission }) => from === state && permission !== undefined),
    )
  })
})

test('members have no method of the operator, nor the operator one of members', () => {
  expect(
    Object.keys(transferService).some((method) => /recommend|approve|decline|record/i.test(method)),
  ).toBe(false)
  expect(Object.keys(reviewService).some((method) => /propose|accept|refuse|rescind/i.test(method))).toBe(
    false,
  )
})
