import type { QuarantineServiceService } from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ScannerUnavailable } from '../../../ports/scanner.ts'
import type { ServiceHandlers } from '../../../server/service-handlers.ts'
import { createIdentityReader } from '../../identity/index.ts'
import { rows } from '../sql.ts'
import { type FilesFixture, filesFixture } from '../testing/files-fixture.ts'
import { scannerMethods } from './scanner-methods.ts'
import { writeScannerAway, writeScannerReached } from './scanner-state.ts'

type Methods = Pick<
  ServiceHandlers<typeof QuarantineServiceService>,
  'getScannerState' | 'rescanFiles' | 'rejectQuarantined'
>

let fixture: FilesFixture
let methods: Methods
beforeAll(async () => {
  fixture = await filesFixture({ scanning: true })
  methods = methodsWith(true)
})
afterAll(() => fixture.end())

function methodsWith(scanning: boolean): Methods {
  const { dataSource } = fixture.database
  return scannerMethods({ dataSource, identity: createIdentityReader(dataSource), scanning })
}

const context = () => fixture.as('bob')

async function versionOf({ name }: { name: string }) {
  const [row] = await rows<{
    id: string
    next_scan_time: Date | null
    state: string
    object_key: string | null
  }>(fixture.database.dataSource, 'select * from file_versions where file_id = $1', [name.split('/')[3]])
  if (row === undefined) throw new Error('no version')
  return row
}

const state = (of = methods) => of.getScannerState({}, context())

test('the state of the scanner is what a worker saw last', async () => {
  const { dataSource } = fixture.database
  expect(await state(methodsWith(false))).toMatchObject({ enabled: false, reachable: false, failure: '' })
  expect(await state()).toMatchObject({
    enabled: true,
    reachable: false,
    failure: 'No worker has asked the scanner yet: is one running?',
  })
  const signatureTime = new Date('2026-11-22T08:00:00Z')
  await writeScannerReached(dataSource, { engine: 'ClamAV 1.4.3', signatureVersion: '27420', signatureTime })
  expect(await state()).toMatchObject({
    reachable: true,
    engine: 'ClamAV 1.4.3',
    signatureVersion: '27420',
    signatureTime,
  })
  await writeScannerAway(dataSource, new ScannerUnavailable('It is away.').message)
  expect(await state()).toMatchObject({ reachable: false, failure: 'It is away.', engine: 'ClamAV 1.4.3' })
  await dataSource.query(
    `update scanner_state set check_time = now() - interval '2 minutes', reachable = true`,
  )
  expect(await state()).toMatchObject({
    reachable: false,
    failure: 'No worker has asked the scanner for more than a minute: is one running?',
  })
})

test('what waits is counted', async () => {
  const before = await state()
  await fixture.send('alice', 'waits')
  await fixture.sendAs('alice', 'FAILED', 'failed')
  const after = await state()
  expect(after.waitingCount).toBe(before.waitingCount + 1n)
  expect(after.waitingBytes).toBe(before.waitingBytes + 5n)
  expect(after.waitingSince?.getTime()).toBeGreaterThan(Date.now() - 60_000)
})

test('released and failed versions are scanned again, and none that has no content', async () => {
  const clean = await fixture.sendAs('alice', 'CLEAN', 'clean')
  const failed = await fixture.sendAs('alice', 'FAILED', 'failed too')
  const gone = await fixture.sendAs('alice', 'INFECTED', 'bad')
  const rescan = async (what: Parameters<Methods['rescanFiles']>[0]['what']) =>
    Number((await methods.rescanFiles({ what }, context())).queuedCount)
  expect((await versionOf(clean)).next_scan_time).toBeNull()
  expect(await rescan({ $case: 'name', value: `quarantine/${(await versionOf(failed)).id}` })).toBe(1)
  expect((await versionOf(failed)).next_scan_time).not.toBeNull()
  expect(await rescan({ $case: 'failed', value: true })).toBeGreaterThanOrEqual(1)
  expect((await versionOf(clean)).next_scan_time).toBeNull()
  expect(await rescan({ $case: 'organization', value: 'organizations/other' })).toBe(0)
  expect(await rescan({ $case: 'organization', value: 'organizations/lab' })).toBe(1)
  expect((await versionOf(clean)).next_scan_time).not.toBeNull()
  expect(await rescan({ $case: 'everything', value: true })).toBe(1)
  await expect(
    rescan({ $case: 'name', value: `quarantine/${(await versionOf(gone)).id}` }),
  ).rejects.toMatchObject({ reason: 'FILE_NOT_SCANNABLE' })
  await expect(
    rescan({ $case: 'name', value: 'quarantine/01999999-0000-7000-8000-000000000000' }),
  ).rejects.toMatchObject({ reason: 'QUARANTINED_FILE_NOT_FOUND' })
})

test('only what failed is given up, once, with who did it and why', async () => {
  const failed = await fixture.sendAs('alice', 'FAILED', 'never')
  const clean = await fixture.sendAs('alice', 'CLEAN', 'good')
  const reject = async (file: { name: string }) =>
    methods.rejectQuarantined(
      { name: `quarantine/${(await versionOf(file)).id}`, reason: 'It is broken.' },
      context(),
    )
  await expect(reject(clean)).rejects.toMatchObject({ reason: 'FILE_NOT_FAILED' })
  expect(await reject(failed)).toMatchObject({
    version: {
      state: 'FILE_STATE_REJECTED',
      failure: 'It could not be scanned, and the operator gave it up: It is broken.',
    },
  })
  expect(await versionOf(failed)).toMatchObject({ state: 'REJECTED', object_key: null })
  await expect(reject(failed)).rejects.toMatchObject({ reason: 'FILE_NOT_FAILED' })
  const { events } = await fixture.handlers.listFileEvents(
    { parent: failed.name, pageSize: 0, pageToken: '' },
    fixture.as('alice'),
  )
  expect(events.at(-1)).toMatchObject({
    actorDisplayName: 'bob',
    description: 'The operator gave it up: It is broken.',
  })
})
