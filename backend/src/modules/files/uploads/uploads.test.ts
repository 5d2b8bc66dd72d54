// What ends an upload while a call about it is under way: the call is held at the store, or at a lock of the database,
// until that is done.
import { randomUUID } from 'node:crypto'
import type { File } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { rows } from '../sql.ts'
import { checkStorage } from '../sweep/check-storage.ts'
import { type Begun, type FilesFixture, filesFixture } from '../testing/files-fixture.ts'
import { changeVersion } from '../versions/change-version.ts'
import { HeldStore } from './testing/held-store.ts'

const store = new HeldStore()
let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture({ objects: store.objects, uploads: store.uploads })
  store.stand(fixture)
})
afterAll(() => fixture.end())

const alice = () => fixture.as('alice')
const complete = ({ name }: File) => fixture.handlers.completeUpload({ name, sha256: '' }, alice())
const resume = ({ name }: File) => fixture.handlers.resumeUpload({ name, parts: [] }, alice())
const cancel = ({ name }: File) => fixture.handlers.cancelUpload({ name }, alice())
const get = ({ name }: File) => fixture.handlers.getFile({ name }, alice())
const idOf = ({ name }: File) => name.split('/')[3] ?? ''

/** The state that the answer shows, or why there is none. */
const outcome = (answer: Promise<File>) =>
  answer.then(
    ({ latest }) => latest?.state,
    (error) => error.reason ?? error,
  )

async function sent(request = {}): Promise<Begun> {
  const begun = await fixture.create('alice', { sizeBytes: 5n, ...request })
  expect(await fixture.put(begun.upload, new Uint8Array(Buffer.from('hello')))).toBe(200)
  return begun
}

/** Resolves when the store has deleted what was given up, here or by the module itself. */
async function removed(): Promise<void> {
  await fixture.sweep.removals.run()
  await vi.waitUntil(
    async () => (await rows(fixture.sweep.dataSource, 'select from file_removals', [])).length === 0,
    { timeout: 10_000 },
  )
}

/** Everything that must hold, and nothing is left of what was ended. */
async function expectToAddUp(): Promise<void> {
  await removed()
  const { dataSource, uploads } = fixture.sweep
  expect(await checkStorage({ dataSource, uploads, before: new Date(Date.now() + 3_600_000) })).toEqual([])
}

/** What may come first, and what a call that comes second then shows. */
const endings: readonly [string, (file: File) => Promise<unknown>, string][] = [
  ['the same call', complete, 'FILE_STATE_SCANNING'],
  [
    'the same call, and a worker that released it',
    async (file) => {
      await complete(file)
      await fixture.settle(file, 'UNSCANNED')
    },
    'FILE_STATE_UNSCANNED',
  ],
  [
    'the same call, and a worker that rejected it',
    async (file) => {
      await complete(file)
      await fixture.settle(file, 'REJECTED')
      await removed()
    },
    'FILE_STATE_REJECTED',
  ],
  [
    'a cancellation',
    async (file) => {
      await cancel(file)
      await removed()
    },
    'FILE_NOT_FOUND',
  ],
  [
    'a deletion',
    async ({ name }) => {
      await fixture.handlers.deleteFile({ name, permanently: true }, alice())
      await removed()
    },
    'FILE_NOT_FOUND',
  ],
]

describe.each([
  ['before the store makes one object of it', 'completeUpload', 'before'],
  ['once the store has made one object of it', 'completeUpload', 'after'],
  ['before its type is looked at', 'get', 'before'],
  ['once its type is looked at', 'get', 'after'],
] as const)('a completion, %s,', (_, method, at) => {
  test.each(endings)('answers the file as %s left it', async (_what, end, state) => {
    const { file } = await sent()
    const held = store.hold(method, at)
    const answer = outcome(complete(file))
    await held.reached
    await end(file)
    held.release()
    expect(await answer).toBe(state)
    await expectToAddUp()
  })

  test('answers the version before when its own was cancelled', async () => {
    const before = await fixture.sendAs('alice', 'CLEAN', 'hello')
    const { file } = await sent({ versionOf: before.name })
    const held = store.hold(method, at)
    const answer = outcome(complete(file))
    await held.reached
    await cancel(file)
    await removed()
    held.release()
    expect(await answer).toBe('FILE_STATE_CLEAN')
    await expectToAddUp()
  })
})

describe('a resumption', () => {
  test.each(
    endings.map(
      ([what, end, state]) => [what, end, state === 'FILE_NOT_FOUND' ? state : 'UPLOAD_ENDED'] as const,
    ),
  )('says what became of the upload that %s ended', async (_, end, reason) => {
    const { file } = await sent()
    const held = store.hold('listParts', 'before')
    const answer = resume(file).catch((error) => error.reason ?? error)
    await held.reached
    await end(file)
    held.release()
    expect(await answer).toBe(reason)
    await expectToAddUp()
  })

  test('tells that all has arrived while a completion runs, or after one that was interrupted', async () => {
    const { file } = await sent()
    const held = store.hold('completeUpload', 'after')
    const completed = outcome(complete(file))
    await held.reached
    expect((await resume(file)).arrived).toEqual([{ number: 1, sizeBytes: 5n }])
    expect((await get(file)).upload?.arrived).toEqual([{ number: 1, sizeBytes: 5n }])
    held.release()
    expect(await completed).toBe('FILE_STATE_SCANNING')
    await expectToAddUp()
  })
})

test.each(endings.slice(0, 3))(
  'a look at a file shows it without the upload that %s ended',
  async (_, end) => {
    const { file } = await sent()
    const held = store.hold('listParts', 'before')
    const answer = get(file)
    await held.reached
    await end(file)
    held.release()
    expect((await answer).upload).toBeUndefined()
  },
)

test('a creation whose upload is cancelled before the store has begun it says that the file is gone', async () => {
  const requestId = randomUUID()
  const held = store.hold('createUpload', 'after')
  const answer = fixture.create('alice', { requestId }).catch((error) => error.reason ?? error)
  await held.reached
  const [row] = await rows<{ id: string }>(
    fixture.sweep.dataSource,
    'select id from files where request_id = $1',
    [requestId],
  )
  await fixture.handlers.cancelUpload({ name: `organizations/lab/files/${row?.id}` }, alice())
  held.release()
  expect(await answer).toBe('FILE_NOT_FOUND')
  await expectToAddUp()
})

/** Runs what the call meets while it waits for the locks of the work. */
async function whileWaiting<T>(
  work: Parameters<typeof inTransaction>[1],
  waiting: number,
  call: () => Promise<T>,
): Promise<T> {
  const { dataSource } = fixture.sweep
  let answer: Promise<T> | undefined
  await inTransaction(dataSource, async (manager) => {
    await work(manager)
    answer = call()
    await vi.waitUntil(
      async () => {
        const [found] = await rows<{ count: number }>(
          dataSource,
          `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          [],
        )
        return found?.count === waiting
      },
      { timeout: 10_000 },
    )
  })
  if (answer === undefined) throw new Error('nothing was called')
  return answer
}

test('a cancellation says that there is nothing to cancel when the upload is completed first', async () => {
  const { file } = await sent()
  const [version] = await rows<{ id: string }>(
    fixture.sweep.dataSource,
    'select id from file_versions where file_id = $1',
    [idOf(file)],
  )
  const { uploads } = fixture
  const key = `quarantine/${version?.id}/content`
  for await (const upload of uploads.listUploads(key, new Date(Date.now() + 60_000)))
    await uploads.completeUpload(upload, { sizeBytes: 5, partSizeBytes: 5 })
  const reason = await whileWaiting(
    (manager) =>
      changeVersion(manager, version?.id ?? '', { to: 'SCANNING', description: 'It has arrived.' }),
    1,
    () =>
      cancel(file).then(
        () => 'nothing was refused',
        (error) => error.reason ?? error,
      ),
  )
  expect(reason).toBe('UPLOAD_ENDED')
  expect((await get(file)).latest?.state).toBe('FILE_STATE_SCANNING')
  await expectToAddUp()
})

test('a new version that is asked for twice at a time by one request is begun once', async () => {
  const before = await fixture.sendAs('alice', 'CLEAN', 'hello')
  const request = { versionOf: before.name, requestId: randomUUID() }
  const answers = await whileWaiting(
    (manager) => rows(manager, 'select from files where id = $1 for update', [idOf(before)]),
    2,
    () => Promise.all([fixture.create('alice', request), fixture.create('alice', request)]),
  )
  expect(answers.map(({ file }) => [file.name, file.versionCount])).toEqual([
    [before.name, 2],
    [before.name, 2],
  ])
  await cancel(before)
  await expectToAddUp()
})
