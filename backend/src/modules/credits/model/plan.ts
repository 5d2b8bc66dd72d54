import type { Random } from '../../../random.ts'
import type {
  Action,
  BookingKey,
  BookingRow,
  DrawUp,
  DrawUpReversal,
  JobKey,
  Propose,
  TransferKey,
} from './action.ts'
import { availableOf, type Model, type ModelTransfer, type ReviewState } from './model.ts'
import {
  type ClassCode,
  classes,
  everyone,
  type Member,
  mayTrade,
  members,
  operatorRole,
  type Person,
} from './world.ts'

/** What happens between two rounds: the clock of single transfers goes on, or Rhea gets another role. */
export type Event =
  | { readonly does: 'lapse'; readonly transfer: TransferKey; readonly inMs: number }
  | { readonly does: 'arrive'; readonly transfer: TransferKey }
  | { readonly does: 'change role' }

/** Actions that are asked for at the same time, each of one of the processes, and what is killed meanwhile. */
export interface Round {
  readonly before: readonly Event[]
  readonly calls: readonly { readonly action: Action; readonly process: number }[]
  readonly kill: { readonly process: number; readonly afterMs: number } | undefined
}

export interface PlanOptions {
  readonly processes: number
  /** Of a round. */
  readonly killChance: number
}

const START_AMOUNT = 1_000n

/** Draws rounds from a seed. What is drawn depends on what is there, so that much of it is allowed. */
export class Planner {
  readonly #random: Random
  readonly #options: PlanOptions
  #transfers = 0
  #bookings = 0
  readonly #asked: (Propose | DrawUp | DrawUpReversal)[] = []
  readonly #jobs: JobKey[] = []

  constructor(random: Random, options: PlanOptions) {
    this.#random = random
    this.#options = options
  }

  /** Credits for everyone, drawn up and booked. */
  first(): Round[] {
    const booking: BookingKey = `b${this.#bookings++}`
    const rows = members.flatMap((organization) =>
      (['steady', 'shaky'] as const).map((creditClass) => ({
        organization,
        creditClass,
        amount: START_AMOUNT,
      })),
    )
    const requestId = this.#random.uuid()
    const actions: Action[] = [
      { does: 'draw up', by: 'axel', kind: 'ISSUANCE', rows, requestId, booking },
      { does: 'book', by: 'dirk', booking },
    ]
    return actions.map((action) => ({ before: [], calls: [{ action, process: 0 }], kill: undefined }))
  }

  next(model: Model): Round {
    const random = this.#random
    const focus = this.#someTransfer(model, () => random.chance(0.8))
    const size = random.weighted([
      [2, 1],
      [3, 2],
      [4, 3],
      [3, 4],
      [1, 5],
    ])
    const calls: { action: Action; process: number }[] = []
    while (calls.length < size) {
      const action = this.#action(model, random.chance(0.65) ? focus : undefined)
      calls.push({ action, process: this.#process() })
      if (calls.length < size && random.chance(0.08)) calls.push({ action, process: this.#process() })
    }
    return {
      before: this.#events(model, focus),
      calls,
      kill: random.chance(this.#options.killChance)
        ? { process: this.#process(), afterMs: random.integer(0, 25) }
        : undefined,
    }
  }

  #process(): number {
    return this.#random.integer(0, this.#options.processes - 1)
  }

  #events(model: Model, focus: TransferKey | undefined): Event[] {
    const random = this.#random
    const reviewed = focus === undefined ? undefined : model.transfers.get(focus)
    // Who recommended is then to decide.
    const mayTempt = reviewed?.recommendedBy.includes('rhea') === true && model.rheaIs === 'ANALYST'
    if (random.chance(mayTempt ? 0.7 : 0.05)) return [{ does: 'change role' }]
    if (focus === undefined || !random.chance(0.3)) return []
    const transfer = model.transfers.get(focus)
    if (transfer?.state === 'PROPOSED' && transfer.lapse === 'NO' && random.chance(0.5)) {
      return [{ does: 'lapse', transfer: focus, inMs: random.chance(0.6) ? random.integer(5, 40) : 0 }]
    }
    if (transfer?.state === 'APPROVED' && transfer.effective === 'LATER') {
      return [{ does: 'arrive', transfer: focus }]
    }
    return []
  }

  #action(model: Model, focus: TransferKey | undefined): Action {
    const random = this.#random
    const about = focus === undefined ? undefined : model.transfers.get(focus)
    // About a transfer mostly what may be done with it next.
    const steps = about === undefined || !random.chance(0.65) ? [] : usual[about.state]
    const next: Action['does'] | undefined = steps.length === 0 ? undefined : random.pick(steps)
    const does =
      next ??
      random.weighted<Action['does'] | 'repeat'>([
        [6, 'propose'],
        [3, 'accept'],
        [0.7, 'refuse'],
        [1.2, 'rescind'],
        [0.5, 'say'],
        [2, 'recommend approval'],
        [1, 'recommend rejection'],
        [3, 'approve'],
        [1, 'decline'],
        [0.5, 'note'],
        [2, 'record'],
        [3, 'draw up'],
        [2, 'draw up reversal'],
        [4, 'book'],
        [0.7, 'turn down'],
        [0.7, 'withdraw'],
        [4, 'hold'],
        [3, 'settle'],
        [0.7, 'set class'],
        [2, 'sweep'],
        [1.5, 'seal'],
        [0.3, 'verify'],
        [1.5, 'repeat'],
      ])
    switch (does) {
      case 'propose':
        return this.#propose(model)
      case 'accept':
      case 'refuse':
      case 'rescind':
      case 'say': {
        const transfer = focus ?? this.#someTransfer(model)
        if (transfer === undefined) return this.#propose(model)
        const from = this.#side(model.transfers.get(transfer), does)
        return { does, by: this.#trader(from), from, transfer, agrees: random.chance(0.95) }
      }
      case 'recommend approval':
      case 'recommend rejection':
      case 'approve':
      case 'decline':
      case 'note': {
        const transfer = focus ?? this.#someTransfer(model)
        if (transfer === undefined) return this.#propose(model)
        const role = does === 'approve' || does === 'decline' ? 'DIRECTOR' : 'ANALYST'
        return { does, by: this.#reviewer(model, role, transfer), transfer }
      }
      case 'record': {
        const approved = [...model.transfers].filter(([, { state }]) => state === 'APPROVED')
        const some = approved.filter(() => random.chance(0.7)).map(([key]) => key)
        const other = focus ?? this.#someTransfer(model)
        const transfers = other === undefined || random.chance(0.7) ? some : [...new Set([...some, other])]
        if (transfers.length === 0) return this.#propose(model)
        const by = this.#operator(model, random.pick(['DIRECTOR', 'ADMINISTRATOR']))
        return { does, by, transfers, dryRun: random.chance(0.15) }
      }
      case 'draw up':
        return this.#drawUp(model)
      case 'draw up reversal':
        return this.#drawUpReversal(model) ?? this.#drawUp(model)
      case 'book':
      case 'turn down':
      case 'withdraw': {
        const waiting = [...model.bookings].filter(([, { state }]) => state === 'SUBMITTED')
        const all = random.chance(0.85) && waiting.length > 0 ? waiting : [...model.bookings]
        if (all.length === 0) return this.#drawUp(model)
        const [booking, { by: drawnBy }] = random.pick(all)
        if (does === 'withdraw' && random.chance(0.8)) return { does, by: drawnBy, booking }
        const by = this.#operator(model, does === 'withdraw' ? 'ANALYST' : 'DIRECTOR')
        return { does, by, booking }
      }
      case 'hold': {
        const organization = random.pick(members)
        const creditClass = this.#class()
        const job = random.uuid()
        this.#jobs.push(job)
        const amount = this.#amount(availableOf(model, organization, creditClass))
        return { does, job, organization, creditClass, amount }
      }
      case 'settle':
        return this.#settle(model)
      case 'set class': {
        const by = random.chance(0.9) ? 'olga' : random.pick(everyone)
        // Mostly open: little is allowed in a closed one.
        return { does, by, creditClass: 'shaky', state: random.chance(0.65) ? 'ACTIVE' : 'CLOSED' }
      }
      case 'sweep':
      case 'seal':
      case 'verify':
        return { does }
      case 'repeat': {
        if (this.#asked.length === 0) return this.#propose(model)
        return this.#repeat(random.pick(this.#asked))
      }
      default: {
        const unknown: never = does
        throw new Error(`unknown action ${unknown}`)
      }
    }
  }

  #propose(model: Model): Propose {
    const random = this.#random
    const from = random.pick(members)
    const others = members.filter((member) => member !== from)
    const partner = random.chance(0.04) ? from : random.pick(others)
    const direction = random.chance(0.6) ? 'SELL' : 'BUY'
    const creditClass = this.#class()
    const seller = direction === 'SELL' ? from : partner
    const proposal: Propose = {
      does: 'propose',
      by: this.#trader(from),
      from,
      partner,
      direction,
      creditClass,
      amount: this.#amount(availableOf(model, seller, creditClass)),
      effective: random.weighted([
        [5, 'AT_ONCE'],
        [1, 'TODAY'],
        [4, 'TOMORROW'],
      ]),
      agrees: random.chance(0.96),
      dryRun: random.chance(0.05),
      requestId: random.uuid(),
      transfer: `t${++this.#transfers}`,
    }
    this.#asked.push(proposal)
    return proposal
  }

  #drawUp(model: Model): DrawUp {
    const random = this.#random
    const kind = random.pick(['ISSUANCE', 'AWARD', 'REDUCTION', 'ADJUSTMENT'] as const)
    const rows: BookingRow[] = []
    for (const organization of members) {
      for (const creditClass of classes) {
        if (!random.chance(creditClass === 'stale' ? 0.04 : 0.35)) continue
        const sign = kind === 'ADJUSTMENT' && random.chance(0.5) ? -1n : 1n
        const amount = this.#amount(availableOf(model, organization, creditClass))
        rows.push({ organization, creditClass, amount: sign * amount })
      }
    }
    if (rows.length === 0) rows.push({ organization: 'west', creditClass: 'steady', amount: 1n })
    const by = this.#operator(model, random.pick(['ANALYST', 'ADMINISTRATOR']))
    const requestId = random.uuid()
    const action: DrawUp = { does: 'draw up', by, kind, rows, requestId, booking: `b${this.#bookings++}` }
    this.#asked.push(action)
    return action
  }

  #drawUpReversal(model: Model): DrawUpReversal | undefined {
    const random = this.#random
    const fresh = [...model.booked].filter(([id]) => !model.undone.has(id))
    const all = random.chance(0.8) ? fresh : [...model.booked]
    if (all.length === 0) return undefined
    const whole = all.filter(([, { kind }]) => !kind.endsWith('_HOLD') && !kind.endsWith('_RELEASE'))
    const [transaction] = random.pick(whole.length > 0 && random.chance(0.8) ? whole : all)
    const by = this.#operator(model, 'ANALYST')
    const requestId = random.uuid()
    const booking: BookingKey = `b${this.#bookings++}`
    const action: DrawUpReversal = { does: 'draw up reversal', by, transaction, requestId, booking }
    this.#asked.push(action)
    return action
  }

  /** The same once more, or something else under the same request id. */
  #repeat(asked: Propose | DrawUp | DrawUpReversal): Action {
    if (this.#random.chance(0.6)) return asked
    switch (asked.does) {
      case 'propose':
        return { ...asked, dryRun: false, amount: asked.amount + 1n, transfer: `t${++this.#transfers}` }
      case 'draw up':
        return {
          ...asked,
          rows: asked.rows.map((row) => ({ ...row, amount: row.amount + (row.amount === -1n ? 2n : 1n) })),
          booking: `b${this.#bookings++}`,
        }
      case 'draw up reversal':
        return { ...asked, booking: `b${this.#bookings++}` }
      default: {
        const unknown: never = asked
        throw new Error(`unknown action ${JSON.stringify(unknown)}`)
      }
    }
  }

  #settle(model: Model): Action {
    const random = this.#random
    const open = [...model.holds].filter(([, { open: isOpen }]) => isOpen).map(([job]) => job)
    const all = random.chance(0.9) && open.length > 0 ? open : this.#jobs
    const jobs = new Set<JobKey>()
    const count = random.integer(1, 3)
    for (let left = count; left > 0 && all.length > 0; left--) jobs.add(random.pick(all))
    return {
      does: 'settle',
      jobs: [...jobs].map((job) => {
        const amount = model.holds.get(job)?.amount ?? 0n
        const capture = random.pick([0n, amount, (amount + 1n) / 2n, amount === 0n ? 0n : 1n])
        return { job, capture }
      }),
    }
  }

  #class(): ClassCode {
    return this.#random.weighted([
      [7, 'steady'],
      [4, 'shaky'],
      [0.4, 'stale'],
    ])
  }

  /** Mostly what is there, sometimes too much. */
  #amount(available: bigint): bigint {
    const random = this.#random
    const some = available > 3n ? available : 3n
    return random.weighted<() => bigint>([
      [2, () => 1n],
      [4, () => BigInt(random.integer(1, Number(some / 3n)))],
      [3, () => BigInt(random.integer(1, Number(some)))],
      [1.5, () => some],
      [1, () => some + 1n],
      [0.2, () => 1_000_000_000n],
    ])()
  }

  #someTransfer(model: Model, wanted: () => boolean = () => true): TransferKey | undefined {
    const open = [...model.transfers].filter(([, { state }]) => usual[state].length > 0)
    const keys = (open.length > 0 && this.#random.chance(0.9) ? open : [...model.transfers]).map(
      ([key]) => key,
    )
    return keys.length === 0 || !wanted() ? undefined : this.#random.pick(keys)
  }

  #side(transfer: ModelTransfer | undefined, does: 'accept' | 'refuse' | 'rescind' | 'say'): Member {
    const random = this.#random
    if (transfer === undefined || random.chance(0.06)) return random.pick(members)
    const { seller, buyer, proposer, state } = transfer
    const partner = proposer === seller ? buyer : seller
    if (random.chance(0.1) || does === 'say') return random.pick([seller, buyer])
    if (does !== 'rescind') return partner
    return state === 'PROPOSED' ? proposer : random.pick([seller, buyer])
  }

  #trader(organization: Member): Person {
    if (this.#random.chance(0.05)) return this.#random.pick(everyone)
    return this.#random.pick(everyone.filter((person) => mayTrade(person, organization)))
  }

  /** Sometimes one of those who had to do with it before. */
  #reviewer(model: Model, role: string, key: TransferKey): Person {
    const random = this.#random
    const { proposedBy, acceptedBy, recommendedBy = [] } = model.transfers.get(key) ?? {}
    const before = [proposedBy, acceptedBy, ...recommendedBy].flatMap((person) =>
      person !== undefined && operatorRole(person, model.rheaIs) === role ? [person] : [],
    )
    if (before.length > 0 && random.chance(0.4)) return random.pick(before)
    return role === 'ANALYST' && random.chance(0.3) ? 'rhea' : this.#operator(model, role)
  }

  #operator(model: Model, role: string): Person {
    if (this.#random.chance(0.08)) return this.#random.pick(everyone)
    const holders = everyone.filter((person) => operatorRole(person, model.rheaIs) === role)
    return this.#random.pick(holders)
  }
}

/** What may be done with a transfer, by its state. */
const usual: Readonly<Record<ReviewState, readonly Exclude<Action['does'], 'sweep'>[]>> = {
  PROPOSED: ['accept', 'accept', 'accept', 'accept', 'accept', 'refuse', 'rescind'],
  ACCEPTED: [
    'recommend approval',
    'recommend approval',
    'recommend approval',
    'recommend rejection',
    'recommend rejection',
    'rescind',
  ],
  RECOMMENDED_FOR_APPROVAL: ['approve', 'approve', 'approve', 'decline', 'recommend rejection', 'rescind'],
  RECOMMENDED_FOR_REJECTION: ['decline', 'approve', 'approve', 'recommend approval', 'rescind'],
  APPROVED: ['record', 'record', 'rescind'],
  REFUSED: [],
  RESCINDED: [],
  EXPIRED: [],
  DECLINED: [],
  RECORDED: [],
}
