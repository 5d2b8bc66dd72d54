import type { JobEvent } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { v7 } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobEventBody } from '../job.ts'
import { appendEvents, LOG_MAX_BYTES } from '../job-changes.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'

const line = (text: string, task = 0): JobEventBody => ({ kind: 'log', payload: { task, text } })
const idOf = (name: string) => name.split('/').at(-1) ?? ''

describe('the log of a job', () => {
  let fixture: ModuleFixture
  const create = async () =>
    (await fixture.handlers.createJob(createRequest(['write a', 'write b']), fixture.alice)).name
  const append = (name: string, events: JobEventBody[], gain = 0) =>
    appendEvents(fixture.database.dataSource, idOf(name), events, gain)
  const read = (name: string, more: object = {}, context = fixture.alice) =>
    fixture.handlers.listJobLog(
      { parent: name, task: undefined, pageSize: 0, pageToken: '', ...more },
      context,
    )
  const texts = async (name: string, more: object = {}) =>
    (await read(name, more)).lines.map(({ text }) => text)
  /** Fills the log up to some bytes below its limit. */
  const fill = async (name: string, left: number) => {
    await fixture.database.dataSource.query(`update jobs set log_bytes = $2 where id = $1`, [
      idOf(name),
      LOG_MAX_BYTES - left,
    ])
  }

  beforeAll(async () => {
    fixture = await moduleFixture()
  })
  afterAll(() => fixture.end())

  it('is read by owner and administrators alone, live or later', async () => {
    const name = await create()
    await append(name, [line('secret')])
    expect(await texts(name)).toEqual(['secret'])
    expect((await read(name, {}, fixture.carol)).lines).toHaveLength(1)
    await expect(read(name, {}, fixture.bob)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'NOT_JOB_OWNER',
    })
    await fixture.handlers.cancelJob({ name }, fixture.alice)
    expect(await texts(name)).toEqual(['secret'])
  })

  it('does not find what is no job of the organisation', async () => {
    for (const id of [v7(), '-'.repeat(36)]) {
      await expect(read(`${fixture.parent}/jobs/${id}`)).rejects.toMatchObject({ reason: 'JOB_NOT_FOUND' })
    }
  })

  it('keeps lines that come after progress alone', async () => {
    const name = await create()
    await append(name, [], 0.25)
    await append(name, [line('after')], 0.25)
    expect(await texts(name)).toEqual(['after'])
  })

  it('is filtered by task', async () => {
    const name = await create()
    await append(name, [line('one', 0), line('two', 1), line('whole', -1), line('three', 0)])
    expect(await texts(name, { task: 0 })).toEqual(['one', 'three'])
    expect(await texts(name, { task: -1 })).toEqual(['whole'])
    expect(await texts(name, { task: 7 })).toEqual([])
  })

  it('is paged in the order of writing, with tokens of this job and task only', async () => {
    const name = await create()
    const written = Array.from({ length: 7 }, (_, index) => `line ${index}`)
    await append(
      name,
      written.map((text) => line(text)),
    )
    const seen: string[] = []
    let pageToken = ''
    do {
      const page = await read(name, { pageSize: 3, pageToken })
      seen.push(...page.lines.map(({ text }) => text))
      pageToken = page.nextPageToken
    } while (pageToken !== '')
    expect(seen).toEqual(written)
    const { nextPageToken } = await read(name, { pageSize: 3 })
    for (const more of [{ task: 0 }, { parent: await create() }]) {
      await expect(read(name, { pageSize: 3, pageToken: nextPageToken, ...more })).rejects.toMatchObject({
        reason: 'PAGE_TOKEN_INVALID',
      })
    }
  })

  it('comes in pages that fit a message, however long its lines are', async () => {
    const name = await create()
    await append(
      name,
      Array.from({ length: 600 }, () => line('\u{1F52D}'.repeat(1_000))),
    )
    const { lines, nextPageToken } = await read(name, { pageSize: 1_000 })
    expect(lines.length).toBeGreaterThan(100)
    expect(lines.length).toBeLessThan(600)
    expect((await read(name, { pageSize: 1_000, pageToken: nextPageToken })).lines.length).toBeGreaterThan(
      100,
    )
  })

  it('tells which container wrote a line, and only those of one when asked', async () => {
    const name = await create()
    const of = (container: number, text: string): JobEventBody => ({
      kind: 'log',
      payload: { task: 1, text, container },
    })
    await append(name, [
      line('of the step', 1),
      of(0, 'zero'),
      of(3, 'three'),
      of(0, 'zero again'),
      line('other'),
    ])
    expect((await read(name)).lines.map(({ container }) => container)).toEqual([
      undefined,
      0,
      3,
      0,
      undefined,
    ])
    expect(await texts(name, { task: 1, container: 0 })).toEqual(['zero', 'zero again'])
    const { lines, nextPageToken } = await read(name, { container: 0, pageSize: 1 })
    expect(lines.map(({ text }) => text)).toEqual(['zero'])
    expect(await texts(name, { container: 0, pageSize: 1, pageToken: nextPageToken })).toEqual(['zero again'])
    await expect(read(name, { container: 3, pageSize: 1, pageToken: nextPageToken })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    const watched = fixture.handlers.watchJob(
      { name, afterSequence: 2n },
      fixture.context(fixture.ownerId, ['jobs.read'], AbortSignal.timeout(5_000)),
    )
    for await (const { event } of watched as AsyncIterable<JobEvent>) {
      if (event?.$case !== 'log' || event.value.text !== 'three') continue
      expect(event.value).toMatchObject({ task: 1, container: 3 })
      break
    }
  })

  it('cuts lines at 2,000 characters', async () => {
    const name = await create()
    await append(name, [line('x'.repeat(5_000))])
    expect((await texts(name))[0]).toHaveLength(2_000)
  })

  it('cuts no line in a way that the database refuses', async () => {
    const name = await create()
    expect(await append(name, [line(`${'x'.repeat(1_999)}\u{1F52D}`)])).toBe(true)
    expect(await texts(name)).toEqual([`${'x'.repeat(1_999)}\uFFFD`])
  })

  it('ends at its limit with one line that says so, and other events go on', async () => {
    const name = await create()
    await fill(name, 10)
    await append(name, [line('12345'), line('67890'), line('too much'), line('more')])
    expect(await append(name, [line('later')])).toBe(true)
    expect(await append(name, [line('with progress')], 0.25)).toBe(true)
    const written = await texts(name)
    expect(written).toEqual(['12345', '67890', expect.stringContaining('log ends here')])
    const events = await fixture.events(idOf(name))
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => BigInt(index + 1)))
    expect(events.at(-1)).toMatchObject({ kind: 'progress', payload: { progress: 0.25 } })
    const { lastSequence } = await fixture.handlers.getJob({ name }, fixture.alice)
    expect(lastSequence).toBe(BigInt(events.length))
  })

  it('counts bytes, not characters', async () => {
    const name = await create()
    await fill(name, 4)
    await append(name, [line('\u{1F52D}'), line('')])
    await append(name, [line('x')])
    expect(await texts(name)).toEqual(['\u{1F52D}', '', expect.stringContaining('log ends here')])
  })

  it('ends once, however many tasks write at the same time', async () => {
    const name = await create()
    await fill(name, 100)
    await Promise.all(
      Array.from({ length: 20 }, (_, task) =>
        append(name, [line('0123456789', task), line('0123456789', task)]),
      ),
    )
    const written = await texts(name)
    expect(written.filter((text) => text.startsWith('0'))).toHaveLength(10)
    expect(written.filter((text) => text.includes('log ends here'))).toHaveLength(1)
    const events = await fixture.events(idOf(name))
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => BigInt(index + 1)))
  })

  it('takes nothing once the job has ended', async () => {
    const name = await create()
    await fixture.handlers.cancelJob({ name }, fixture.alice)
    expect(await append(name, [line('late')], 0.5)).toBe(false)
    expect(await texts(name)).toEqual([])
  })
})
