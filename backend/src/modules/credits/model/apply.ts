import type {
  Action,
  Decide,
  DrawUp,
  DrawUpReversal,
  Propose,
  RecordTransfers,
  Review,
  Settle,
  Trade,
  TransferKey,
} from './action.ts'
import { availableOf, holds, type Model, type ModelTransfer } from './model.ts'
import { type ClassCode, type Member, mayTrade, operatorRole } from './world.ts'

/** What an action may come to: what it leaves, when it is done; undefined when it is refused. */
export type Possibility = Model | undefined

const refused: readonly Possibility[] = [undefined]

/**
 * The rules once more, told independently of the product. Where they leave it open, there are several possibilities.
 */
export function apply(model: Model, action: Action): readonly Possibility[] {
  switch (action.does) {
    case 'propose':
      return propose(model, action)
    case 'accept':
    case 'refuse':
    case 'rescind':
    case 'say':
      return trade(model, action)
    case 'recommend approval':
    case 'recommend rejection':
    case 'approve':
    case 'decline':
    case 'note':
      return review(model, action)
    case 'record':
      return recordAll(model, action)
    case 'draw up':
    case 'draw up reversal':
      return drawUp(model, action)
    case 'book':
    case 'turn down':
    case 'withdraw':
      return decide(model, action)
    case 'hold':
      return hold(model, action)
    case 'settle':
      return [settle(model, action)]
    case 'set class':
      return setClass(model, action)
    case 'sweep':
    case 'seal':
    case 'verify':
      return [model]
    default: {
      const unknown: never = action
      throw new Error(`unknown action ${JSON.stringify(unknown)}`)
    }
  }
}

/** What time and workers may do at any moment of a round: each possibility is one step. */
export function systemSteps(model: Model, swept: boolean): Model[] {
  const steps: Model[] = []
  for (const [key, transfer] of model.transfers) {
    if (transfer.state === 'PROPOSED' && transfer.lapse === 'SOON')
      steps.push(withTransfer(model, key, { ...transfer, lapse: 'OVER' }))
    if (swept && transfer.state === 'PROPOSED' && transfer.lapse === 'OVER')
      steps.push(release(model, key, { ...transfer, state: 'EXPIRED' }))
    if (swept && transfer.state === 'APPROVED' && transfer.effective === 'NOW')
      steps.push(recorded(model, key))
  }
  return steps
}

function propose(model: Model, action: Propose): readonly Possibility[] {
  const { by, from, partner, direction, creditClass, amount, requestId, transfer: key } = action
  if (!mayTrade(by, from)) return refused
  const body = bodyOf(action)
  if (!action.dryRun) {
    const before = model.requests.get(requestId)
    if (before !== undefined) return before === body ? [model] : refused
  }
  if (partner === from || !action.agrees || model.classes.get(creditClass) !== 'ACTIVE') return refused
  const seller = direction === 'SELL' ? from : partner
  const buyer = direction === 'SELL' ? partner : from
  const transfer: ModelTransfer = {
    state: 'PROPOSED',
    seller,
    buyer,
    proposer: from,
    creditClass,
    amount,
    effective: action.effective === 'TOMORROW' ? 'LATER' : 'NOW',
    lapse: 'NO',
    proposedBy: by,
    recommendedBy: [],
  }
  const enough = availableOf(model, seller, creditClass) >= amount
  if (direction === 'SELL' && !enough) return refused
  if (action.dryRun) return [model]
  const requests = new Map(model.requests).set(requestId, body)
  const proposed = withTransfer({ ...model, requests }, key, transfer)
  return [direction === 'SELL' ? withAvailable(proposed, seller, creditClass, -amount) : proposed]
}

function bodyOf(action: Propose | DrawUp | DrawUpReversal): string {
  return JSON.stringify(action, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
}

function trade(model: Model, { does, by, from, transfer: key, agrees }: Trade): readonly Possibility[] {
  const transfer = model.transfers.get(key)
  if (!mayTrade(by, from) || transfer === undefined) return refused
  const { state, proposer, seller, buyer, creditClass, amount } = transfer
  if (from !== seller && from !== buyer) return refused
  const theirs = from !== proposer
  switch (does) {
    case 'accept': {
      if (state !== 'PROPOSED' || !theirs || transfer.lapse === 'OVER') return refused
      if (by === transfer.proposedBy || !agrees || model.classes.get(creditClass) !== 'ACTIVE') return refused
      const accepted: ModelTransfer = { ...transfer, state: 'ACCEPTED', acceptedBy: by }
      if (holds(transfer)) return [withTransfer(model, key, accepted)]
      if (availableOf(model, seller, creditClass) < amount) return refused
      return [withAvailable(withTransfer(model, key, accepted), seller, creditClass, -amount)]
    }
    case 'refuse':
      if (state !== 'PROPOSED' || !theirs) return refused
      return [release(model, key, { ...transfer, state: 'REFUSED' })]
    case 'rescind':
      if (state === 'PROPOSED' ? theirs : !beforeDecision.has(state)) return refused
      return [release(model, key, { ...transfer, state: 'RESCINDED' })]
    case 'say':
      return [model]
    default: {
      const unknown: never = does
      throw new Error(`unknown action ${unknown}`)
    }
  }
}

const recommended: ReadonlySet<string> = new Set(['RECOMMENDED_FOR_APPROVAL', 'RECOMMENDED_FOR_REJECTION'])
const beforeDecision: ReadonlySet<string> = new Set(['ACCEPTED', ...recommended])

function review(model: Model, { does, by, transfer: key }: Review): readonly Possibility[] {
  const transfer = model.transfers.get(key)
  const role = operatorRole(by, model.rheaIs)
  if (role === undefined || transfer === undefined) return refused
  const { state, proposedBy, acceptedBy, recommendedBy } = transfer
  switch (does) {
    case 'recommend approval':
    case 'recommend rejection': {
      const after = does === 'recommend approval' ? 'RECOMMENDED_FOR_APPROVAL' : 'RECOMMENDED_FOR_REJECTION'
      if (role !== 'ANALYST' || !beforeDecision.has(state) || state === after) return refused
      if (by === proposedBy || by === acceptedBy) return refused
      return [withTransfer(model, key, { ...transfer, state: after, recommendedBy: [...recommendedBy, by] })]
    }
    case 'approve':
    case 'decline': {
      if (role !== 'DIRECTOR' || !recommended.has(state)) return refused
      if (by === proposedBy || by === acceptedBy || recommendedBy.includes(by)) return refused
      if (does === 'decline') return [release(model, key, { ...transfer, state: 'DECLINED' })]
      const approved = withTransfer(model, key, { ...transfer, state: 'APPROVED' })
      if (transfer.effective === 'LATER') return [approved]
      return [recorded(approved, key)]
    }
    case 'note':
      return [model]
    default: {
      const unknown: never = does
      throw new Error(`unknown action ${unknown}`)
    }
  }
}

function recordAll(model: Model, { by, transfers, dryRun }: RecordTransfers): readonly Possibility[] {
  const role = operatorRole(by, model.rheaIs)
  if (role !== 'DIRECTOR' && role !== 'ADMINISTRATOR') return refused
  if (transfers.some((key) => model.transfers.get(key)?.state !== 'APPROVED')) return refused
  return [dryRun ? model : transfers.reduce(recorded, model)]
}

/** Held credits of the seller become available ones of the buyer. */
function recorded(model: Model, key: TransferKey): Model {
  const transfer = model.transfers.get(key)
  if (transfer === undefined) throw new Error(`there is no ${key}`)
  const { buyer, creditClass, amount } = transfer
  const after = withTransfer(model, key, { ...transfer, state: 'RECORDED' })
  return withAvailable(after, buyer, creditClass, amount)
}

function drawUp(model: Model, action: DrawUp | DrawUpReversal): readonly Possibility[] {
  const { by, requestId, booking } = action
  const role = operatorRole(by, model.rheaIs)
  if (role !== 'ANALYST' && role !== 'ADMINISTRATOR') return refused
  const body = bodyOf(action)
  const before = model.requests.get(requestId)
  if (before !== undefined) return before === body ? [model] : refused
  const drawn: Model = {
    ...model,
    requests: new Map(model.requests).set(requestId, body),
    bookings: new Map(model.bookings).set(booking, {
      state: 'SUBMITTED',
      by,
      ...(action.does === 'draw up'
        ? { kind: action.kind, rows: action.rows }
        : { kind: 'REVERSAL', rows: [], undoes: action.transaction }),
    }),
  }
  if (action.does === 'draw up reversal') {
    const undoes = model.booked.get(action.transaction)
    if (undoes === undefined || !reversible.has(undoes.kind)) return refused
    // That it has been undone, cannot be now, or that someone else is at it, may be said at once or at the approval.
    const contested = [...model.bookings.values()].some(
      ({ undoes: same, state }) =>
        same === action.transaction && (state === 'SUBMITTED' || state === 'BOOKED'),
    )
    return contested || undoable(model, action.transaction) === undefined ? [drawn, undefined] : [drawn]
  }
  const { kind, rows } = action
  if (rows.some(({ amount }) => amount === 0n || (amount < 0n && kind !== 'ADJUSTMENT'))) return refused
  const sound = rows.every(({ creditClass }) => model.classes.get(creditClass) === 'ACTIVE')
  // The same of a class that is closed or has expired.
  return sound ? [drawn] : [drawn, undefined]
}

const reversible: ReadonlySet<string> = new Set([
  'ISSUANCE',
  'AWARD',
  'REDUCTION',
  'ADJUSTMENT',
  'TRANSFER',
  'JOB_CAPTURE',
])

const decisions = { book: 'BOOKED', 'turn down': 'DECLINED', withdraw: 'WITHDRAWN' } as const

function decide(model: Model, { does, by, booking: key }: Decide): readonly Possibility[] {
  const booking = model.bookings.get(key)
  const role = operatorRole(by, model.rheaIs)
  if (booking === undefined) return refused
  const ended = (state: 'BOOKED' | 'DECLINED' | 'WITHDRAWN', after: Model): Model => ({
    ...after,
    bookings: new Map(after.bookings).set(key, { ...booking, state, decidedBy: by }),
  })
  const mayDecide =
    does === 'withdraw'
      ? (role === 'ANALYST' || role === 'ADMINISTRATOR') && booking.by === by
      : role === 'DIRECTOR' && booking.by !== by
  if (!mayDecide) return refused
  // Whoever decides the same once more is answered the same.
  if (booking.state === decisions[does] && booking.decidedBy === by) return [model]
  if (booking.state !== 'SUBMITTED') return refused
  if (does === 'withdraw') return [ended('WITHDRAWN', model)]
  if (does === 'turn down') return [ended('DECLINED', model)]
  let after: Model | undefined
  if (booking.undoes !== undefined) after = undoable(model, booking.undoes)
  else {
    after = model
    for (const row of booking.rows) {
      if (after === undefined) break
      after = bookedRow(after, booking.kind, row.organization, row.creditClass, row.amount)
    }
  }
  return after === undefined ? refused : [ended('BOOKED', after)]
}

function bookedRow(
  model: Model,
  kind: string,
  organization: Member,
  creditClass: ClassCode,
  amount: bigint,
): Model | undefined {
  const available = availableOf(model, organization, creditClass)
  if (kind === 'REDUCTION') {
    const taken = available < amount ? available : amount
    const sink = new Map(model.sink).set(creditClass, (model.sink.get(creditClass) ?? 0n) + taken)
    return withAvailable({ ...model, sink }, organization, creditClass, -taken)
  }
  if (kind !== 'ADJUSTMENT' && model.classes.get(creditClass) !== 'ACTIVE') return undefined
  if (available + amount < 0n) return undefined
  const issued = new Map(model.issued).set(creditClass, (model.issued.get(creditClass) ?? 0n) + amount)
  return withAvailable({ ...model, issued }, organization, creditClass, amount)
}

/** The opposite of what a transaction did, all of it from and to what is available. */
function undoable(model: Model, id: string): Model | undefined {
  const booked = model.booked.get(id)
  if (booked === undefined || model.undone.has(id)) return undefined
  let after: Model = { ...model, undone: new Set(model.undone).add(id) }
  let total = 0n
  for (const [organization, change] of booked.changes) {
    if (availableOf(after, organization, booked.creditClass) < change) return undefined
    after = withAvailable(after, organization, booked.creditClass, -change)
    total += change
  }
  const kind = booked.kind === 'REDUCTION' || booked.kind === 'JOB_CAPTURE' ? 'sink' : 'issued'
  const sign = kind === 'sink' ? 1n : -1n
  const amounts = new Map(after[kind])
  amounts.set(booked.creditClass, (amounts.get(booked.creditClass) ?? 0n) + sign * total)
  return { ...after, [kind]: amounts }
}

function hold(model: Model, action: Extract<Action, { does: 'hold' }>): readonly Possibility[] {
  const { job, organization, creditClass, amount } = action
  // A job has one hold in its life; while it is open, to ask for it again changes nothing.
  const before = model.holds.get(job)
  if (before !== undefined) return before.open ? [model] : refused
  if (model.classes.get(creditClass) !== 'ACTIVE') return refused
  if (availableOf(model, organization, creditClass) < amount) return refused
  const held = new Map(model.holds).set(job, { organization, creditClass, amount, open: true })
  return [withAvailable({ ...model, holds: held }, organization, creditClass, -amount)]
}

/** A hold that is closed, or was never made, changes nothing. */
function settle(model: Model, { jobs }: Settle): Model {
  let after = model
  for (const { job, capture } of jobs) {
    const held = after.holds.get(job)
    if (held === undefined || !held.open) continue
    const { creditClass, amount, organization } = held
    after = {
      ...after,
      holds: new Map(after.holds).set(job, { ...held, open: false }),
      sink: new Map(after.sink).set(creditClass, (after.sink.get(creditClass) ?? 0n) + capture),
    }
    after = withAvailable(after, organization, creditClass, amount - capture)
  }
  return after
}

function setClass(model: Model, action: Extract<Action, { does: 'set class' }>): readonly Possibility[] {
  if (operatorRole(action.by, model.rheaIs) !== 'ADMINISTRATOR') return refused
  return [{ ...model, classes: new Map(model.classes).set(action.creditClass, action.state) }]
}

function withTransfer(model: Model, key: TransferKey, transfer: ModelTransfer): Model {
  return { ...model, transfers: new Map(model.transfers).set(key, transfer) }
}

function withAvailable(model: Model, organization: Member, creditClass: ClassCode, change: bigint): Model {
  const available = new Map(model.available)
  available.set(`${organization}/${creditClass}`, availableOf(model, organization, creditClass) + change)
  return { ...model, available }
}

/** Ends a transfer otherwise than by recording it: what was held is available again. */
function release(model: Model, key: TransferKey, ended: ModelTransfer): Model {
  const before = model.transfers.get(key)
  const after = withTransfer(model, key, ended)
  if (before === undefined || !holds(before)) return after
  return withAvailable(after, before.seller, before.creditClass, before.amount)
}
