import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  clamavTestOptions,
  eicar,
  missingClamavSettings,
} from '../../../adapters/scanner/clamav/clamav-test-server.ts'
import { ClamavScanner } from '../../../adapters/scanner/clamav/index.ts'
import { createDisabledScanner } from '../../../adapters/scanner/disabled/index.ts'
import { ScanFailed, type Scanner, ScannerUnavailable, type ScanVerdict } from '../../../ports/scanner.ts'
import type { WorkerPart } from '../../notifications/index.ts'
import { rows } from '../sql.ts'
import { checkStorage } from '../sweep/check-storage.ts'
import { type FilesFixture, filesFixture } from '../testing/files-fixture.ts'
import { cleanKey } from '../versions/file-keys.ts'
import { notifyScan } from '../watch/file-notice.ts'
import { makeZip } from './archives/testing/make-archives.ts'
import { type ScanningOptions, scanningPart } from './scanning-part.ts'

const log = pino({ level: 'silent' })
const clean: ScanVerdict = { state: 'CLEAN', signature: '', engine: 'Test 1', signatureVersion: '1' }
const infected: ScanVerdict = { ...clean, state: 'INFECTED', signature: 'Bad.Thing' }

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture({ scanning: true })
})
afterAll(() => fixture.end())
afterEach(async () => {
  // Whatever happened: quotas are the sums of what exists, and no object belongs to nobody.
  const { dataSource, uploads, objects, removals } = fixture.sweep
  await removals.run()
  expect(await checkStorage({ dataSource, uploads, before: new Date(Date.now() + 60_000) })).toEqual([])
  await dataSource.query(
    'truncate files, file_versions, file_events, outbox, scanner_state, storage_quotas cascade',
  )
  for (const prefix of ['clean/', 'quarantine/']) await objects.deletePrefix(prefix)
})

async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of fixture.uploads.list(prefix)) keys.push(key)
  return keys
}

/** One that answers as it is told at the time. */
class TestScanner implements Scanner {
  readonly enabled = true
  readonly seen: string[] = []
  signatureVersion = '1'
  answer: (content: string) => ScanVerdict | Error | Promise<ScanVerdict> = () => clean
  away = false

  async version() {
    if (this.away) throw new ScannerUnavailable('it is away')
    return { engine: 'Test 1', signatureVersion: this.signatureVersion }
  }

  async scan({ content, signal }: Parameters<Scanner['scan']>[0]): Promise<ScanVerdict> {
    const chunks: Buffer[] = []
    for await (const chunk of content) chunks.push(chunk)
    signal?.throwIfAborted()
    const text = Buffer.concat(chunks).toString()
    this.seen.push(text)
    const answer = await this.answer(text)
    if (answer instanceof Error) throw answer
    return { ...answer, signatureVersion: this.signatureVersion }
  }
}

async function scanWith(scanner: Scanner, options: Partial<ScanningOptions> = {}): Promise<WorkerPart> {
  const { database, objects, uploads, sweep } = fixture
  const part = scanningPart({
    dataSource: database.dataSource,
    databaseUrl: database.url,
    objects,
    uploads,
    removals: sweep.removals,
    scanner,
    registry: new Registry(),
    log,
    intervalMs: 20,
    ...options,
  })
  await part.start()
  onTestFinished(() => part.stop())
  return part
}

async function latest({ name }: { name: string }) {
  const { latest: version } = await fixture.handlers.getFile({ name }, fixture.as('alice'))
  return version
}

const stateOf = async (file: { name: string }) => (await latest(file))?.state

async function versionRow({ name }: { name: string }) {
  const [row] = await rows<{
    id: string
    object_key: string | null
    scan_attempts: number
    next_scan_time: Date
  }>(fixture.database.dataSource, 'select * from file_versions where file_id = $1', [name.split('/')[3]])
  if (row === undefined) throw new Error('no version')
  return row
}

async function eventsOf(kind: string) {
  return await rows<{ payload: Record<string, unknown> }>(
    fixture.database.dataSource,
    'select payload from outbox where routing_key like $1 order by 1',
    [`files.${kind}%`],
  )
}

test('without a scanner files are released unscanned, with their digest', async () => {
  await scanWith(createDisabledScanner())
  const file = await fixture.send('alice', 'hello')
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_UNSCANNED')
  expect(await latest(file)).toMatchObject({
    sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    scanEngine: '',
  })
  expect((await versionRow(file)).object_key).toBe(cleanKey((await versionRow(file)).id))
})

test('what is clean is released, and says who looked', async () => {
  await scanWith(new TestScanner())
  const file = await fixture.send('alice', 'hello')
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
  expect(await latest(file)).toMatchObject({ scanEngine: 'Test 1', signatureVersion: '1', failure: '' })
  expect(await eventsOf('released')).toHaveLength(1)
})

test('of what is infected nothing is left but its record', async () => {
  const scanner = new TestScanner()
  scanner.answer = () => infected
  await scanWith(scanner)
  const file = await fixture.send('alice', 'bad')
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_INFECTED')
  expect(await latest(file)).toMatchObject({ signature: 'Bad.Thing' })
  expect((await versionRow(file)).object_key).toBeNull()
  await expect.poll(() => keysBelow('quarantine/')).toEqual([])
  expect(await eventsOf('infected')).toMatchObject([{ payload: { signature: 'Bad.Thing' } }])
})

test('content with another digest than was announced is rejected', async () => {
  await scanWith(new TestScanner())
  const file = await fixture.send('alice', 'hello', { sha256: 'a'.repeat(64) })
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_REJECTED')
  expect((await latest(file))?.failure).toContain('does not have the SHA-256 that was announced')
})

test('what the scanner cannot look into is rejected by policy', async () => {
  const scanner = new TestScanner()
  scanner.answer = () => ({ ...clean, unread: 'ENCRYPTED' })
  await scanWith(scanner)
  const refused = await fixture.send('alice', 'secret')
  await expect.poll(() => stateOf(refused)).toBe('FILE_STATE_REJECTED')
  await fixture.database.dataSource.query(`update file_policies set encrypted_archives = 'ALLOW'`)
  const taken = await fixture.send('alice', 'secret too')
  await expect.poll(() => stateOf(taken)).toBe('FILE_STATE_CLEAN')
  scanner.answer = () => ({ ...clean, unread: 'LIMITS' })
  const deep = await fixture.send('alice', 'deep')
  await expect.poll(() => stateOf(deep)).toBe('FILE_STATE_REJECTED')
})

test('files wait while the scanner is away, at no cost, and the operator is told once', async () => {
  const scanner = new TestScanner()
  scanner.away = true
  await scanWith(scanner, { toldAfterSeconds: 0 })
  const file = await fixture.send('alice', 'hello')
  await expect.poll(() => eventsOf('scanner_away')).toHaveLength(1)
  const [state] = await rows(fixture.database.dataSource, 'select * from scanner_state', [])
  expect(state).toMatchObject({ reachable: false, failure: 'it is away', away_told: true })
  expect(await stateOf(file)).toBe('FILE_STATE_SCANNING')
  expect(scanner.seen).toEqual([])
  scanner.away = false
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
  expect(await eventsOf('scanner_away')).toHaveLength(1)
})

test('a scanner that goes away in a scan costs no attempt', async () => {
  const scanner = new TestScanner()
  scanner.answer = () => {
    scanner.away = true
    return new ScannerUnavailable('gone')
  }
  await scanWith(scanner)
  const file = await fixture.send('alice', 'hello')
  await expect.poll(() => scanner.seen).toEqual(['hello'])
  await expect.poll(async () => (await versionRow(file)).next_scan_time.getTime()).toBeGreaterThan(Date.now())
  expect((await versionRow(file)).scan_attempts).toBe(0)
  scanner.away = false
  scanner.answer = () => clean
  await dueNow()
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
})

/** In place of the time that passes. */
async function dueNow(): Promise<void> {
  await fixture.database.dataSource.query(
    `update file_versions set next_scan_time = now() where next_scan_time is not null`,
  )
  await notifyScan(fixture.database.dataSource, '')
}

test('a scan without a verdict is done again, later each time, and then shows as failed', async () => {
  const scanner = new TestScanner()
  scanner.answer = () => new ScanFailed('No memory.')
  await scanWith(scanner)
  const file = await fixture.send('alice', 'hello')
  for (const [attempts, pauseS] of [5, 10, 20, 40, 80].entries()) {
    await expect.poll(async () => (await versionRow(file)).scan_attempts).toBe(attempts + 1)
    const waitMs = (await versionRow(file)).next_scan_time.getTime() - Date.now()
    expect(waitMs / 1000).toBeGreaterThan(pauseS - 3)
    expect(waitMs / 1000).toBeLessThanOrEqual(pauseS)
    if (attempts < 4) await dueNow()
  }
  expect(await latest(file)).toMatchObject({
    state: 'FILE_STATE_FAILED',
    failure: 'No memory. It is tried again, and the operator sees it.',
  })
  scanner.answer = () => clean
  await dueNow()
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
  expect((await latest(file))?.failure).toBe('')
})

test('newer signatures take back what they find, and leave the rest', async () => {
  const scanner = new TestScanner()
  await scanWith(scanner)
  const good = await fixture.send('alice', 'good')
  const bad = await fixture.send('alice', 'bad')
  await expect.poll(() => stateOf(good)).toBe('FILE_STATE_CLEAN')
  await expect.poll(() => stateOf(bad)).toBe('FILE_STATE_CLEAN')
  scanner.answer = (content) => (content === 'bad' ? infected : clean)
  scanner.signatureVersion = '2'
  await expect.poll(() => stateOf(bad), { timeout: 10_000 }).toBe('FILE_STATE_INFECTED')
  await expect.poll(async () => (await latest(good))?.signatureVersion, { timeout: 10_000 }).toBe('2')
  expect(await stateOf(good)).toBe('FILE_STATE_CLEAN')
  expect((await fixture.handlers.getFile({ name: bad.name }, fixture.as('alice'))).releasedVersion).toBe(0)
  expect(await eventsOf('released')).toHaveLength(2)
})

test('what was released unscanned is scanned once there is a scanner', async () => {
  const before = await scanWith(createDisabledScanner())
  const file = await fixture.send('alice', 'hello')
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_UNSCANNED')
  await before.stop()
  await scanWith(new TestScanner())
  await expect.poll(() => stateOf(file), { timeout: 10_000 }).toBe('FILE_STATE_CLEAN')
})

test('a worker that ended between the move and the word is followed by another', async () => {
  const file = await fixture.send('alice', 'hello')
  const { id, object_key: key } = await versionRow(file)
  await fixture.uploads.move(key ?? '', cleanKey(id))
  await scanWith(new TestScanner())
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
})

test('after the move, what is found all the same is deleted from where it is', async () => {
  const file = await fixture.send('alice', 'bad')
  const { id, object_key: key } = await versionRow(file)
  await fixture.uploads.move(key ?? '', cleanKey(id))
  const scanner = new TestScanner()
  scanner.answer = () => infected
  await scanWith(scanner)
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_INFECTED')
  await expect.poll(() => keysBelow('clean/')).toEqual([])
})

test('a scan whose lease is lost says nothing', async () => {
  const scanner = new TestScanner()
  const { promise: lost, resolve: lose } = Promise.withResolvers<void>()
  scanner.answer = async () => {
    if (scanner.seen.length === 1) {
      await lost
      return clean
    }
    return infected
  }
  const slow = await scanWith(scanner, { concurrency: 1 })
  const file = await fixture.send('alice', 'hello')
  await expect.poll(() => scanner.seen).toHaveLength(1)
  await fixture.database.dataSource.query(
    `update file_versions set scan_lease_time = now() - interval '1 second'`,
  )
  await scanWith(scanner, { concurrency: 1 })
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_INFECTED')
  lose()
  await slow.stop()
  expect(await stateOf(file)).toBe('FILE_STATE_INFECTED')
  expect(await keysBelow('clean/')).toEqual([])
})

test('a worker that ends hands its scans back at once', async () => {
  const scanner = new TestScanner()
  scanner.answer = () => new Promise(() => undefined)
  const ending = await scanWith({
    enabled: true,
    version: () => scanner.version(),
    scan: ({ signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
  })
  const file = await fixture.send('alice', 'hello')
  await expect
    .poll(() =>
      rows(fixture.database.dataSource, 'select 1 from file_versions where scan_lease_id is not null', []),
    )
    .toHaveLength(1)
  await ending.stop()
  await scanWith(new TestScanner())
  await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
})

const missing = missingClamavSettings()
if (missing.length === 0) {
  describe('with a real scanner', () => {
    const contents = {
      plain: eicar(),
      'in a zip': makeZip([{ name: 'a.txt', content: eicar() }]),
      'named .png': eicar(),
    }
    test.each(Object.entries(contents))('the test file is found %s', async (name, content) => {
      await scanWith(new ClamavScanner(clamavTestOptions()))
      const begun = await fixture.create('alice', {
        displayName: name === 'named .png' ? 'x.png' : 'x',
        sizeBytes: BigInt(content.length),
      })
      expect(await fixture.put(begun.upload, new Uint8Array(content))).toBeLessThan(300)
      await fixture.handlers.completeUpload({ name: begun.file.name, sha256: '' }, fixture.as('alice'))
      await expect.poll(() => stateOf(begun.file)).toBe('FILE_STATE_INFECTED')
    })

    test('what is clean is read back as it was sent', async () => {
      await scanWith(new ClamavScanner(clamavTestOptions()))
      const file = await fixture.send('alice', 'a,b\n1,2\n')
      await expect.poll(() => stateOf(file)).toBe('FILE_STATE_CLEAN')
      const content = await fixture.objects.get((await versionRow(file)).object_key ?? '')
      expect(await text(content)).toBe('a,b\n1,2\n')
    })
  })
} else {
  test.skip(`files scanned by clamd: set ${missing.join(', ')}`, () => undefined)
}
