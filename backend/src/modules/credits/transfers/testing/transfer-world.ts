import { randomUUID } from 'node:crypto'
import {
  type Review,
  TransferReviewServiceService as reviewService,
} from '@fairlead/proto/server/fairlead/credits/v1/reviews'
import {
  type ProposeTransferRequest,
  TradeCategory,
  type Transfer,
  TransferDirection,
  TransferServiceService as transferService,
} from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { pino } from 'pino'
import { startTestBackend, type TestBackend } from '../../../../testing/backend.ts'
import { balancesOf } from '../../ledger/index.ts'
import { addClass, issue } from '../../testing/ledger-fixture.ts'
import { sweepTransfers } from '../transfer-clock.ts'
import type { TransferState } from '../transfer-state.ts'

/** Who is who, by name: the organisation and the role. North and south trade; east does not know of it. */
export const people = {
  nora: ['north', 'TREASURER'],
  nick: ['north', 'ADMINISTRATOR'],
  nell: ['north', 'SUBMITTER'],
  noah: ['north', 'MEMBER'],
  sara: ['south', 'TREASURER'],
  saul: ['south', 'ADMINISTRATOR'],
  stan: ['south', 'SUBMITTER'],
  suki: ['south', 'MEMBER'],
  ella: ['east', 'TREASURER'],
  eric: ['east', 'ADMINISTRATOR'],
  erin: ['east', 'SUBMITTER'],
  evan: ['east', 'MEMBER'],
  oscar: ['operator', 'ANALYST'],
  orla: ['operator', 'ANALYST'],
  diana: ['operator', 'DIRECTOR'],
  derek: ['operator', 'DIRECTOR'],
  olivia: ['operator', 'ADMINISTRATOR'],
} as const
export type Person = keyof typeof people | 'alice'
export type Organization = (typeof people)[keyof typeof people][0]

/** Of the operator's people: in no other text of the tests. */
export const displayNames: Readonly<Record<string, string>> = {
  oscar: 'Oscar Quillfeather',
  orla: 'Orla Umbershaw',
  diana: 'Diana Ravensworth',
  derek: 'Derek Thistlewood',
}

export interface TransferWorld {
  readonly backend: TestBackend
  /** Of the class that is traded: two decimals, good for ever. */
  readonly classId: string
  readonly token: Readonly<Record<Person, string>>
  readonly userId: Readonly<Record<Person, string>>
  readonly organizationId: Readonly<Record<Organization, string>>
  propose(by: Person, asked?: Partial<ProposeTransferRequest>): Promise<Transfer>
  accept(by: Person, id: string, etag?: string): Promise<Transfer>
  refuse(by: Person, id: string, reason?: string): Promise<Transfer>
  rescind(by: Person, id: string, reason?: string): Promise<Transfer>
  get(by: Person, id: string): Promise<Transfer>
  recommend(by: Person, id: string, approval?: boolean, reason?: string): Promise<Review>
  approve(by: Person, id: string): Promise<Review>
  decline(by: Person, id: string, reason?: string): Promise<Review>
  record(by: Person, ids: readonly string[], dryRun?: boolean): Promise<Review[]>
  review(by: Person, id: string): Promise<Review>
  /** Of a fresh transfer of 1.00 from north to south that is in this state; its id. */
  driveTo(state: TransferState, direction?: 'SELL' | 'BUY'): Promise<string>
  /** Makes its time come, and lets a worker look. */
  expire(id: string): Promise<void>
  sweep(): Promise<number>
  /** Available and held, of the traded class. */
  balance(organization: Organization): Promise<{ available: bigint; held: bigint }>
  /** What is in the tables about a transfer. */
  stored(id: string): Promise<{ state: TransferState; step_count: number }>
  stop(): Promise<void>
}

const ISSUED = 1_000_000n

/** Proposed by nora, or to buy by sara; accepted by the other, recommended by oscar, decided by diana. */
export async function startTransferWorld(): Promise<TransferWorld> {
  const members = Object.entries(people)
  const memberOf = (slug: Organization) =>
    members
      .filter(([, [organization]]) => organization === slug)
      .map(([name, [, role]]) => ({
        email: `${name}@example.org`,
        displayName: displayNames[name] ?? name,
        role,
      }))
  // Alice is in both.
  const alice = { email: 'alice@example.org', displayName: 'alice', role: 'TREASURER' as const }
  const backend = await startTestBackend({
    organizations: [
      { slug: 'operator', displayName: 'Data Centre', kind: 'OPERATOR', members: memberOf('operator') },
      {
        slug: 'north',
        displayName: 'Northern Survey',
        kind: 'MEMBER',
        members: [...memberOf('north'), alice],
      },
      { slug: 'south', displayName: 'Southern Lab', kind: 'MEMBER', members: [...memberOf('south'), alice] },
      { slug: 'east', displayName: 'Eastern Array', kind: 'MEMBER', members: memberOf('east') },
    ],
  })
  const { dataSource } = backend.database
  const names = [...Object.keys(people), 'alice'] as Person[]
  const byName = async <Value>(read: (name: Person) => Promise<Value>) =>
    Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await read(name)] as const)),
    ) as Record<Person, Value>
  const token = await byName((name) =>
    backend.issuer.sign({
      sub: `dev-${name}`,
      email: `${name}@example.org`,
      email_verified: true,
      name: displayNames[name] ?? name,
    }),
  )
  const userId = await byName(async (name) => {
    const [row] = await dataSource.query('select id from users where email = $1', [`${name}@example.org`])
    // Signed in once, so that the account is the person's.
    await backend.call(transferService.listDeclarations, {}, token[name])
    return row.id as string
  })
  const rowsOfOrganizations: { id: string; slug: Organization }[] = await dataSource.query(
    'select id, slug from organizations',
  )
  const organizationId = Object.fromEntries(rowsOfOrganizations.map(({ id, slug }) => [slug, id])) as Record<
    Organization,
    string
  >
  const classId = await addClass(dataSource, { code: 'credits-2026' })
  for (const slug of ['north', 'south'] as const) {
    await issue(dataSource, organizationId[slug], classId, ISSUED)
  }
  const { declarations } = await backend.call(transferService.listDeclarations, {}, token.nora)
  const agreed = declarations.map(({ name }) => name)

  const organizationOf = (name: Person) => (name === 'alice' ? 'south' : people[name][0])
  const nameOf = (by: Person, id: string) => `organizations/${organizationOf(by)}/transfers/${id}`
  const reviewName = (id: string) => `transferReviews/${id}`

  const world: TransferWorld = {
    backend,
    classId,
    token,
    userId,
    organizationId,
    propose: (by, asked = {}) =>
      backend.call(
        transferService.proposeTransfer,
        { ...proposal(organizationOf(by), agreed), ...asked },
        token[by],
      ),
    accept: (by, id, etag = '') =>
      backend.call(
        transferService.acceptTransfer,
        { name: nameOf(by, id), declarations: agreed, etag },
        token[by],
      ),
    refuse: (by, id, reason = '') =>
      backend.call(transferService.refuseTransfer, { name: nameOf(by, id), reason, etag: '' }, token[by]),
    rescind: (by, id, reason = '') =>
      backend.call(transferService.rescindTransfer, { name: nameOf(by, id), reason, etag: '' }, token[by]),
    get: (by, id) => backend.call(transferService.getTransfer, { name: nameOf(by, id) }, token[by]),
    recommend: (by, id, approval = true, reason = '') =>
      backend.call(
        reviewService.recommendTransfer,
        { name: reviewName(id), approval, reason, etag: '' },
        token[by],
      ),
    approve: (by, id) =>
      backend.call(reviewService.approveTransfer, { name: reviewName(id), etag: '' }, token[by]),
    decline: (by, id, reason = '') =>
      backend.call(reviewService.declineTransfer, { name: reviewName(id), reason, etag: '' }, token[by]),
    async record(by, ids, dryRun = false) {
      const request = { names: ids.map(reviewName), dryRun }
      return (await backend.call(reviewService.recordTransfers, request, token[by])).reviews
    },
    review: (by, id) => backend.call(reviewService.getReview, { name: reviewName(id) }, token[by]),

    async driveTo(state, direction = 'SELL') {
      const [proposer, partner] =
        direction === 'SELL' ? (['nora', 'sara'] as const) : (['sara', 'nora'] as const)
      const isLater = state === 'APPROVED'
      const proposed = await world.propose(proposer, {
        ...(direction === 'BUY'
          ? { direction: TransferDirection.TRANSFER_DIRECTION_BUY, partner: 'organizations/north' }
          : {}),
        ...(isLater ? { effectiveDate: dateIn(10) } : {}),
      })
      const id = idOf(proposed)
      if (state === 'PROPOSED') return id
      if (state === 'REFUSED') await world.refuse(partner, id)
      else if (state === 'RESCINDED') await world.rescind(proposer, id)
      else if (state === 'EXPIRED') await world.expire(id)
      else {
        await world.accept(partner, id)
        if (state === 'ACCEPTED') return id
        await world.recommend('oscar', id, state !== 'RECOMMENDED_FOR_REJECTION')
        if (state === 'APPROVED' || state === 'RECORDED') await world.approve('diana', id)
        else if (state === 'DECLINED') await world.decline('diana', id)
      }
      return id
    },
    async expire(id) {
      await dataSource.query(
        `update credit_transfers set expire_time = now() - interval '1 second' where id = $1`,
        [id],
      )
      await world.sweep()
    },
    sweep: () => sweepTransfers(dataSource, pino({ level: 'silent' })),
    async balance(organization) {
      const [balance] = await balancesOf(dataSource, [
        { organizationId: organizationId[organization], classId },
      ])
      if (balance === undefined) throw new Error('there is no balance')
      return { available: balance.available, held: balance.held }
    },
    async stored(id) {
      const [row] = await dataSource.query('select state, step_count from credit_transfers where id = $1', [
        id,
      ])
      return row
    },
    stop: () => backend.stop(),
  }
  return world
}

/** The uuid of a transfer or of its review. */
export function idOf({ name }: { readonly name: string }): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** "YYYY-MM-DD" in UTC, so many days from now. */
export function dateIn(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
}

/** To sell 1.00 for 12.50 EUR each to the other one of north and south. */
function proposal(by: Organization, declarations: readonly string[]): ProposeTransferRequest {
  return {
    parent: `organizations/${by}`,
    direction: TransferDirection.TRANSFER_DIRECTION_SELL,
    partner: `organizations/${by === 'north' ? 'south' : 'north'}`,
    creditClass: 'creditClasses/credits-2026',
    amount: 100n,
    pricePerCreditMicros: 12_500_000n,
    currencyCode: 'EUR',
    category: TradeCategory.TRADE_CATEGORY_SALE,
    effectiveDate: '',
    expireTime: undefined,
    attachments: [],
    declarations: [...declarations],
    comment: '',
    dryRun: false,
    requestId: randomUUID(),
  }
}
