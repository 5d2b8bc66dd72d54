import { createHash, randomUUID } from 'node:crypto'
import type { File } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../../../database/index.ts'
import { rows } from '../sql.ts'
import { checkStorage } from '../sweep/check-storage.ts'
import { sweepDue, sweepStore } from '../sweep/file-sweep.ts'
import { type FilesFixture, filesFixture } from '../testing/files-fixture.ts'
import { releaseUse, useFile } from './file-uses.ts'

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture()
})
afterAll(() => fixture.end())

const reason = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing was refused',
    (error) => error.reason ?? error,
  )
const idOf = ({ name }: File) => name.split('/')[3] ?? ''
const soon = () => new Date(Date.now() + 3_600_000)

/** Everything that must hold, whatever was done before. */
async function expectToAddUp(): Promise<void> {
  await fixture.sweep.removals.run()
  const { dataSource, uploads } = fixture.sweep
  expect(await checkStorage({ dataSource, uploads, before: soon() })).toEqual([])
}

describe('an upload', () => {
  test('is refused to whoever has a thousand open, and to nobody else', async () => {
    const { file } = await fixture.create('alice', { displayName: 'first.txt', sizeBytes: 5n })
    const { dataSource } = fixture.sweep
    await rows(
      dataSource,
      `insert into file_versions select (jsonb_populate_record(file_versions, jsonb_build_object(
         'id', gen_random_uuid(), 'version', n + 1, 'object_key', null))).*
       from file_versions, generate_series(1, 999) as n where file_id = $1`,
      [idOf(file)],
    )
    const another = (who: 'alice' | 'mallory') =>
      fixture.create(who, { displayName: 'another.txt', sizeBytes: 5n })
    expect(await reason(another('alice'))).toBe('TOO_MANY_UPLOADS')
    expect(await reason(another('mallory'))).toBe('nothing was refused')
    await rows(dataSource, `delete from file_versions where file_id = $1 and version > 1`, [idOf(file)])
    expect(await reason(another('alice'))).toBe('nothing was refused')
  })

  test('goes to quarantine, is completed, waits for its scan and cannot be fetched meanwhile', async () => {
    const { file, upload } = await fixture.create('alice', { displayName: 'a.txt', sizeBytes: 5n })
    expect(file.latest).toMatchObject({ version: 1, state: 'FILE_STATE_UPLOADING', sizeBytes: 5n })
    expect(upload).toMatchObject({ partCount: 1, partSizeBytes: 5n, arrived: [] })
    const complete = () =>
      fixture.handlers.completeUpload({ name: file.name, sha256: '' }, fixture.as('alice'))
    expect(await reason(complete())).toBe('UPLOAD_INCOMPLETE')
    expect(await fixture.put(upload, new Uint8Array(Buffer.from('hello')))).toBeLessThan(300)
    const resumed = await fixture.handlers.resumeUpload({ name: file.name, parts: [1] }, fixture.as('alice'))
    expect(resumed.arrived).toEqual([{ number: 1, sizeBytes: 5n }])
    expect(resumed.addresses).toHaveLength(1)
    const completed = await complete()
    expect(completed.latest).toMatchObject({ state: 'FILE_STATE_SCANNING', mediaType: 'text/plain' })
    expect(completed.upload).toBeUndefined()
    expect(await complete()).toEqual(completed)
    expect(await fixture.put(upload, new Uint8Array(Buffer.from('HELLO')))).toBeGreaterThanOrEqual(400)
    const sign = (version = 0) =>
      fixture.handlers.createDownloadUrl({ name: file.name, version }, fixture.as('alice'))
    expect(await reason(sign())).toBe('FILE_NOT_RELEASED')
    await fixture.settle(file, 'UNSCANNED')
    expect((await sign()).url).toMatch(/^\/objects\/clean\//)
    expect(await reason(sign(2))).toBe('FILE_NOT_FOUND')
    const { events } = await fixture.handlers.listFileEvents(
      { parent: file.name, pageSize: 0, pageToken: '' },
      fixture.as('mallory'),
    )
    expect(events.map(({ kind, toState }) => (kind === 'state' ? toState : kind))).toEqual([
      'created',
      'FILE_STATE_SCANNING',
      'FILE_STATE_UNSCANNED',
      'fetched',
    ])
    await expectToAddUp()
  })

  test('is known again by its request id, also when the same is asked twice at a time', async () => {
    const request = { requestId: randomUUID(), displayName: 'once.txt' }
    const both = await Promise.all([fixture.create('alice', request), fixture.create('alice', request)])
    const third = await fixture.create('alice', request)
    expect(new Set([...both, third].map(({ file }) => file.name)).size).toBe(1)
    await fixture.handlers.cancelUpload({ name: third.file.name }, fixture.as('alice'))
    await expectToAddUp()
  })

  test('is for who began it alone, but that administrators may give it up', async () => {
    const { file } = await fixture.create('alice')
    const { name } = file
    expect(await reason(fixture.handlers.resumeUpload({ name, parts: [] }, fixture.as('carol')))).toBe(
      'UPLOAD_OF_ANOTHER',
    )
    expect(await reason(fixture.handlers.completeUpload({ name, sha256: '' }, fixture.as('bob')))).toBe(
      'UPLOAD_OF_ANOTHER',
    )
    expect(await reason(fixture.handlers.cancelUpload({ name }, fixture.as('carol')))).toBe(
      'UPLOAD_OF_ANOTHER',
    )
    await fixture.handlers.cancelUpload({ name }, fixture.as('bob'))
    expect(await reason(fixture.handlers.getFile({ name }, fixture.as('alice')))).toBe('FILE_NOT_FOUND')
    await expectToAddUp()
  })

  test('of what the purpose does not take is rejected by its content, not by its name', async () => {
    const file = await fixture.send('alice', 'x'.repeat(100), {
      displayName: 'image.fits',
      purpose: 'FILE_PURPOSE_DATASET',
    })
    expect(file.latest).toMatchObject({
      state: 'FILE_STATE_REJECTED',
      failure:
        'By its content it is text/plain, and files for datasets are image/fits. Convert it, or choose another purpose.',
    })
    expect(
      (
        await fixture.send('alice', `SIMPLE  =                    T${' '.repeat(2850)}`, {
          displayName: 'image.txt',
          purpose: 'FILE_PURPOSE_DATASET',
        })
      ).latest,
    ).toMatchObject({ state: 'FILE_STATE_SCANNING', mediaType: 'image/fits' })
    await expectToAddUp()
  })

  test('that nobody resumed for a day is given up', async () => {
    const { file } = await fixture.create('alice', { displayName: 'stale.txt' })
    await rows(
      fixture.sweep.dataSource,
      `update file_versions set upload_expire_time = now() where file_id = $1`,
      [idOf(file)],
    )
    await sweepDue(fixture.sweep)
    expect(await reason(fixture.handlers.getFile({ name: file.name }, fixture.as('alice')))).toBe(
      'FILE_NOT_FOUND',
    )
    await expectToAddUp()
  })

  test.each([
    ['..', 'FILE_NAME_INVALID'],
    ['../etc/passwd', 'FILE_NAME_INVALID'],
    ['a\\b', 'FILE_NAME_INVALID'],
    ['nul\0', 'FILE_NAME_INVALID'],
    ['\u202Egnp.exe', 'FILE_NAME_INVALID'],
    ['line\nbreak', 'FILE_NAME_INVALID'],
    ['   ', 'FILE_NAME_INVALID'],
    ['\ud800', 'FILE_NAME_INVALID'],
    ['x'.repeat(256), 'FILE_NAME_INVALID'],
    ['é'.repeat(128), 'FILE_NAME_INVALID'],
  ])('is not begun under the name %j', async (displayName, expected) => {
    expect(await reason(fixture.create('alice', { displayName }))).toBe(expected)
  })

  test('is begun under any other name, in one form of Unicode', async () => {
    const { file } = await fixture.create('alice', { displayName: 'Ame\u0301lie \u{1F680} <&>"\'.txt' })
    expect(file.displayName).toBe('Am\u00e9lie \u{1F680} <&>"\'.txt')
    await fixture.handlers.cancelUpload({ name: file.name }, fixture.as('alice'))
  })

  test.each([['/a'], ['a//b'], ['a/../b'], ['a/b/c/d/e/f/g/h/i'], ['x'.repeat(101)]])(
    'is not put into the folder %j',
    async (folder) => {
      expect(await reason(fixture.create('alice', { folder }))).toBe('FOLDER_INVALID')
    },
  )

  test('larger than its purpose takes, or that has expired already, is not begun', async () => {
    expect(await reason(fixture.create('alice', { sizeBytes: 10_737_418_241n }))).toBe('FILE_TOO_LARGE')
    expect(await reason(fixture.create('alice', { expireTime: new Date(0) }))).toBe('INVALID_FIELD')
  })

  test('with another digest than it was begun with is not completed', async () => {
    const sha256 = createHash('sha256').update('hello').digest('hex')
    const { file, upload } = await fixture.create('alice', { sha256 })
    await fixture.put(upload, new Uint8Array(Buffer.from('hello')))
    const complete = (digest: string) =>
      fixture.handlers.completeUpload({ name: file.name, sha256: digest }, fixture.as('alice'))
    expect(await reason(complete('0'.repeat(64)))).toBe('INVALID_FIELD')
    expect((await complete(sha256)).latest?.sha256).toBe(sha256)
  })
})

describe('another organisation', () => {
  test('has no file of this one, whatever is asked', async () => {
    const { name } = await fixture.sendAs('alice', 'CLEAN', 'ours')
    const dave = fixture.as('dave')
    const { handlers } = fixture
    const asked = [
      handlers.getFile({ name }, dave),
      handlers.createDownloadUrl({ name, version: 0 }, dave),
      handlers.resumeUpload({ name, parts: [] }, dave),
      handlers.completeUpload({ name, sha256: '' }, dave),
      handlers.cancelUpload({ name }, dave),
      handlers.deleteFile({ name, permanently: true }, dave),
      handlers.restoreFile({ name }, dave),
      handlers.listFileVersions({ parent: name, pageSize: 0, pageToken: '' }, dave),
      handlers.listFileEvents({ parent: name, pageSize: 0, pageToken: '' }, dave),
      handlers.shareFile({ name, with: { $case: 'email', value: 'dave@example.org' } }, dave),
      handlers.unshareFile({ name, with: 'organizations/other' }, dave),
      fixture.create('dave', { versionOf: name }),
      fixture.create('dave', { versionOf: name.replace('/lab/', '/other/') }),
    ]
    expect(await Promise.all(asked.map(reason))).toEqual(asked.map(() => 'FILE_NOT_FOUND'))
  })
})

describe('versions', () => {
  test('take the place of the one before when they are released, and give it back when they are found infected', async () => {
    const first = await fixture.sendAs('alice', 'CLEAN', 'one', { displayName: 'v.txt' })
    const second = await fixture.send('alice', 'second', { versionOf: first.name })
    expect(second).toMatchObject({
      name: first.name,
      releasedVersion: 1,
      versionCount: 2,
      displayName: 'v.txt',
    })
    expect(await reason(fixture.create('carol', { versionOf: first.name }))).toBe('FILE_OF_ANOTHER')
    await fixture.settle(first, 'CLEAN')
    const get = () => fixture.handlers.getFile({ name: first.name }, fixture.as('alice'))
    expect(await get()).toMatchObject({ releasedVersion: 2 })
    await fixture.settle(first, 'INFECTED')
    expect(await get()).toMatchObject({ releasedVersion: 1, latest: { state: 'FILE_STATE_INFECTED' } })
    const sign = (version: number) =>
      fixture.handlers.createDownloadUrl({ name: first.name, version }, fixture.as('alice'))
    expect(await reason(sign(2))).toBe('FILE_NOT_RELEASED')
    expect((await sign(0)).url).toContain('/objects/clean/')
    const { versions } = await fixture.handlers.listFileVersions(
      { parent: first.name, pageSize: 0, pageToken: '' },
      fixture.as('mallory'),
    )
    expect(versions.map(({ version, state }) => `${version} ${state}`)).toEqual([
      '2 FILE_STATE_INFECTED',
      '1 FILE_STATE_CLEAN',
    ])
    await expectToAddUp()
  })

  test('are uploaded one at a time, and one that is cancelled leaves the file as it was', async () => {
    const file = await fixture.sendAs('alice', 'CLEAN', 'one')
    await fixture.create('alice', { versionOf: file.name })
    expect(await reason(fixture.create('alice', { versionOf: file.name }))).toBe('UPLOAD_UNDER_WAY')
    await fixture.handlers.cancelUpload({ name: file.name }, fixture.as('alice'))
    const now = await fixture.handlers.getFile({ name: file.name }, fixture.as('alice'))
    expect(now).toMatchObject({ versionCount: 1, releasedVersion: 1, latest: { state: 'FILE_STATE_CLEAN' } })
    await expectToAddUp()
  })
})

describe('changes', () => {
  const update = (file: File, change: Partial<File>, name: 'alice' | 'bob' | 'carol' = 'alice') =>
    fixture.handlers.updateFile(
      {
        name: file.name,
        file: { ...file, ...change },
        updateMask: Object.keys(change).map((key) =>
          key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        ),
      },
      fixture.as(name),
    )

  test('are for the owner and for administrators', async () => {
    const file = await fixture.sendAs('alice', 'CLEAN', 'one')
    expect(await reason(update(file, { displayName: 'b.txt' }, 'carol'))).toBe('FILE_OF_ANOTHER')
    expect((await update(file, { displayName: 'b.txt' }, 'bob')).displayName).toBe('b.txt')
    expect((await update(file, { folder: 'a/b', tags: ['x', 'x'] })).folder).toBe('a/b')
    expect(await reason(update(file, { expireTime: new Date(0) }))).toBe('INVALID_FIELD')
    expect(await reason(update(file, { displayName: '../b' }))).toBe('FILE_NAME_INVALID')
    const seen = await fixture.handlers.getFile({ name: file.name }, fixture.as('carol'))
    expect(seen).toMatchObject({ displayName: 'b.txt', tags: ['x'], editable: false })
  })

  test('put a file into the trash and take it out; in it, nothing of it can be fetched', async () => {
    const file = await fixture.sendAs('alice', 'CLEAN', 'one', { displayName: 'trash.txt' })
    const { name } = file
    await fixture.handlers.deleteFile({ name, permanently: false }, fixture.as('alice'))
    expect(await reason(fixture.handlers.createDownloadUrl({ name, version: 1 }, fixture.as('alice')))).toBe(
      'FILE_IN_TRASH',
    )
    expect(await reason(fixture.create('alice', { versionOf: name }))).toBe('FILE_IN_TRASH')
    const trashed = await fixture.handlers.getFile({ name }, fixture.as('alice'))
    expect(trashed.purgeTime?.getTime()).toBe((trashed.trashTime?.getTime() ?? 0) + 30 * 86_400_000)
    await expectToAddUp()
    const restored = await fixture.handlers.restoreFile({ name }, fixture.as('alice'))
    expect(restored.trashTime).toBeUndefined()
    expect(
      (await fixture.handlers.createDownloadUrl({ name, version: 0 }, fixture.as('alice'))).url,
    ).not.toBe('')
  })

  test('into the trash take nothing of which nothing has arrived: it is gone', async () => {
    const { file } = await fixture.create('alice')
    await fixture.handlers.deleteFile({ name: file.name, permanently: false }, fixture.as('alice'))
    expect(await reason(fixture.handlers.getFile({ name: file.name }, fixture.as('alice')))).toBe(
      'FILE_NOT_FOUND',
    )
    await expectToAddUp()
  })

  test('delete a file for good, with its content and its room', async () => {
    const file = await fixture.sendAs('alice', 'CLEAN', 'one')
    await fixture.send('alice', 'two', { versionOf: file.name })
    const before = await usage()
    await fixture.handlers.deleteFile({ name: file.name, permanently: true }, fixture.as('bob'))
    expect((await usage()).usedBytes).toBe(before.usedBytes - 6n)
    expect(await reason(fixture.handlers.getFile({ name: file.name }, fixture.as('alice')))).toBe(
      'FILE_NOT_FOUND',
    )
    await expectToAddUp()
  })

  test('of the clock: expired files go into the trash, and out of it for good', async () => {
    const file = await fixture.sendAs('alice', 'CLEAN', 'one', { expireTime: soon() })
    await rows(fixture.sweep.dataSource, 'update files set expire_time = now() where id = $1', [idOf(file)])
    await sweepDue(fixture.sweep)
    const get = () => fixture.handlers.getFile({ name: file.name }, fixture.as('alice'))
    expect((await get()).trashTime).toBeDefined()
    await rows(
      fixture.sweep.dataSource,
      `update files set trash_time = now() - interval '31 days' where id = $1`,
      [idOf(file)],
    )
    await sweepDue(fixture.sweep)
    expect(await reason(get())).toBe('FILE_NOT_FOUND')
    await expectToAddUp()
  })

  test('do not take away what something needs', async () => {
    const file = await fixture.sendAs('alice', 'CLEAN', 'one')
    const use = { fileId: idOf(file), version: 1, usedBy: `transfers/${randomUUID()}` }
    const { dataSource } = fixture.sweep
    await inTransaction(dataSource, (manager) => useFile(manager, use))
    await inTransaction(dataSource, (manager) => useFile(manager, use))
    const drop = (permanently: boolean) =>
      fixture.handlers.deleteFile({ name: file.name, permanently }, fixture.as('alice'))
    expect(await reason(drop(false))).toBe('FILE_IN_USE')
    expect(await reason(drop(true))).toBe('FILE_IN_USE')
    const { usedBy } = await fixture.handlers.getFile({ name: file.name }, fixture.as('alice'))
    expect(usedBy).toEqual([`organizations/lab/${use.usedBy}`])
    await rows(dataSource, 'update files set expire_time = now() where id = $1', [idOf(file)])
    await sweepDue(fixture.sweep)
    expect(await fixture.module.files.version(idOf(file), 1)).toMatchObject({ displayName: 'notes.txt' })
    await inTransaction(dataSource, (manager) => releaseUse(manager, use))
    await drop(true)
    await expectToAddUp()
  })

  const usage = () =>
    fixture.handlers.getStorageUsage({ name: 'organizations/lab/storageUsage' }, fixture.as('mallory'))
})

test('the sweep deletes objects that belong to no version, and tells what is lost', async () => {
  const { objects, sweep } = fixture
  const { Readable } = await import('node:stream')
  const stray = `clean/${randomUUID()}`
  await objects.put(stray, Readable.from(['x']))
  const { dataSource, uploads } = sweep
  expect(await checkStorage({ dataSource, uploads, before: soon() })).toEqual([
    `the object ${stray} belongs to no version`,
  ])
  expect(await sweepStore({ ...sweep, before: soon() })).toEqual([])
  const file = await fixture.sendAs('alice', 'CLEAN', 'lost')
  const [{ object_key: key } = { object_key: '' }] = await rows<{ object_key: string }>(
    dataSource,
    'select object_key from file_versions where file_id = $1',
    [idOf(file)],
  )
  await objects.delete(key)
  expect(await checkStorage({ dataSource, uploads, before: soon() })).toEqual([
    `a version's content ${key} is not in the store`,
  ])
  await fixture.handlers.deleteFile({ name: file.name, permanently: true }, fixture.as('alice'))
})
