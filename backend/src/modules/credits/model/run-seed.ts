import { setTimeout as delay } from 'node:timers/promises'
import { CreditServiceService } from '@fairlead/proto/server/fairlead/credits/v1/credits'
import { TransferServiceService } from '@fairlead/proto/server/fairlead/credits/v1/transfers'
import { IdentityServiceService, Role } from '@fairlead/proto/server/fairlead/identity/v1/identity'
import type { DataSource } from 'typeorm'
import { v7 } from 'uuid'
import { Random } from '../../../random.ts'
import type { TestIssuer } from '../../../testing/issuer.ts'
import { readSeed, seedIdentity } from '../../identity/index.ts'
import { type Action, actionText, type Outcome, type Told } from './action.ts'
import type { Agent, Agents } from './agents.ts'
import { explain } from './explain.ts'
import { Ids } from './ids.ts'
import { findViolations } from './invariants.ts'
import { firstModel, type Model, stateText, totalOf } from './model.ts'
import { observe, withBooked } from './observe.ts'
import { perform } from './perform.ts'
import { type Event, Planner, type Round } from './plan.ts'
import { classes, everyone, seed as identities, members, type OperatorRole, type Person } from './world.ts'

const LOOK_MS = 5
/** Until a killed process is gone from the database, and until a role is known everywhere. */
const SETTLE_MS = 15_000

const DAY_MS = 86_400_000
/** A treasurer of each. */
const keepers = { north: 'nora', south: 'sara', west: 'wanda' } as const

export interface SeedReport {
  readonly seed: number
  readonly rounds: number
  readonly kills: number
  /** What was asked for, by "what it did: what came of it". */
  readonly answers: Readonly<Record<string, number>>
  /** Which states transfers came to. */
  readonly transfers: Readonly<Record<string, number>>
  readonly transactions: number
  readonly seconds: number
  readonly violations: readonly string[]
}

export interface SeedOptions {
  readonly seed: number
  readonly rounds: number
  /** Of a round. */
  readonly killChance: number
  /** Prepared; what other seeds left in it does not matter. */
  readonly url: string
  readonly dataSource: DataSource
  readonly issuer: TestIssuer
  /** Opened on the database. */
  readonly agents: Agents
}

/** Makes a migrated database ready for sequences: organisations, and the people in them. */
export async function prepare({
  dataSource,
  url,
  issuer,
  agents,
}: Omit<SeedOptions, 'seed' | 'rounds' | 'killChance'>): Promise<void> {
  await seedIdentity(dataSource, readSeed(identities))
  await agents.open(url, issuer.oidc)
  // Everyone has been there once: whom a token names is looked up, not made, from then on.
  await Promise.all(
    everyone.map(async (person) =>
      agents.at(0).call(IdentityServiceService.getCaller, {}, await issuer.tokenOf(person)),
    ),
  )
}

/** Carries one sequence out and reports what is not as it must be. */
export async function runSeed(options: SeedOptions): Promise<SeedReport> {
  const run = new Run(options)
  const begun = performance.now()
  try {
    await run.begin()
    await run.rounds()
    await run.end()
  } catch (error) {
    run.violations.push(`the run broke off: ${error instanceof Error ? error.stack : error}`)
  }
  return run.report(performance.now() - begun)
}

class Run {
  readonly violations: string[] = []
  readonly #options: SeedOptions
  readonly #answers = new Map<string, number>()
  readonly #tokens = new Map<Person, string>()
  readonly #killsBefore: number
  #ids = new Ids(0, new Map(), new Map(), [])
  #model: Model = firstModel
  #rounds = 0
  #transactions = 0

  constructor(options: SeedOptions) {
    this.#options = options
    this.#killsBefore = options.agents.kills
  }

  async begin(): Promise<void> {
    const { dataSource, issuer, seed } = this.#options
    const classIds = new Map<string, string>()
    for (const code of classes) {
      const id = v7()
      classIds.set(code, id)
      await dataSource.query(
        `insert into credit_classes (id, code, display_name, unit, decimals, expire_time)
         values ($1, $2, $2, 'credit', 2, case when $3 then now() - interval '1 day' end)`,
        [id, `${code}-${seed}`, code === 'stale'],
      )
    }
    const organizations: { id: string; slug: string }[] = await dataSource.query(
      'select id, slug from organizations',
    )
    const declarations: { id: string }[] = await dataSource.query(
      'select id from credit_declarations where position is not null',
    )
    this.#ids = new Ids(
      seed,
      new Map(organizations.map(({ id, slug }) => [slug, id])),
      classIds,
      declarations.map(({ id }) => `creditDeclarations/${id}`),
    )
    for (const person of everyone) this.#tokens.set(person, await issuer.tokenOf(person))
    await this.#giveRole('ANALYST')
  }

  async rounds(): Promise<void> {
    const { seed, rounds, killChance, agents } = this.#options
    const planner = new Planner(new Random(seed), { processes: agents.all.length, killChance })
    for (const round of planner.first()) if (!(await this.#carryOut(round))) return
    for (let left = rounds; left > 0; left--) {
      if (!(await this.#carryOut(planner.next(this.#model)))) return
    }
  }

  async end(): Promise<void> {
    const { agents, dataSource } = this.#options
    const [first, second] = [agents.at(0), agents.at(agents.all.length - 1)]
    const swept = { before: [], calls: [], kill: undefined }
    const sweeps = [first, second].map((agent) => this.#told(agent, { does: 'sweep' }))
    if (!(await this.#follow(swept, await Promise.all(sweeps)))) return
    // More than one at a time seals nothing twice; who is not first finds nothing to do.
    await Promise.all([first, second].map((agent) => agent.order({ does: 'seal' })))
    await first.order({ does: 'seal' })
    const problem = await first.order({ does: 'verify' })
    if (problem !== '') this.violations.push(`the ledger does not verify: ${problem}`)
    this.violations.push(...(await findViolations(dataSource)))
    await this.#checkPointsInTime(first)
    await this.#checkWhatSidesSee(first)
    await this.#checkReports(first)
    const [counted] = await dataSource.query(
      'select count(*)::int as count from credit_transactions where class_id = any ($1)',
      [this.#ids.classIds],
    )
    this.#transactions = counted.count
  }

  report(ms: number): SeedReport {
    const transfers = new Map<string, number>()
    for (const { state } of this.#model.transfers.values()) count(transfers, state)
    return {
      seed: this.#options.seed,
      rounds: this.#rounds,
      kills: this.#options.agents.kills - this.#killsBefore,
      answers: Object.fromEntries([...this.#answers].sort()),
      transfers: Object.fromEntries([...transfers].sort()),
      transactions: this.#transactions,
      seconds: Math.round(ms / 100) / 10,
      violations: this.violations,
    }
  }

  /** False when the model cannot follow: what comes after would only repeat it. */
  async #carryOut(round: Round): Promise<boolean> {
    const { agents, url, issuer } = this.#options
    this.#rounds++
    for (const event of round.before) await this.#happen(event)
    const running = round.calls.map(({ action, process }) => this.#told(agents.at(process), action))
    let victim: Promise<Agent> | undefined
    if (round.kill !== undefined) {
      await delay(round.kill.afterMs)
      victim = agents.kill(round.kill.process)
    }
    const told = await Promise.all(running)
    if (round.kill !== undefined) {
      const gone = await victim
      if (gone !== undefined) await this.#forget(gone)
      await agents.at(round.kill.process).open(url, issuer.oidc)
    }
    return this.#follow(round, told)
  }

  /** Has the model do what was done. */
  async #follow(round: Round, told: readonly Told[]): Promise<boolean> {
    const { dataSource } = this.#options
    const { text, violations } = await observe(dataSource, this.#ids)
    this.violations.push(...violations.map((violation) => `round ${this.#rounds}: ${violation}`))
    const after = explain(this.#model, told, text)
    if (after === undefined) {
      this.violations.push(this.#unexplained(round, told, text))
      return false
    }
    this.#model = await withBooked(dataSource, this.#ids, await this.#timePassed(after))
    return true
  }

  async #told(agent: Agent, action: Action): Promise<Told> {
    const outcome = await perform(agent, action, this.#ids, this.#tokens).catch((error): Outcome => {
      this.violations.push(`round ${this.#rounds}: ${actionText(action)} failed: ${error?.message ?? error}`)
      return { kind: 'lost' }
    })
    const what = outcome.kind === 'refused' ? `refused ${outcome.reason ?? outcome.code}` : outcome.kind
    count(this.#answers, `${action.does}: ${what}`)
    return { action, outcome }
  }

  async #happen(event: Event): Promise<void> {
    const { dataSource } = this.#options
    switch (event.does) {
      case 'lapse': {
        await dataSource.query(
          `update credit_transfers set expire_time = clock_timestamp() + $2 * interval '1 ms' where id = $1`,
          [this.#ids.transfer(event.transfer), event.inMs === 0 ? -1_000 : event.inMs],
        )
        this.#changeTransfer(event.transfer, { lapse: event.inMs === 0 ? 'OVER' : 'SOON' })
        return
      }
      case 'arrive':
        await dataSource.query(
          `update credit_transfers set effective_date = (now() at time zone 'UTC')::date where id = $1`,
          [this.#ids.transfer(event.transfer)],
        )
        this.#changeTransfer(event.transfer, { effective: 'NOW' })
        return
      case 'change role':
        await this.#giveRole(this.#model.rheaIs === 'ANALYST' ? 'DIRECTOR' : 'ANALYST')
        return
      default: {
        const unknown: never = event
        throw new Error(`unknown event ${JSON.stringify(unknown)}`)
      }
    }
  }

  #changeTransfer(
    key: `t${number}`,
    change: { readonly lapse: 'SOON' | 'OVER' } | { readonly effective: 'NOW' },
  ): void {
    const transfer = this.#model.transfers.get(key)
    if (transfer === undefined) return
    const transfers = new Map(this.#model.transfers).set(key, { ...transfer, ...change })
    this.#model = { ...this.#model, transfers }
  }

  /** To Rhea; every process knows of it when it resolves. */
  async #giveRole(rheaIs: OperatorRole): Promise<void> {
    const { agents } = this.#options
    const role = rheaIs === 'ANALYST' ? Role.ROLE_ANALYST : Role.ROLE_DIRECTOR
    const { listMembers, updateMember } = IdentityServiceService
    const token = this.#tokens.get('olga') ?? ''
    const request = { parent: 'organizations/operator', pageSize: 0, pageToken: '', filter: '', orderBy: '' }
    const { members } = await agents.at(0).call(listMembers, request, token)
    const rhea = members.find(({ user }) => user?.email === 'rhea@example.org')
    await agents.at(0).call(updateMember, { name: rhea?.name ?? '', role }, token)
    const deadline = performance.now() + SETTLE_MS
    for (const agent of agents.all) {
      for (;;) {
        const { memberships } = await this.#caller(agent, 'rhea')
        if (memberships.some((membership) => membership.role === role)) break
        if (performance.now() > deadline) throw new Error(`${agent.name} does not learn of Rhea's role`)
        await delay(LOOK_MS)
      }
    }
    this.#model = { ...this.#model, rheaIs }
  }

  #caller(agent: Agent, person: Person) {
    return agent.call(IdentityServiceService.getCaller, {}, this.#tokens.get(person) ?? '')
  }

  /** Until PostgreSQL has ended what a killed process had begun: by then it is committed, or it never will be. */
  async #forget(gone: Agent): Promise<void> {
    const deadline = performance.now() + SETTLE_MS
    for (;;) {
      const left: unknown[] = await this.#options.dataSource.query(
        `select pid from pg_stat_activity where datname = current_database() and application_name = $1`,
        [gone.name],
      )
      if (left.length === 0) return
      if (performance.now() > deadline) throw new Error(`${gone.name} is still in the database`)
      await delay(LOOK_MS)
    }
  }

  /** What was to lapse soon has lapsed before the next round. */
  async #timePassed(model: Model): Promise<Model> {
    const soon = [...model.transfers].filter(
      ([, { lapse, state }]) => lapse === 'SOON' && state === 'PROPOSED',
    )
    if (soon.length === 0) return model
    const transfers = new Map(model.transfers)
    for (const [key, transfer] of soon) {
      for (;;) {
        const [found] = await this.#options.dataSource.query(
          'select expire_time < clock_timestamp() as over from credit_transfers where id = $1',
          [this.#ids.transfer(key)],
        )
        if (found.over) break
        await delay(LOOK_MS)
      }
      transfers.set(key, { ...transfer, lapse: 'OVER' })
    }
    return { ...model, transfers }
  }

  /** What members are told of earlier moments is what their postings up to then add up to. */
  async #checkPointsInTime(agent: Agent): Promise<void> {
    const { dataSource, seed } = this.#options
    const moments: { time: Date }[] = await dataSource.query(
      `select time from credit_transactions where class_id = any ($2) order by md5(id::text || $1) limit 6`,
      [String(seed), this.#ids.classIds],
    )
    for (const { time } of moments) {
      for (const [slug, person] of [['north', 'nick'] as const, ['south', 'sara'] as const]) {
        const { balances } = await agent.call(
          CreditServiceService.listBalances,
          { parent: `organizations/${slug}`, time },
          this.#tokens.get(person) ?? '',
        )
        const told = balances
          .filter(({ available, held }) => available !== 0n || held !== 0n)
          .filter(({ creditClass }) => this.#ids.inPlan(creditClass) !== undefined)
          .map(({ creditClass, available, held }) => `${creditClass} ${available} ${held}`)
        const replayed: { text: string }[] = await dataSource.query(
          `select 'creditClasses/' || code || ' ' || coalesce(sum(amount) filter (where account_kind = 'AVAILABLE'), 0)
             || ' ' || coalesce(sum(amount) filter (where account_kind = 'HELD'), 0) as text
           from credit_postings as posting join credit_classes as class on class.id = class_id
           where organization_id = $1 and time < $2::timestamptz + interval '1 ms' and class.id = any ($3)
           group by code having sum(amount) <> 0`,
          [this.#ids.organization(slug), time.toISOString(), this.#ids.classIds],
        )
        const expected = replayed.map(({ text }) => text)
        if (told.sort().join() !== expected.sort().join()) {
          this.violations.push(
            `${slug} at ${time.toISOString()} is told ${told.join()} instead of ${expected.join()}`,
          )
        }
      }
    }
  }

  /** What everyone was given, traded and used adds up to what everyone has. */
  async #checkReports(agent: Agent): Promise<void> {
    const period = { startTime: new Date(Date.now() - DAY_MS), endTime: new Date(Date.now() + DAY_MS) }
    for (const slug of members) {
      const person = keepers[slug]
      const { lines } = await agent.call(
        CreditServiceService.getComplianceReport,
        { parent: `organizations/${slug}`, ...period },
        this.#tokens.get(person) ?? '',
      )
      for (const line of lines) {
        const code = this.#ids.inPlan(line.creditClass.replace('creditClasses/', ''))
        const creditClass = classes.find((one) => one === code)
        if (creditClass === undefined) continue
        const expected = totalOf(this.#model, slug, creditClass)
        if (line.closing !== expected || line.opening !== 0n) {
          this.violations.push(`${slug} is reported ${line.closing} ${creditClass}, and has ${expected}`)
        }
      }
    }
  }

  /** Neither side is told what the operator thinks of a transfer, nor who of the operator's people did anything. */
  async #checkWhatSidesSee(agent: Agent): Promise<void> {
    const reviewed = [...this.#model.transfers].filter(([, { recommendedBy }]) => recommendedBy.length > 0)
    for (const [key, { seller, buyer }] of reviewed.slice(0, 6)) {
      for (const slug of [seller, buyer]) {
        const person = keepers[slug]
        const name = `organizations/${slug}/transfers/${this.#ids.transfer(key)}`
        const token = this.#tokens.get(person) ?? ''
        const seen = await agent.call(TransferServiceService.getTransfer, { name }, token)
        const text = JSON.stringify(seen, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))
        const leak = /recommend|looks so|among us|\b(axel|dirk|olga|rhea)\b/i.exec(text)
        if (leak !== null) this.violations.push(`${slug} reads “${leak[0]}” in ${key}`)
      }
    }
  }

  #unexplained(round: Round, told: readonly Told[], observed: string): string {
    const seen = new Set(stateText(this.#model).split('\n'))
    const now = new Set(observed.split('\n'))
    return [
      `round ${this.#rounds}: no order of these explains what came of them`,
      ...round.before.map((event) => `  before: ${JSON.stringify(event)}`),
      ...told.map(({ action, outcome }) => `  ${actionText(action)} -> ${JSON.stringify(outcome)}`),
      ...told.flatMap(({ action }) => {
        if (!('transfer' in action)) return []
        const transfer = this.#model.transfers.get(action.transfer)
        return transfer === undefined
          ? []
          : [
              `  ${action.transfer} was ${JSON.stringify(transfer, (_key, value) => (typeof value === 'bigint' ? `${value}` : value))}`,
            ]
      }),
      ...[...seen].filter((line) => !now.has(line)).map((line) => `  - ${line}`),
      ...[...now].filter((line) => !seen.has(line)).map((line) => `  + ${line}`),
    ].join('\n')
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}
