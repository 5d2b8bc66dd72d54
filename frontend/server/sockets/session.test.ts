import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type InboxState, Session, type SessionOutput } from './session.ts'

/** What a page does with what it is sent. */
class Client implements SessionOutput<number> {
  readonly received: number[] = []
  readonly resets: number[] = []
  readonly inboxes: InboxState[] = []
  full = false
  #unread = 0
  #countedTo = 0

  get unreadCount(): number {
    return this.#unread
  }

  told({ lastSequence, unreadCount }: InboxState): void {
    this.#unread = unreadCount
    this.#countedTo = lastSequence
  }

  sendNotification(sequence: number): void {
    this.received.push(sequence)
    if (sequence > this.#countedTo) this.#unread += 1
  }

  sendInbox(lastSequence: number, unreadCount: number): void {
    this.inboxes.push({ lastSequence, unreadCount })
    this.told({ lastSequence, unreadCount })
  }

  sendReset(lastSequence: number): void {
    this.resets.push(lastSequence)
  }

  congested(): boolean {
    return this.full
  }
}

function open(lastSequence: number, resume: number | null, unreadCount = 0) {
  const client = new Client()
  const session = new Session<number>(client)
  client.told({ lastSequence, unreadCount })
  session.start({ lastSequence, unreadCount }, resume)
  return { client, session }
}

const page = (...sequences: number[]) => sequences.map((sequence) => ({ sequence, frame: sequence }))

describe('a session', () => {
  it('sends the next notification on, and no other', () => {
    const { client, session } = open(7, null)
    session.pushed(8, 8)
    session.pushed(8, 8)
    session.pushed(3, 3)
    expect(session.behind).toBe(false)
    session.pushed(10, 10)
    expect(session.behind).toBe(true)
    expect(client.received).toEqual([8])
  })

  it('replays what a client missed before it came back', () => {
    const { client, session } = open(7, 4, 3)
    expect(session.behind).toBe(true)
    session.replayed(session.ask(), page(5, 6), { lastSequence: 7, unreadCount: 3 })
    expect(session.behind).toBe(true)
    session.replayed(session.ask(), page(7), { lastSequence: 7, unreadCount: 3 })
    expect(session.behind).toBe(false)
    expect(client.received).toEqual([5, 6, 7])
    // They were in the count that it was told before they came.
    expect(client.inboxes.at(-1)).toEqual({ lastSequence: 7, unreadCount: 3 })
  })

  it('goes on after what was removed for its age', () => {
    const { client, session } = open(7, 0)
    session.replayed(session.ask(), page(5, 6, 7), { lastSequence: 7, unreadCount: 0 })
    session.pushed(8, 8)
    expect(client.received).toEqual([5, 6, 7, 8])
    expect(session.behind).toBe(false)
  })

  it('goes on when all it missed was removed for its age', () => {
    const { client, session } = open(7, 2)
    session.replayed(session.ask(), [], { lastSequence: 7, unreadCount: 0 })
    expect(session.behind).toBe(false)
    session.pushed(8, 8)
    expect(client.received).toEqual([8])
  })

  it('begins anew for a client that was ahead of the inbox', () => {
    const { client, session } = open(7, 12)
    expect(client.resets).toEqual([7])
    session.pushed(8, 8)
    expect(client.received).toEqual([8])
  })

  it('begins anew when the inbox was set back to an earlier state', () => {
    const { client, session } = open(7, null)
    session.headed(9)
    session.replayed(session.ask(), [], { lastSequence: 5, unreadCount: 1 })
    expect(client.resets).toEqual([5])
    expect(session.behind).toBe(false)
    session.pushed(6, 6)
    expect(client.received).toEqual([6])
  })

  it('does not take a replay that a push overtook for an inbox that was set back', () => {
    const { client, session } = open(7, null)
    const after = session.ask()
    session.pushed(8, 8)
    session.replayed(after, [], { lastSequence: 7, unreadCount: 0 })
    expect(client.resets).toEqual([])
    expect(session.behind).toBe(false)
  })

  it('believes the inbox about heads that were heard before', () => {
    const { session } = open(7, null)
    session.headed(1_000)
    session.replayed(session.ask(), [], { lastSequence: 7, unreadCount: 0 })
    expect(session.behind).toBe(false)
  })

  it('asks for a notification that came without its text', () => {
    const { client, session } = open(7, null)
    session.pushed(8, undefined)
    expect(session.behind).toBe(true)
    session.replayed(session.ask(), page(8), { lastSequence: 8, unreadCount: 1 })
    expect(client.received).toEqual([8])
  })

  it('holds a count back until the notifications in it were sent', () => {
    const { client, session } = open(7, null)
    session.inboxChanged({ lastSequence: 9, unreadCount: 0 })
    session.pushed(8, 8)
    expect(client.inboxes).toEqual([])
    session.pushed(9, 9)
    expect(client.inboxes).toEqual([{ lastSequence: 9, unreadCount: 0 }])
  })

  it('asks for the count when one came too late', () => {
    const { client, session } = open(7, null)
    session.pushed(8, 8)
    session.inboxChanged({ lastSequence: 7, unreadCount: 4 })
    expect(session.behind).toBe(true)
    session.replayed(session.ask(), [], { lastSequence: 8, unreadCount: 5 })
    expect(client.inboxes).toEqual([{ lastSequence: 8, unreadCount: 5 }])
    expect(session.behind).toBe(false)
  })

  it('pauses a replay while the client does not read', () => {
    const { client, session } = open(7, 4)
    client.full = true
    session.replayed(session.ask(), page(5, 6, 7), { lastSequence: 7, unreadCount: 0 })
    expect(client.received).toEqual([])
    expect(session.behind).toBe(true)
    client.full = false
    session.replayed(session.ask(), page(5, 6, 7), { lastSequence: 7, unreadCount: 0 })
    expect(client.received).toEqual([5, 6, 7])
  })
})

type Step =
  | { readonly kind: 'commit'; readonly fate: 'arrives' | 'twice' | 'late' | 'lost' | 'without text' }
  | { readonly kind: 'read'; readonly fate: 'arrives' | 'late' | 'lost' }
  | { readonly kind: 'late arrives'; readonly which: number }
  | { readonly kind: 'head' | 'ask' | 'look' | 'answer' | 'congestion' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      fate: fc.constantFrom('arrives', 'twice', 'late', 'lost', 'without text'),
    }),
  },
  fc.record({ kind: fc.constant('read' as const), fate: fc.constantFrom('arrives', 'late', 'lost') }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('late arrives' as const), which: fc.nat() }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constantFrom('head', 'ask', 'look', 'answer', 'congestion') }),
  },
)

const PAGE = 3

/** An inbox, a bus that loses, repeats and reorders, and one replay at a time, which may be overtaken. */
class World {
  readonly client = new Client()
  readonly session = new Session<number>(this.client)
  inbox: InboxState
  readonly #late: (() => void)[] = []
  #asked: number | undefined
  #answer: (() => void) | undefined

  constructor(lastSequence: number, unreadCount: number, resume: number | null) {
    this.inbox = { lastSequence, unreadCount }
    this.client.told(this.inbox)
    this.session.start(this.inbox, resume)
  }

  run(step: Step): void {
    const { session, inbox } = this
    switch (step.kind) {
      case 'commit': {
        const sequence = inbox.lastSequence + 1
        this.inbox = { lastSequence: sequence, unreadCount: inbox.unreadCount + 1 }
        const push = () => session.pushed(sequence, step.fate === 'without text' ? undefined : sequence)
        if (step.fate === 'late') this.#late.push(push)
        else if (step.fate !== 'lost') push()
        if (step.fate === 'twice') push()
        return
      }
      case 'read': {
        const changed = { ...inbox, unreadCount: Math.max(0, inbox.unreadCount - 1) }
        this.inbox = changed
        const push = () => session.inboxChanged(changed)
        if (step.fate === 'late') this.#late.push(push)
        else if (step.fate === 'arrives') push()
        return
      }
      case 'late arrives':
        this.#late.splice(step.which % Math.max(1, this.#late.length), 1)[0]?.()
        return
      case 'head':
        session.headed(inbox.lastSequence)
        return
      case 'ask':
        this.#asked ??= session.ask()
        return
      case 'look':
        this.#look()
        return
      case 'answer':
        this.#answer?.()
        this.#answer = undefined
        return
      case 'congestion':
        this.client.full = !this.client.full
        return
      default:
        step satisfies never
    }
  }

  /** The backend reads its tables; the answer comes later. */
  #look(): void {
    const after = this.#asked
    if (after === undefined || this.#answer !== undefined) return
    const { inbox } = this
    const length = Math.min(PAGE, inbox.lastSequence - after)
    const found = page(...Array.from({ length }, (_, index) => after + 1 + index))
    this.#answer = () => {
      this.#asked = undefined
      this.session.replayed(after, found, inbox)
    }
  }

  /** All is quiet, and a socket asks the backend once more, as it does after a lost bus and now and then. */
  settle(): number {
    this.client.full = false
    let replays = 0
    for (const late of this.#late) late()
    do {
      for (const kind of ['answer', 'ask', 'look', 'answer'] as const) this.run({ kind })
      replays += 1
    } while (this.session.behind && replays < 1_000)
    return replays
  }
}

describe('whatever the bus loses, repeats and reorders', () => {
  it('a client is sent every notification once, in order, and knows how many are unread', () => {
    const start = fc.record({
      lastSequence: fc.nat({ max: 9 }),
      unreadCount: fc.nat({ max: 9 }),
      resume: fc.option(fc.nat({ max: 12 })),
    })
    fc.assert(
      fc.property(
        start,
        fc.array(step, { maxLength: 80 }),
        ({ lastSequence, unreadCount, resume }, steps) => {
          const world = new World(lastSequence, unreadCount, resume)
          const first = Math.min(resume ?? lastSequence, lastSequence) + 1
          const upTo = (last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
          for (const each of steps) {
            world.run(each)
            expect(world.client.received).toEqual(upTo(world.session.lastSent))
          }
          expect(world.settle()).toBeLessThan(100)
          expect(world.client.received).toEqual(upTo(world.inbox.lastSequence))
          expect(world.client.unreadCount).toBe(world.inbox.unreadCount)
          expect(world.client.resets).toHaveLength(resume !== null && resume > lastSequence ? 1 : 0)
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
