// What can go wrong, or be made to, between the arrival of content and its release: over the backend and a worker as
// processes, a real clamd and, where there is one, a real store.
import { Readable } from 'node:stream'
import { FileServiceService, type FileState } from '@fairlead/proto/server/fairlead/files/v1/files'
import { QuarantineServiceService } from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import { NotificationsServiceService } from '@fairlead/proto/server/fairlead/notifications/v1/notifications'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { missingS3Settings } from '../../../adapters/s3/s3-test-client.ts'
import { eicar, missingClamavSettings } from '../../../adapters/scanner/clamav/clamav-test-server.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { marker, pdf, png, zip } from './testing/contents.ts'
import { type CrawledFile, crawl } from './testing/crawl.ts'
import { FaultSystem, type PersonName, type StoreKind } from './testing/fault-system.ts'
import { expectInvariants } from './testing/invariants.ts'
import { downloadUrl, getFile, sendFile, settled } from './testing/uploading.ts'

/** Processes start slowly on a busy machine. */
const START_MS = 90_000
const TEST_MS = 90_000

const TAKEN: readonly FileState[] = ['FILE_STATE_INFECTED', 'FILE_STATE_REJECTED']

const missing = missingClamavSettings()
const missingStore = missingS3Settings()

if (missing.length > 0) {
  test.skip(`faults of scans need clamd: set ${missing.join(', ')}`, () => undefined)
} else if (missingStore.length > 0) {
  test.skip(`faults of scans over objects/s3 need a store: set ${missingStore.join(', ')}`, () => undefined)
}
const stores: readonly StoreKind[] = missingStore.length > 0 ? ['filesystem'] : ['filesystem', 's3']

describe.each(missing.length > 0 ? [] : stores)('scans over objects/%s', (store) => {
  let starting: Promise<FaultSystem> | undefined
  let system: FaultSystem
  beforeAll(async () => {
    starting = FaultSystem.start({ store, scans: true })
    system = await starting
  }, START_MS)
  // Also what took longer to start than the hook may.
  afterAll(async () => (await starting)?.stop(), START_MS)
  // What one test took away is there for the next.
  afterEach(() => {
    system.scannerProxy?.up()
    system.storeProxy?.up()
  })

  const clean = () => {
    const mark = marker()
    return { mark, content: Buffer.concat([mark, Buffer.from('\nAll is well.\n'.repeat(50))]) }
  }
  const taken: CrawledFile[] = []
  const forbidden: Buffer[] = [eicar()]

  describe('what a scanner knows is never released', () => {
    const hidden = (deflated: boolean) => {
      const mark = marker()
      forbidden.push(mark)
      return zip([
        { name: 'mark.txt', content: mark },
        { name: 'readme.com', content: eicar(), deflated },
      ])
    }
    test.each([
      ['as it is', 'eicar.com', () => Buffer.from(eicar())],
      ['named as a picture', 'holiday.png', () => Buffer.from(eicar())],
      ['in an archive', 'archive.zip', () => hidden(false)],
      ['packed in an archive', 'packed.zip', () => hidden(true)],
      [
        'in an archive in an archive',
        'nested.zip',
        () => zip([{ name: 'in.zip', content: hidden(true), deflated: true }]),
      ],
      ['behind a picture', 'picture.png', () => Buffer.concat([png(), hidden(true)])],
      ['behind a document', 'paper.pdf', () => Buffer.concat([pdf(), hidden(false)])],
      ['behind a text', 'notes.txt', () => Buffer.concat([Buffer.from('Notes.\n'), hidden(true)])],
    ])(
      '%s',
      async (_, name, content) => {
        const file = await sendFile(system, { name, content: content() })
        const { latest, releasedVersion } = await settled(system, file.name)
        expect(TAKEN).toContain(latest?.state)
        expect(latest?.failure).toMatch(/\w+ .*\./)
        expect(releasedVersion).toBe(0)
        const failure = await failureOf(downloadUrl(system, file.name))
        expect(failure.code).toBe('FAILED_PRECONDITION')
        taken.push({ name: file.name, versions: 1 })
      },
      TEST_MS,
    )
  })

  test(
    'an archive that unpacks to more than the policy takes is rejected, and so is one with a password',
    async () => {
      const { policies } = await system.call(FileServiceService.listFilePolicies, {}, system.token('olivia'))
      const general = policies.find(({ purpose }) => purpose === 'FILE_PURPOSE_GENERAL')!
      const set = (maxUnpackedBytes: bigint) =>
        system.call(
          QuarantineServiceService.updateFilePolicy,
          { policy: { ...general, maxUnpackedBytes } },
          system.token('olivia'),
        )
      await set(2n ** 20n)
      const mark = marker()
      forbidden.push(mark)
      const bomb = zip([
        { name: 'mark.txt', content: mark },
        { name: 'zeros', content: Buffer.alloc(8 * 2 ** 20), deflated: true },
      ])
      const locked = zip([
        { name: 'mark.txt', content: mark },
        { name: 'secret.txt', content: Buffer.from('secret'), encrypted: true },
      ])
      for (const [name, content] of [
        ['bomb.zip', bomb],
        ['locked.zip', locked],
      ] as const) {
        const file = await sendFile(system, { name, content })
        const { latest } = await settled(system, file.name)
        expect(latest?.state, `${name}: ${latest?.failure}`).toBe('FILE_STATE_REJECTED')
        taken.push({ name: file.name, versions: 1 })
      }
      await set(general.maxUnpackedBytes)
      await expectInvariants(system, 'a bomb and a locked archive')
    },
    TEST_MS,
  )

  test(
    'whoever must know is told of what was found: owner, administrators, operator',
    async () => {
      const told = async (who: PersonName) => {
        const { notifications } = await system.call(
          NotificationsServiceService.listNotifications,
          {
            state: 'NOTIFICATION_STATE_UNSPECIFIED',
            modules: ['files'],
            organization: '',
            pageSize: 100,
            pageToken: '',
          },
          system.token(who),
        )
        return notifications.some(({ eventType }) => eventType === 'files.infected')
      }
      for (const who of ['alice', 'bob', 'olivia', 'oscar'] as const) {
        await expect.poll(() => told(who), { timeout: 20_000 }).toBe(true)
      }
      for (const who of ['carol', 'mallory', 'dave', 'eve'] as const) expect(await told(who)).toBe(false)
    },
    TEST_MS,
  )

  test('nobody is sent what was found, by any token, address or method', async () => {
    const { content, mark } = clean()
    const file = await sendFile(system, { name: 'clean.txt', content })
    await settled(system, file.name)
    const url = await downloadUrl(system, file.name)
    const report = await crawl(system, {
      files: [...taken, { name: file.name, versions: 1 }],
      urls: [url],
      forbidden,
      expected: [mark],
    })
    await expectInvariants(system, 'a crawl of what was found', report)
  }, 180_000)

  test(
    'while the scanner is away files wait visibly, and go on when it is back',
    async () => {
      const { content, mark } = clean()
      const proxy = system.scannerProxy!
      proxy.down()
      const state = () => system.call(QuarantineServiceService.getScannerState, {}, system.token('oscar'))
      const file = await sendFile(system, { name: 'waiting.txt', content })
      await expect.poll(async () => (await state()).reachable, { timeout: 30_000 }).toBe(false)
      expect(await state()).toMatchObject({ enabled: true, waitingCount: 1n })
      const { files } = await system.call(
        QuarantineServiceService.listQuarantine,
        { pageSize: 0, pageToken: '', states: ['FILE_STATE_SCANNING'], organization: '' },
        system.token('oscar'),
      )
      expect(files).toMatchObject([
        { file: file.name, attempts: 0, version: { state: 'FILE_STATE_SCANNING' } },
      ])
      const report = await crawl(system, {
        files: [{ name: file.name, versions: 1 }],
        urls: [],
        forbidden: [mark],
        expected: [],
      })
      await expectInvariants(system, 'the scanner was away', report)
      proxy.up()
      expect((await settled(system, file.name)).latest?.state).toBe('FILE_STATE_CLEAN')
      await expect.poll(async () => (await state()).reachable, { timeout: 30_000 }).toBe(true)
    },
    TEST_MS,
  )

  test(
    'a scanner that is killed in the middle of a scan is asked again',
    async () => {
      const { mark } = clean()
      const content = Buffer.concat([mark, Buffer.alloc(6 * 2 ** 20, 'a line of text\n')])
      const cut = system.scannerProxy!.cut(2 ** 20)
      const file = await sendFile(system, { name: 'large.txt', content })
      await cut
      expect((await getFile(system, file.name)).latest?.state).toBe('FILE_STATE_SCANNING')
      await expectInvariants(system, 'clamd was killed in a scan')
      expect((await settled(system, file.name)).latest?.state).toBe('FILE_STATE_CLEAN')
      await expectInvariants(system, 'the scan was done again')
    },
    TEST_MS,
  )

  test(
    'a worker that is killed between moving the content and saying so has released nothing',
    async () => {
      const { content, mark } = clean()
      const runner = system.database.dataSource.createQueryRunner()
      await system.killWorker()
      const file = await sendFile(system, { name: 'moved.txt', content })
      const id = file.name.split('/')[3]
      try {
        // Who moved it waits for the file's row.
        await runner.startTransaction()
        await runner.query('select from files where id = $1 for update', [id])
        await system.startWorker()
        await expect
          .poll(() => keysBelow(system, 'clean/'), { timeout: 30_000 })
          .toContainEqual(`clean/${await versionId(system, id)}`)
        await system.killWorker()
      } finally {
        await runner.rollbackTransaction()
        await runner.release()
      }
      expect((await getFile(system, file.name)).latest?.state).toBe('FILE_STATE_SCANNING')
      const report = await crawl(system, {
        files: [{ name: file.name, versions: 1 }],
        urls: [],
        forbidden: [mark],
        expected: [],
      })
      expect(report.leaks).toEqual([])
      await endLeases(system)
      await system.startWorker()
      expect((await settled(system, file.name)).latest?.state).toBe('FILE_STATE_CLEAN')
      const url = system.absolute(await downloadUrl(system, file.name))
      expect(Buffer.from(await (await fetch(url)).arrayBuffer()).includes(mark)).toBe(true)
      await expectInvariants(system, 'a worker was killed after the move', report)
    },
    TEST_MS + START_MS,
  )

  // The other store's steps are system calls, which nothing can hold up.
  if (store === 's3')
    test(
      'a worker that is killed between the verdict and the move has released nothing',
      async () => {
        const { content, mark } = clean()
        const stalled = system.storeProxy!.stalled(/x-amz-copy-source/i)
        const file = await sendFile(system, { name: 'unmoved.txt', content })
        await stalled
        expect((await getFile(system, file.name)).latest?.state).toBe('FILE_STATE_SCANNING')
        await system.killWorker()
        await endLeases(system)
        await system.startWorker()
        expect((await settled(system, file.name)).latest?.state).toBe('FILE_STATE_CLEAN')
        const report = await crawl(system, {
          files: [{ name: file.name, versions: 1 }],
          urls: [],
          forbidden: [eicar()],
          expected: [mark],
        })
        await expectInvariants(system, 'a worker was killed before the move', report)
      },
      TEST_MS + START_MS,
    )

  if (store === 's3')
    test(
      'a store that is away holds everything up, and loses nothing',
      async () => {
        const { content, mark } = clean()
        // It arrives while nothing can scan it, and is to be read when nothing can be read.
        system.scannerProxy!.down()
        const file = await sendFile(system, { name: 'store.txt', content })
        const proxy = system.storeProxy!
        proxy.down()
        system.scannerProxy!.up()
        await expect.poll(() => scanAttempts(system, file.name), { timeout: 30_000 }).toBeGreaterThan(0)
        const other = await failureOf(sendFile(system, { name: 'other.txt', content }))
        expect(['UNAVAILABLE', 'INTERNAL']).toContain(other.code)
        expect((await getFile(system, file.name)).latest?.state).toBe('FILE_STATE_SCANNING')
        proxy.up()
        expect((await settled(system, file.name)).latest?.state).toBe('FILE_STATE_CLEAN')
        const report = await crawl(system, {
          files: [{ name: file.name, versions: 1 }],
          urls: [],
          forbidden: [eicar()],
          expected: [mark],
        })
        await expectInvariants(system, 'the store was away', report)
      },
      TEST_MS,
    )

  test(
    'a released file in which newer signatures find something is taken back at once',
    async () => {
      const first = clean()
      const file = await sendFile(system, { name: 'later.txt', content: first.content })
      await settled(system, file.name)
      // As long as what it is exchanged for, as if the scanner had not known that yet.
      const disguised = Buffer.alloc(eicar().length, 'x')
      await sendFile(system, { name: 'later.txt', content: disguised, versionOf: file.name })
      const before = await settled(system, file.name)
      expect(before).toMatchObject({ releasedVersion: 2, latest: { state: 'FILE_STATE_CLEAN' } })
      const url = system.absolute(await downloadUrl(system, file.name))
      const [{ id, object_key: key }] = await system.database.dataSource.query(
        'select id, object_key from file_versions where file_id = $1 and version = 2',
        [file.name.split('/')[3]],
      )
      await system.store.objects.put(key, Readable.from([eicar()]))
      await system.database.dataSource.query('update file_versions set sha256 = null where id = $1', [id])
      const { queuedCount } = await system.call(
        QuarantineServiceService.rescanFiles,
        { what: { $case: 'name', value: `quarantine/${id}` } },
        system.token('olivia'),
      )
      expect(queuedCount).toBe(1n)
      await expect
        .poll(() => getFile(system, file.name), { timeout: 30_000 })
        .toMatchObject({ releasedVersion: 1, latest: { state: 'FILE_STATE_INFECTED' } })
      await expect.poll(async () => (await fetch(url)).ok, { timeout: 10_000 }).toBe(false)
      const report = await crawl(system, {
        files: [{ name: file.name, versions: 2 }],
        urls: [url],
        forbidden: [eicar()],
        expected: [first.mark],
      })
      await expectInvariants(system, 'a released file was taken back', report)
    },
    TEST_MS,
  )
})

async function keysBelow(system: FaultSystem, prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of system.store.uploads.list(prefix)) keys.push(key)
  return keys
}

async function versionId(system: FaultSystem, fileId: string | undefined): Promise<string> {
  const [{ id }] = await system.database.dataSource.query('select id from file_versions where file_id = $1', [
    fileId,
  ])
  return id
}

/** How often the newest version was scanned without a verdict. */
async function scanAttempts(system: FaultSystem, name: string): Promise<number> {
  const [{ attempts }] = await system.database.dataSource.query(
    'select scan_attempts as attempts from file_versions where file_id = $1',
    [name.split('/')[3]],
  )
  return attempts
}

/** As if the time of whoever held them had run out. */
async function endLeases(system: FaultSystem): Promise<void> {
  await system.database.dataSource.query(
    `update file_versions set scan_lease_time = now() - interval '1 second' where scan_lease_time is not null`,
  )
}
