import { checkDatabase } from '../../chaos/database-checks.ts'
import { type Api, apiAs, type Job } from '../../support/api.ts'
import type { System } from '../../support/system.ts'
import { expect } from '../cluster-test.ts'
import type { Installation } from '../harness/installation.ts'
import { withDatabase } from './database.ts'

export const organization = 'survey-institute'
const dataset = 'microwave-sky'
const JOBS = 4
const STENCILS = 40

interface Notification {
  readonly eventType: string
  readonly resource: string
}

/** Jobs of alice that are under way while something is broken, and what has to have become of them. */
export class Work {
  readonly #api: Api
  readonly #inboxBefore: string
  readonly #jobs: Job[] = []
  readonly #runId: string

  private constructor(api: Api, inboxBefore: string, runId: string) {
    this.#api = api
    this.#inboxBefore = inboxBefore
    this.#runId = runId
  }

  /** What was in the inbox before is read: what is unread from now on is of this work. */
  static async prepare(system: System, runId: string): Promise<Work> {
    const api = await apiAs(system, 'alice', organization)
    const { lastSequence } = await api.get<{ lastSequence: string }>('users/me/inbox')
    await api.post('users/me/notifications:markAllRead', { upToSequence: lastSequence })
    return new Work(api, lastSequence, runId)
  }

  get count(): number {
    return this.#jobs.length
  }

  /** Notifications, by the inbox: those of this work, and of earlier work that ended late. */
  async unread(): Promise<number> {
    const { unreadCount = 0 } = await this.#api.get<{ unreadCount?: number }>('users/me/inbox')
    return unreadCount
  }

  /** A job that waits to be run: something for a page to show. */
  async pending(): Promise<Job> {
    return this.#create('page', 1, true)
  }

  async begin(): Promise<void> {
    for (let index = 0; index < JOBS; index++) await this.#create(`job ${index}`, STENCILS, false)
  }

  /** Resolves when one of those that were begun runs. */
  async executing(): Promise<Job> {
    const running = async () =>
      (await Promise.all(this.#jobs.map(({ name }) => this.#api.get<Job>(name)))).find(
        ({ phase }) => phase === 'PHASE_EXECUTING',
      )
    await expect.poll(running, { message: 'a job runs' }).toBeDefined()
    return (await running()) as Job
  }

  /** As a person would: again, while calls are answered with errors. */
  run({ name }: Job): Promise<void> {
    return expect(async () => {
      const { phase } = await this.#api.get<Job>(name)
      if (phase === 'PHASE_PENDING') await this.#api.post(`${name}:run`, {})
    }).toPass({ timeout: 30_000 })
  }

  /** Every job completed, by the database once, with each result once; and its owner was told once. */
  async endedOnce(installation: Installation): Promise<void> {
    for (const { name } of this.#jobs)
      await expect
        .poll(async () => (await this.#api.get<Job>(name)).phase, { timeout: 120_000, message: name })
        .toBe('PHASE_COMPLETED')
    const names = this.#jobs.map(({ name }) => name)
    await expect
      .poll(async () => (await this.#told()).filter((name) => names.includes(name)).toSorted(), {
        timeout: 60_000,
        message: 'notifications of the ends',
      })
      .toEqual(names.toSorted())
    const ids = names.map((name) => name.split('/').at(-1) as string)
    const violations = await withDatabase(installation, checkDatabase)
    expect(violations.filter((violation) => ids.some((id) => violation.includes(id)))).toEqual([])
  }

  async #told(): Promise<readonly string[]> {
    const { notifications = [] } = await this.#api.get<{ notifications?: readonly Notification[] }>(
      `users/me/notifications:replay?afterSequence=${this.#inboxBefore}`,
    )
    return notifications
      .filter(({ eventType }) => eventType === 'jobs.completed')
      .map(({ resource }) => resource)
  }

  async #create(what: string, stencils: number, keepPending: boolean): Promise<Job> {
    const { coverage } = await this.#api.get<{
      coverage: { center: { raDeg: number; decDeg: number } }
    }>(`organizations/${organization}/datasets/${dataset}`)
    const { raDeg, decDeg } = coverage.center
    const circles = Array.from(
      { length: stencils },
      (_, index) => ['CIRCLE', `${raDeg} ${decDeg} ${(1 + index * 0.01).toFixed(2)}`] as const,
    )
    const job = await this.#api.createJob([['ID', dataset], ...circles], {
      keepPending,
      runId: `${this.#runId}: ${what}`,
    })
    this.#jobs.push(job)
    return job
  }
}
