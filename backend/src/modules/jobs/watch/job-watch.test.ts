import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { JobEvent } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { administer } from '../../../testing/administer.ts'
import { all, createRequest, type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'

const isHeartbeat = ({ event }: JobEvent) => event?.$case === 'heartbeat'
const sequences = (events: readonly JobEvent[]) =>
  events.filter((event) => !isHeartbeat(event)).map(({ sequence }) => Number(sequence))

describe('watching', () => {
  let fixture: ModuleFixture
  const create = (acts: readonly string[], more: object = {}) =>
    fixture.handlers.createJob(createRequest(acts, more), fixture.alice)
  const watch = (name: string, afterSequence = 0n, context = fixture.alice) =>
    fixture.handlers.watchJob({ name, afterSequence }, context)

  beforeAll(async () => {
    fixture = await moduleFixture()
    await fixture.worker()
  })
  afterAll(() => fixture.end())

  it('sends every event of a job from the first on, and ends after the terminal one', async () => {
    const { name } = await create(['chatter 30'])
    const events = await all(watch(name))
    expect(sequences(events)).toEqual(sequences(events).map((_, index) => index + 1))
    expect(events.at(-1)?.event).toMatchObject({ $case: 'phase', value: { phase: 'PHASE_COMPLETED' } })
  })

  it('misses nothing and repeats nothing for a watcher that reconnects after every event', async () => {
    const gate = join(fixture.folder, 'gate-reconnect')
    const { name } = await create(['chatter 20', `wait ${gate}`])
    const seen: number[] = []
    let ended = false
    while (!ended) {
      for await (const event of watch(name, BigInt(seen.at(-1) ?? 0))) {
        if (isHeartbeat(event)) continue
        seen.push(Number(event.sequence))
        if (seen.length === 12) await writeFile(gate, '')
        ended = event.event?.$case === 'phase' && event.event.value.phase === 'PHASE_COMPLETED'
        break
      }
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    expect(await all(watch(name, BigInt(seen.at(-1) ?? 0)))).toEqual([])
  })

  it('catches up after the listening connection was lost', async () => {
    const { dataSource } = fixture.database
    const { name } = await create(['write a'], { keepPending: true })
    const events: JobEvent[] = []
    const watching = (async () => {
      for await (const event of watch(name)) events.push(event)
    })()
    await fixture.eventually(async () => events.some(isHeartbeat))
    await dataSource.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'fairlead listener' and datname = current_database()`,
    )
    await fixture.handlers.runJob({ name }, fixture.alice)
    await watching
    expect(sequences(events)).toEqual(sequences(events).map((_, index) => index + 1))
    expect(events.at(-1)?.event).toMatchObject({ value: { phase: 'PHASE_COMPLETED' } })
  })

  it('is silent while the database cannot tell of changes', async () => {
    const { dataSource } = fixture.database
    const { name } = await create(['write a'], { keepPending: true })
    const events: JobEvent[] = []
    const watching = (async () => {
      for await (const event of watch(name)) events.push(event)
    })()
    await fixture.eventually(async () => events.some(isHeartbeat))
    const server = new URL(fixture.database.url)
    const database = server.pathname.slice(1)
    server.pathname = '/postgres'
    // Whoever is connected stays so.
    const allowConnections = (allowed: boolean) =>
      administer(server.href, `alter database "${database}" with allow_connections ${allowed}`)
    await allowConnections(false)
    try {
      await dataSource.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'fairlead listener' and datname = current_database()`,
      )
      let silent = false
      await fixture.eventually(async () => {
        const before = events.length
        await setTimeout(300)
        silent = events.length === before
        return silent
      })
      expect(silent).toBe(true)
    } finally {
      await allowConnections(true)
    }
    const before = events.length
    await fixture.eventually(async () => events.length > before)
    await fixture.handlers.runJob({ name }, fixture.alice)
    await watching
    expect(sequences(events)).toEqual(sequences(events).map((_, index) => index + 1))
  })

  it('sends a heartbeat at once and whenever it has been silent', async () => {
    const { name } = await create(['write a'], { keepPending: true })
    const stream = watch(name, 1n)[Symbol.asyncIterator]()
    for (let beat = 0; beat < 3; beat++) {
      const { value } = await stream.next()
      expect(isHeartbeat(value)).toBe(true)
    }
    await stream.return?.()
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it('frees a watcher that goes away, and reads each event once for many', async () => {
    const { name } = await create(['write a'], { keepPending: true })
    const before = fixture.module.watch.watchers
    const controllers = Array.from({ length: 50 }, () => new AbortController())
    let beats = 0
    const watching = controllers.map(async ({ signal }) => {
      const context = fixture.context(fixture.ownerId, ['jobs.read'], signal)
      for await (const event of watch(name, 1n, context)) if (isHeartbeat(event)) beats++
    })
    await fixture.eventually(async () => beats >= 50)
    expect(fixture.module.watch.watchers).toBe(before + 50)
    for (const controller of controllers) controller.abort()
    await Promise.all(watching)
    expect(fixture.module.watch.watchers).toBe(before)
    await fixture.handlers.cancelJob({ name }, fixture.alice)
  })

  it('refuses to begin after an event that is not there yet', async () => {
    const { name } = await create(['write a'], { keepPending: true })
    const ended = new AbortController()
    const context = fixture.context(fixture.ownerId, ['jobs.read'], ended.signal)
    const stream = watch(name, 2n, context)[Symbol.asyncIterator]()
    await expect(stream.next()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field: 'after_sequence' }],
    })
    ended.abort()
  })

  it('ends when the job is deleted', async () => {
    const { name } = await create(['write a'], { keepPending: true })
    const watching = all(watch(name))
    await fixture.eventually(async () => fixture.module.watch.watchers > 0)
    await fixture.handlers.deleteJob({ name }, fixture.alice)
    const events = (await watching).filter((event) => !isHeartbeat(event))
    expect(events.at(-1)?.event).toMatchObject({ $case: 'phase', value: { phase: 'PHASE_ABORTED' } })
  })

  it('keeps log lines from other members, and the sequence whole', async () => {
    const { name } = await create(['write secret'])
    const jobId = name.split('/').at(-1) ?? ''
    await fixture.ended(jobId)
    const text = async (context: typeof fixture.alice) =>
      (await all(watch(name, 0n, context))).flatMap(({ event }) =>
        event?.$case === 'log' ? event.value.text : [],
      )
    expect(await text(fixture.alice)).toEqual(['writing secret'])
    expect(await text(fixture.carol)).toEqual(['writing secret'])
    expect(await text(fixture.bob)).toEqual([''])
    expect(sequences(await all(watch(name, 0n, fixture.bob)))).toEqual(sequences(await all(watch(name))))
  })

  it('tells an organisation of every job that changes, with the job, and of those deleted', async () => {
    const controller = new AbortController()
    const context = fixture.context(fixture.ownerId, ['jobs.read'], controller.signal)
    const phases = new Map<string, string[]>()
    const deleted: string[] = []
    let begun = false
    const watching = (async () => {
      for await (const { change } of fixture.handlers.watchJobs({ parent: fixture.parent }, context)) {
        begun = true
        if (change?.$case === 'job') {
          expect(change.value.ownerDisplayName).toBe('Alice')
          expect(change.value.createTime).toBeInstanceOf(Date)
          phases.set(change.value.name, [...(phases.get(change.value.name) ?? []), change.value.phase])
        }
        if (change?.$case === 'deleted') deleted.push(change.value)
      }
    })()
    await fixture.eventually(async () => begun)
    // Held in each phase until it was seen: of phases that follow at once, only the last need be told.
    const gate = join(fixture.folder, 'gate-organization')
    const { name } = await create(['write a', `wait ${gate}`])
    await fixture.eventually(async () => phases.get(name)?.at(-1) === 'PHASE_EXECUTING')
    await writeFile(gate, '')
    await fixture.eventually(async () => phases.get(name)?.at(-1) === 'PHASE_COMPLETED')
    await fixture.handlers.deleteJob({ name }, fixture.alice)
    await fixture.eventually(async () => deleted.includes(name))
    controller.abort()
    await watching
  })
})
