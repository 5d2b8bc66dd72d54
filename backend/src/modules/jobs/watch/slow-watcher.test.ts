import type { JobEvent } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isPushed } from '../../../server/pushed-stream.ts'
import { shareEncodings } from '../../../server/shared-message.ts'
import { appendEvents } from '../job-changes.ts'
import { createRequest, type ModuleFixture, moduleFixture } from '../testing/module-fixture.ts'

/** A receiver that the test lets fall behind, and drain. */
class Receiver {
  readonly events: JobEvent[] = []
  #drain: (() => void) | undefined
  #room: number

  /** @param room events that it takes before it is behind */
  constructor(room: number) {
    this.#room = room
  }

  get sequences(): number[] {
    return this.events.flatMap(({ sequence }) => (sequence === 0n ? [] : Number(sequence)))
  }

  write(event: JobEvent): boolean {
    this.events.push(event)
    return --this.#room > 0
  }

  drained(): Promise<void> {
    if (this.#room > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#drain = resolve
    })
  }

  get waits(): boolean {
    return this.#drain !== undefined
  }

  drain(room: number): void {
    this.#room = room
    this.#drain?.()
    this.#drain = undefined
  }
}

describe('many watchers of one job', () => {
  let fixture: ModuleFixture
  let name: string
  const open: { readonly controller: AbortController; readonly pushing: Promise<void> }[] = []

  const follow = (receiver: Receiver, context = fixture.alice, afterSequence = 0n) => {
    const stream = fixture.handlers.watchJob({ name, afterSequence }, context)
    if (!isPushed(stream)) throw new Error('a watch of a job is pushed')
    const controller = new AbortController()
    open.push({ controller, pushing: stream.pushTo(receiver, controller.signal) })
    return receiver
  }
  const say = (...texts: string[]) =>
    appendEvents(
      fixture.database.dataSource,
      name.split('/').at(-1) ?? '',
      texts.map((text) => ({ kind: 'log', payload: { task: 0, text } })),
    )
  const leave = async () => {
    for (const { controller } of open) controller.abort()
    await Promise.all(open.splice(0).map(({ pushing }) => pushing))
  }

  beforeAll(async () => {
    fixture = await moduleFixture()
    const job = await fixture.handlers.createJob(createRequest(['write a']), fixture.alice)
    name = job.name
  })
  afterAll(() => fixture.end())

  it('leaves one that is behind alone, and sends it every event in order once it has drained', async () => {
    const fast = follow(new Receiver(Number.POSITIVE_INFINITY))
    const slow = follow(new Receiver(4))
    // More than the feed keeps: the slow one has to read from the database.
    const batches = 15
    for (let batch = 0; batch < batches; batch++) {
      await say(...Array.from({ length: 100 }, (_, line) => `${batch} ${line}`))
    }
    const last = 2 + batches * 100
    await fixture.eventually(async () => fast.sequences.at(-1) === last)
    await fixture.eventually(async () => slow.waits)
    expect(slow.events).toHaveLength(4)

    slow.drain(10)
    await fixture.eventually(async () => slow.waits)
    expect(slow.events).toHaveLength(14)
    slow.drain(Number.POSITIVE_INFINITY)
    await fixture.eventually(async () => slow.sequences.at(-1) === last)
    const whole = Array.from({ length: last }, (_, index) => index + 1)
    expect(slow.sequences).toEqual(whole)
    expect(fast.sequences).toEqual(whole)

    await say('live again')
    await fixture.eventually(async () => slow.sequences.at(-1) === last + 1)
    await leave()
  })

  it('encodes an event once for all who may see the same of it', async () => {
    const { lastSequence } = await fixture.handlers.getJob({ name }, fixture.alice)
    const receivers = (context: typeof fixture.alice, count: number) =>
      Array.from({ length: count }, () =>
        follow(new Receiver(Number.POSITIVE_INFINITY), context, lastSequence),
      )
    const [owners, others] = [receivers(fixture.alice, 20), receivers(fixture.bob, 20)]
    const all = [...owners, ...others]
    const told = () => all.every(({ events }) => events.some(({ event }) => event?.$case === 'log'))
    await say('shared')
    await fixture.eventually(async () => told())

    let encoded = 0
    const serialize = shareEncodings((message: JobEvent) => {
      encoded++
      return JobServiceService.watchJob.responseSerialize(message)
    })
    const lineOf = ({ events }: Receiver) => events.filter(({ event }) => event?.$case === 'log')
    const bytes = all.map((receiver) => lineOf(receiver).map(serialize))
    expect(encoded).toBe(2)
    const texts = bytes.flat().map((each) => {
      const { event } = JobServiceService.watchJob.responseDeserialize(each)
      return event?.$case === 'log' ? event.value.text : undefined
    })
    expect(texts).toEqual([...owners.map(() => 'shared'), ...others.map(() => '')])
    await leave()
  })

  it('sends all of them the same heartbeat', async () => {
    const receivers = Array.from({ length: 5 }, () =>
      follow(new Receiver(Number.POSITIVE_INFINITY), fixture.alice, 2n),
    )
    const beats = ({ events }: Receiver) => events.filter(({ event }) => event?.$case === 'heartbeat')
    const inAll = (beat: JobEvent) => receivers.every((receiver) => beats(receiver).includes(beat))
    // They follow live, each in time with what it was sent last: the next line brings all into step.
    await fixture.eventually(async () => receivers.every((receiver) => beats(receiver).length > 0))
    await say('in step')
    await fixture.eventually(async () => receivers.slice(0, 1).some((first) => beats(first).some(inAll)))
    await leave()
  })

  it('does not touch one that has left', async () => {
    const receiver = follow(new Receiver(Number.POSITIVE_INFINITY))
    await fixture.eventually(async () => receiver.sequences.length > 0)
    await leave()
    const before = receiver.events.length
    const other = follow(new Receiver(Number.POSITIVE_INFINITY))
    await say('after')
    await fixture.eventually(async () => other.events.length > before)
    expect(receiver.events).toHaveLength(before)
    expect(fixture.module.watch.watchers).toBe(1)
    await leave()
  })
})
