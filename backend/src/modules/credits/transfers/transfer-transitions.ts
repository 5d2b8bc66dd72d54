import type { TransferAction, TransferState } from './transfer-state.ts'

/**
 * Who takes a step. 'proposing side' and 'partner' are the two organisations; 'system' is a worker whose time has
 * come, or the step before it in the same transaction.
 */
export type Taker =
  | 'proposing side'
  | 'partner'
  | 'either side'
  | 'operator'
  | 'system'
  | 'operator or system'

export type TransferPermission = 'credits.trade' | 'credits.recommend' | 'credits.approve' | 'credits.record'

/** People of earlier steps, none of whom may take this one. */
export type EarlierPerson = 'proposer' | 'accepter' | 'recommender'

/** What becomes of the seller's credits, in the transaction of the step. */
export type CreditEffect = 'none' | 'hold if it sells' | 'hold if it buys' | 'release' | 'move to the buyer'

/** Who is notified of a step, but for who took it: a side's treasurers and administrators, and the operator's people. */
export type Told = 'partner' | 'proposing side' | 'proposing side, analysts' | 'both sides' | 'directors'

export type Condition =
  | 'before its expiry'
  | 'after its expiry'
  | 'before its class expires'
  | 'after its class expired'
  | 'on its effective date, or by the operator'

export interface Transition {
  /** Undefined: there is no transfer yet. */
  readonly from: TransferState | undefined
  readonly action: TransferAction
  readonly to: TransferState
  readonly taker: Taker
  /** Of a person who takes it; undefined for the system alone. */
  readonly permission: TransferPermission | undefined
  /** The four-eyes rule. */
  readonly not: readonly EarlierPerson[]
  /** What must hold besides. */
  readonly when?: Condition
  readonly credits: CreditEffect
  readonly told: Told
  /** Whether members ever learn of the step. */
  readonly public: boolean
}

const trade = { permission: 'credits.trade', not: [], public: true } as const
const recommend = {
  taker: 'operator',
  permission: 'credits.recommend',
  not: ['proposer', 'accepter'],
  credits: 'none',
  told: 'directors',
  public: false,
} as const
const decide = {
  taker: 'operator',
  permission: 'credits.approve',
  not: ['proposer', 'accepter', 'recommender'],
  public: true,
} as const
const approve = {
  action: 'approve',
  to: 'APPROVED',
  ...decide,
  when: 'before its class expires',
  credits: 'none',
  told: 'both sides',
} as const
const decline = {
  action: 'decline',
  to: 'DECLINED',
  ...decide,
  credits: 'release',
  told: 'both sides',
} as const
const rescindAccepted = {
  action: 'rescind',
  to: 'RESCINDED',
  taker: 'either side',
  ...trade,
  credits: 'release',
  told: 'both sides',
} as const

export const proposing: Transition = {
  from: undefined,
  action: 'propose',
  to: 'PROPOSED',
  taker: 'proposing side',
  ...trade,
  credits: 'hold if it sells',
  told: 'partner',
}

/** Every step that there is; what is not here is refused. The guide's table and diagram are drawn from it. */
export const transitions: readonly Transition[] = [
  proposing,
  {
    from: 'PROPOSED',
    action: 'accept',
    to: 'ACCEPTED',
    taker: 'partner',
    ...trade,
    not: ['proposer'],
    when: 'before its expiry',
    credits: 'hold if it buys',
    told: 'proposing side, analysts',
  },
  {
    from: 'PROPOSED',
    action: 'refuse',
    to: 'REFUSED',
    taker: 'partner',
    ...trade,
    credits: 'release',
    told: 'proposing side',
  },
  {
    from: 'PROPOSED',
    action: 'rescind',
    to: 'RESCINDED',
    taker: 'proposing side',
    ...trade,
    credits: 'release',
    told: 'both sides',
  },
  {
    from: 'PROPOSED',
    action: 'expire',
    to: 'EXPIRED',
    taker: 'system',
    permission: undefined,
    not: [],
    when: 'after its expiry',
    credits: 'release',
    told: 'both sides',
    public: true,
  },
  { from: 'ACCEPTED', ...rescindAccepted },
  { from: 'ACCEPTED', action: 'recommend approval', to: 'RECOMMENDED_FOR_APPROVAL', ...recommend },
  { from: 'ACCEPTED', action: 'recommend rejection', to: 'RECOMMENDED_FOR_REJECTION', ...recommend },
  { from: 'RECOMMENDED_FOR_APPROVAL', ...rescindAccepted },
  {
    from: 'RECOMMENDED_FOR_APPROVAL',
    action: 'recommend rejection',
    to: 'RECOMMENDED_FOR_REJECTION',
    ...recommend,
  },
  { from: 'RECOMMENDED_FOR_APPROVAL', ...approve },
  { from: 'RECOMMENDED_FOR_APPROVAL', ...decline },
  { from: 'RECOMMENDED_FOR_REJECTION', ...rescindAccepted },
  {
    from: 'RECOMMENDED_FOR_REJECTION',
    action: 'recommend approval',
    to: 'RECOMMENDED_FOR_APPROVAL',
    ...recommend,
  },
  { from: 'RECOMMENDED_FOR_REJECTION', ...approve },
  { from: 'RECOMMENDED_FOR_REJECTION', ...decline },
  {
    from: 'APPROVED',
    action: 'record',
    to: 'RECORDED',
    taker: 'operator or system',
    permission: 'credits.record',
    not: [],
    when: 'on its effective date, or by the operator',
    credits: 'move to the buyer',
    told: 'both sides',
    public: true,
  },
  {
    // Expired credits are not transferred, and must not stay held for ever.
    from: 'APPROVED',
    action: 'expire',
    to: 'EXPIRED',
    taker: 'system',
    permission: undefined,
    not: [],
    when: 'after its class expired',
    credits: 'release',
    told: 'both sides',
    public: true,
  },
]

export type Side = 'proposing side' | 'partner'

/** Who wants to take a step. */
export type Actor =
  | {
      readonly kind: 'member'
      readonly userId: string
      readonly organizationId: string
      readonly side: Side
      /** In the organisation. */
      readonly permissions: ReadonlySet<string>
    }
  | {
      readonly kind: 'operator'
      readonly userId: string
      readonly organizationId: string
      /** On the whole platform. */
      readonly permissions: ReadonlySet<string>
    }
  | { readonly kind: 'system' }

/** What the table asks of a transfer. */
export interface Standing {
  readonly state: TransferState
  readonly proposerId: string
  readonly accepterId: string | undefined
  /** Everyone who recommended anything. */
  readonly recommenderIds: readonly string[]
  /** By the clock of the database, when it was read. */
  readonly isPastExpiry: boolean
  /** Or it has none. */
  readonly isPastEffectiveDate: boolean
  readonly isClassExpired: boolean
}

export type Verdict =
  | { readonly kind: 'allowed'; readonly transition: Transition }
  /** Nothing of the sort is done in this state, to anybody's knowledge of it. */
  | { readonly kind: 'refused'; readonly why: 'state' }
  | { readonly kind: 'refused'; readonly why: 'taker'; readonly transition: Transition }
  | { readonly kind: 'refused'; readonly why: 'permission'; readonly permission: TransferPermission }
  | { readonly kind: 'refused'; readonly why: 'person'; readonly earlier: EarlierPerson }
  | { readonly kind: 'refused'; readonly why: Obstacle }

/** What is in the way of a step that someone else, or at another time, may take. */
export type Obstacle = 'expired' | 'not expired' | 'class expired' | 'class not expired' | 'not due'

/** Whether the table lets someone take a step now, and if it does not, the first reason. */
export function judge(standing: Standing, action: TransferAction, actor: Actor): Verdict {
  const transition = transitions.find(
    (candidate) => candidate.from === standing.state && candidate.action === action,
  )
  if (transition === undefined) return { kind: 'refused', why: 'state' }
  if (!isTaker(transition.taker, actor)) return { kind: 'refused', why: 'taker', transition }
  if (actor.kind !== 'system') {
    const { permission } = transition
    if (permission !== undefined && !actor.permissions.has(permission)) {
      return { kind: 'refused', why: 'permission', permission }
    }
    const earlier = transition.not.find((person) => peopleOf(standing, person).includes(actor.userId))
    if (earlier !== undefined) return { kind: 'refused', why: 'person', earlier }
  }
  const obstacle = obstacleTo(transition.when, standing, actor)
  if (obstacle !== undefined) return { kind: 'refused', why: obstacle }
  return { kind: 'allowed', transition }
}

function obstacleTo(when: Condition | undefined, standing: Standing, actor: Actor): Obstacle | undefined {
  switch (when) {
    case undefined:
      return undefined
    case 'before its expiry':
      return standing.isPastExpiry ? 'expired' : undefined
    case 'after its expiry':
      return standing.isPastExpiry ? undefined : 'not expired'
    case 'before its class expires':
      return standing.isClassExpired ? 'class expired' : undefined
    case 'after its class expired':
      return standing.isClassExpired ? undefined : 'class not expired'
    case 'on its effective date, or by the operator':
      if (standing.isClassExpired) return 'class expired'
      return actor.kind === 'system' && !standing.isPastEffectiveDate ? 'not due' : undefined
    default: {
      const unknown: never = when
      throw new Error(`unknown condition ${String(unknown)}`)
    }
  }
}

function isTaker(taker: Taker, actor: Actor): boolean {
  switch (taker) {
    case 'proposing side':
    case 'partner':
      return actor.kind === 'member' && actor.side === taker
    case 'either side':
      return actor.kind === 'member'
    case 'operator':
    case 'system':
      return actor.kind === taker
    case 'operator or system':
      return actor.kind === 'operator' || actor.kind === 'system'
    default: {
      const unknown: never = taker
      throw new Error(`unknown taker ${String(unknown)}`)
    }
  }
}

function peopleOf(standing: Standing, earlier: EarlierPerson): readonly (string | undefined)[] {
  switch (earlier) {
    case 'proposer':
      return [standing.proposerId]
    case 'accepter':
      return [standing.accepterId]
    case 'recommender':
      return standing.recommenderIds
    default: {
      const unknown: never = earlier
      throw new Error(`unknown person ${String(unknown)}`)
    }
  }
}
