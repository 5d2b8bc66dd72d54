import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { memoryInMemory, type PartFault, SimulatedStore } from './testing/simulated-store'
import { createUploadEngine, type UploadEngine, type UploadTarget } from './upload-engine'

const target: UploadTarget = {
  organization: 'survey',
  folder: '',
  purpose: 'FILE_PURPOSE_GENERAL',
  versionOf: '',
}

interface Page {
  readonly engine: UploadEngine
  readonly only: () => ReturnType<UploadEngine['list']>[number]
}

let ids = 0

/** A page of a browser, with what the browser keeps. */
function openPage(store: SimulatedStore, memory = memoryInMemory(), owned = new Set<string>()): Page {
  const engine = createUploadEngine({
    tools: store.tools,
    memory,
    user: 'users/1',
    own: async (id) => {
      if (owned.has(id)) return undefined
      owned.add(id)
      return () => owned.delete(id)
    },
    newId: () => `id-${++ids}`,
    onFile: () => undefined,
    onForgetful: (error) => {
      throw error
    },
  })
  return { engine, only: () => engine.list()[0]! }
}

const bytesOf = (length: number) => Uint8Array.from({ length }, (_, place) => (place * 31 + 7) % 251)
const fileOf = (length: number, name = 'sky.fits') => new File([bytesOf(length)], name)
const chosen = (file: File) => [{ file, folder: '', handle: undefined }]

async function phase(page: Page, expected: string) {
  await expect.poll(() => page.only()?.phase, { interval: 1 }).toBe(expected)
}

describe('an upload', () => {
  test('goes in parts, three at a time, and is completed with its digest', async () => {
    const store = new SimulatedStore()
    const page = openPage(store)
    await page.engine.add(chosen(fileOf(41)), target)
    await phase(page, 'completed')
    expect(store.uploads[0]).toMatchObject({ state: 'SCANNING', displayName: 'sky.fits' })
    expect(store.uploads[0]!.content).toEqual(Buffer.from(bytesOf(41)))
    expect(store.sentParts).toBe(11)
    expect(store.mostAtATime).toBe(3)
    expect(page.only().sentBytes).toBe(41)
  })

  test.each<[string, PartFault[]]>([
    ['connections that break', ['broken', 'broken']],
    ['answers that are lost', ['lost-answer']],
    ['a store that is busy', [503, 503, 503]],
    ['addresses that work no more', [403]],
  ])('survives %s', async (_, faults) => {
    const store = new SimulatedStore()
    store.partFaults.push(...faults)
    const page = openPage(store)
    await page.engine.add(chosen(fileOf(20)), target)
    await phase(page, 'completed')
    expect(store.uploads[0]!.content).toEqual(Buffer.from(bytesOf(20)))
  })

  test('is not begun twice when the answer to its beginning is lost', async () => {
    const store = new SimulatedStore()
    store.callFaults.push('UNAVAILABLE', 'DEADLINE_EXCEEDED')
    const page = openPage(store)
    await page.engine.add(chosen(fileOf(8)), target)
    await phase(page, 'completed')
    expect(store.uploads).toHaveLength(1)
  })

  test('says what the server does not take, and has nothing to try again then', async () => {
    const store = new SimulatedStore()
    store.callFaults.push('INVALID_ARGUMENT')
    const page = openPage(store)
    await page.engine.add(chosen(fileOf(8)), target)
    await phase(page, 'failed')
    expect(page.only()).toMatchObject({ problem: 'The call failed: INVALID_ARGUMENT.', remedy: 'none' })
  })

  test('can be tried again when the quota was full', async () => {
    const store = new SimulatedStore()
    store.callFaults.push('RESOURCE_EXHAUSTED')
    const page = openPage(store)
    await page.engine.add(chosen(fileOf(8)), target)
    await phase(page, 'failed')
    page.engine.resume([page.only().id])
    await phase(page, 'completed')
  })

  test('of nothing is refused here', async () => {
    const page = openPage(new SimulatedStore())
    await page.engine.add(chosen(fileOf(0)), target)
    expect(page.only()).toMatchObject({ phase: 'failed', problem: 'The file is empty.', remedy: 'none' })
  })

  test('that is paused sends nothing, and then only what is missing', async () => {
    const store = new SimulatedStore()
    const page = openPage(store)
    store.onPart = (number) => {
      if (number === 4) page.engine.pause([page.only().id])
    }
    await page.engine.add(chosen(fileOf(40)), target)
    await phase(page, 'paused')
    store.onPart = undefined
    const arrived = store.uploads[0]!.parts.size
    const before = store.sentParts
    expect(arrived).toBeGreaterThan(0)
    page.engine.resume([page.only().id])
    await phase(page, 'completed')
    expect(store.sentParts - before).toBe(10 - arrived)
    expect(store.uploads[0]!.content).toEqual(Buffer.from(bytesOf(40)))
  })

  test('that is cancelled leaves nothing on the server and nothing to remember', async () => {
    const store = new SimulatedStore()
    const memory = memoryInMemory()
    const page = openPage(store, memory)
    store.onPart = () => page.engine.pause([page.only().id])
    await page.engine.add(chosen(fileOf(40)), target)
    await phase(page, 'paused')
    await page.engine.cancel(page.only().id)
    expect(page.engine.list()).toEqual([])
    expect(store.uploads).toEqual([])
    expect(memory.kept.size).toBe(0)
  })

  test('begins anew when the server has given it up', async () => {
    const store = new SimulatedStore()
    const page = openPage(store)
    store.onPart = () => page.engine.pause([page.only().id])
    await page.engine.add(chosen(fileOf(40)), target)
    await phase(page, 'paused')
    store.uploads.length = 0
    store.onPart = undefined
    page.engine.resume([page.only().id])
    await phase(page, 'failed')
    expect(page.only().remedy).toBe('anew')
    page.engine.resume([page.only().id])
    await phase(page, 'completed')
  })
})

describe('after a reload', () => {
  async function interrupted() {
    const store = new SimulatedStore()
    const memory = memoryInMemory()
    const owned = new Set<string>()
    const page = openPage(store, memory, owned)
    store.onPart = (number) => {
      if (number === 5) page.engine.close()
    }
    await page.engine.add(chosen(fileOf(40)), target)
    await expect.poll(() => owned.size, { interval: 1 }).toBe(0)
    store.onPart = undefined
    const next = openPage(store, memory, owned)
    await next.engine.restore()
    return { store, memory, owned, next, arrived: store.uploads[0]!.parts.size, sent: store.sentParts }
  }

  test('an upload waits for its file, and says how much of it has arrived', async () => {
    const { next, arrived } = await interrupted()
    expect(next.only()).toMatchObject({ phase: 'needs-file', sentBytes: arrived * 4, sizeBytes: 40 })
  })

  test('the same file goes on from there', async () => {
    const { store, memory, next, arrived, sent } = await interrupted()
    expect(await next.engine.chooseAgain(next.only().id, chosen(fileOf(40))[0]!)).toBeUndefined()
    await phase(next, 'completed')
    expect(store.sentParts - sent).toBe(10 - arrived)
    expect(store.uploads).toHaveLength(1)
    expect(store.uploads[0]!.content).toEqual(Buffer.from(bytesOf(40)))
    expect(memory.kept.size).toBe(0)
  })

  test('the same file is known again when it is simply uploaded once more', async () => {
    const { store, next } = await interrupted()
    await next.engine.add(chosen(fileOf(40)), target)
    await phase(next, 'completed')
    expect(next.engine.list()).toHaveLength(1)
    expect(store.uploads).toHaveLength(1)
  })

  test.each([
    ['of another name', fileOf(40, 'other.fits'), /^This is “other\.fits”/],
    ['of another size', fileOf(41), /another size/],
    ['of another content', new File([bytesOf(40).reverse()], 'sky.fits'), /another content/],
  ])('a file %s is not taken for it', async (_, file, sentence) => {
    const { next } = await interrupted()
    expect(await next.engine.chooseAgain(next.only().id, chosen(file)[0]!)).toMatch(sentence)
    expect(next.only().phase).toBe('needs-file')
  })

  test('another browser goes on with it, given the same file', async () => {
    const { store, arrived, sent } = await interrupted()
    const elsewhere = openPage(store)
    const stored = await store.tools.files().GetFile({ name: store.uploads[0]!.name })
    expect(await elsewhere.engine.adopt(stored, chosen(fileOf(41))[0]!)).toMatch(/another size/)
    expect(await elsewhere.engine.adopt(stored, chosen(fileOf(40))[0]!)).toBeUndefined()
    await phase(elsewhere, 'completed')
    expect(store.sentParts - sent).toBe(10 - arrived)
    expect(store.uploads[0]!.content).toEqual(Buffer.from(bytesOf(40)))
  })

  test('an upload that another tab has is left to it', async () => {
    const { store, memory, owned } = await interrupted()
    const third = openPage(store, memory, owned)
    await third.engine.restore()
    expect(third.engine.list()).toEqual([])
  })

  test('an upload that has ended meanwhile is forgotten', async () => {
    const { store, memory, owned, next } = await interrupted()
    next.engine.close()
    store.uploads.length = 0
    const third = openPage(store, memory, owned)
    await third.engine.restore()
    expect(third.engine.list()).toEqual([])
    expect(memory.kept.size).toBe(0)
  })

  test("another user's uploads are not shown", async () => {
    const { store, memory, owned, next } = await interrupted()
    next.engine.close()
    for (const [id, upload] of memory.kept) memory.kept.set(id, { ...upload, user: 'users/2' })
    const third = openPage(store, memory, owned)
    await third.engine.restore()
    expect(third.engine.list()).toEqual([])
  })
})

test('whatever fails on the way, every file arrives as it is, once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.constantFrom<PartFault>('broken', 'lost-answer', 503, 403), { maxLength: 12 }),
      fc.array(fc.constantFrom('UNAVAILABLE' as const, 'DEADLINE_EXCEEDED' as const), { maxLength: 6 }),
      fc.array(fc.constantFrom('pause', 'expire', 'nothing'), { maxLength: 20 }),
      async (sizes, partFaults, callFaults, happenings) => {
        const store = new SimulatedStore()
        store.partFaults.push(...partFaults)
        store.callFaults.push(...callFaults)
        const { engine } = openPage(store)
        store.onPart = () => {
          const happening = happenings.shift()
          const all = engine.list().map(({ id }) => id)
          if (happening === 'expire') store.expireAddresses()
          if (happening === 'pause') {
            engine.pause(all)
            engine.resume(all)
          }
        }
        await engine.add(
          sizes.map((size, place) => chosen(fileOf(size, `${place}`))[0]!),
          target,
        )
        await vi.waitFor(
          () => {
            const phases = engine.list().map((upload) => upload.phase)
            // Refused three times in a row, it asks its user.
            for (const upload of engine.list()) if (upload.phase === 'failed') engine.resume([upload.id])
            expect(phases).toEqual(sizes.map(() => 'completed'))
          },
          { interval: 1, timeout: 5_000 },
        )
        expect(store.mostAtATime).toBeLessThanOrEqual(3)
        expect(store.uploads).toHaveLength(sizes.length)
        for (const [place, size] of sizes.entries()) {
          const upload = store.uploads.find(({ displayName }) => displayName === `${place}`)
          expect(upload?.content).toEqual(Buffer.from(bytesOf(size)))
        }
      },
    ),
    { numRuns: 60 },
  )
})
