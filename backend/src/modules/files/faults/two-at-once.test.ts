// Calls about one file that come at once, and twice each, in every pair and from every state that a file stands still in.
import {
  type CreateFileRequest,
  type File,
  FilePurpose,
  FileServiceService,
} from '@fairlead/proto/server/fairlead/files/v1/files'
import { QuarantineServiceService } from '@fairlead/proto/server/fairlead/files/v1/quarantine'
import type { ServiceError } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingS3Settings } from '../../../adapters/s3/s3-test-client.ts'
import { seenError } from '../../../testing/service-error.ts'
import { FaultSystem, type StoreKind } from './testing/fault-system.ts'
import { expectInvariants } from './testing/invariants.ts'
import { complete, createFile, putPart, sendFile, settled } from './testing/uploading.ts'

/** Processes start slowly on a busy machine. */
const START_MS = 90_000
const TEST_MS = 240_000
/** Files that are made, or whose calls are under way, at a time. */
const FILES_AT_ONCE = 8

/** The least that is FITS (standard 4.0, section 4.4.1): its preview is made in the backend itself. */
const fits = Buffer.from(
  [
    'SIMPLE  =                    T',
    'BITPIX  =                    8',
    'NAXIS   =                    0',
    'END',
  ]
    .map((card) => card.padEnd(80))
    .join('')
    .padEnd(2880),
)

type Call = (system: FaultSystem, file: File) => Promise<unknown>

const {
  resumeUpload,
  cancelUpload,
  deleteFile,
  restoreFile,
  getFilePreview,
  shareFile,
  createFile: create,
} = FileServiceService
const alice = (system: FaultSystem) => system.token('alice')

const calls: Readonly<Record<string, Call>> = {
  complete,
  resume: (system, { name }) => system.call(resumeUpload, { name, parts: [1] }, alice(system)),
  cancel: (system, { name }) => system.call(cancelUpload, { name }, alice(system)),
  trash: (system, { name }) => system.call(deleteFile, { name, permanently: false }, alice(system)),
  delete: (system, { name }) => system.call(deleteFile, { name, permanently: true }, alice(system)),
  restore: (system, { name }) => system.call(restoreFile, { name }, alice(system)),
  preview: (system, { name }) => system.call(getFilePreview, { name, version: 0 }, alice(system)),
  share: (system, { name }) => {
    const bob = { $case: 'email', value: 'bob@example.org' } as const
    return system.call(shareFile, { name, with: bob }, alice(system))
  },
  'begin a version': (system, { name }) =>
    system.call(create, { ...version, versionOf: name }, alice(system)),
  'scan again': async (system, { name }) => {
    const [newest] = await system.database.dataSource.query(
      'select id from file_versions where file_id = $1 order by version desc limit 1',
      [name.split('/')[3]],
    )
    const what = { $case: 'name', value: `quarantine/${newest?.id ?? crypto.randomUUID()}` } as const
    return system.call(QuarantineServiceService.rescanFiles, { what }, system.token('olivia'))
  },
}

const version: CreateFileRequest = {
  parent: 'organizations/lab',
  displayName: 'again.fits',
  purpose: FilePurpose.FILE_PURPOSE_GENERAL,
  sizeBytes: 10n,
  sha256: '',
  mediaType: '',
  folder: '',
  tags: [],
  description: '',
  expireTime: undefined,
  versionOf: '',
  requestId: '',
}

async function arrived(system: FaultSystem, versionOf = ''): Promise<File> {
  const { file, upload } = await createFile(system, { name: 'sky.fits', content: fits, versionOf })
  const response = await putPart(system, upload, fits)
  if (!response.ok) throw new Error(`PUT answers ${response.status}`)
  return file
}

async function released(system: FaultSystem): Promise<File> {
  const file = await sendFile(system, { name: 'sky.fits', content: fits })
  return settled(system, file.name)
}

const states: [string, (system: FaultSystem) => Promise<File>][] = [
  ['all of which has arrived', (system) => arrived(system)],
  ['that is released', released],
  [
    'that is released, and all of a second version of which has arrived',
    async (system) => arrived(system, (await released(system)).name),
  ],
  [
    'that is in the trash',
    async (system) => {
      const file = await released(system)
      await calls['trash']?.(system, file)
      return file
    },
  ],
]

const names = Object.keys(calls)
const pairs = names.flatMap((one, index) => names.slice(index).map((other) => [one, other] as const))
/** Of what is refused for what came first. */
const refusals = ['NOT_FOUND', 'FAILED_PRECONDITION']

/** Fails of calls that came at once, but for refusals. */
async function meet(system: FaultSystem, file: File, pair: readonly [string, string]): Promise<string[]> {
  const [one, other] = pair
  const answers = await Promise.allSettled(
    [one, other, other, one].map((name) => calls[name]?.(system, file)),
  )
  return answers.flatMap((answer) => {
    if (answer.status === 'fulfilled') return []
    const { code, reason, message } = seenError(answer.reason as ServiceError)
    return refusals.includes(code) ? [] : [`${one} and ${other}: ${code} ${reason ?? ''} ${message}`]
  })
}

// Once content has been released, stores differ in nothing that calls meet.
const missing = missingS3Settings()
const overS3 = states.slice(0, missing.length > 0 ? 0 : 1)

describe.each<[StoreKind, typeof states]>([
  ['filesystem', states],
  ['s3', overS3],
])('two calls at once over objects/%s, about a file', (store, standing) => {
  let starting: Promise<FaultSystem> | undefined
  beforeAll(async () => {
    if (standing.length === 0) return
    starting = FaultSystem.start({ store, scans: false })
    await starting
  }, START_MS)
  // Also of one that was too slow for the hook above.
  afterAll(async () => (await starting)?.stop(), START_MS)

  if (standing.length === 0) test.skip(`needs a store: set ${missing.join(', ')}`, () => undefined)

  test.each(standing)(
    '%s, refuse or do what they say, and all adds up',
    async (state, make) => {
      const system = await starting
      if (system === undefined) throw new Error('no system was started')
      const waiting = [...pairs]
      const failures: string[] = []
      const lane = async () => {
        for (let pair = waiting.pop(); pair !== undefined; pair = waiting.pop()) {
          failures.push(...(await meet(system, await make(system), pair)))
        }
      }
      await Promise.all(Array.from({ length: FILES_AT_ONCE }, lane))
      expect(failures).toEqual([])
      const due = `select count(*)::int as count from file_versions where state = 'SCANNING' or next_scan_time is not null`
      await expect
        .poll(() => system.database.dataSource.query(due), { timeout: 60_000 })
        .toEqual([{ count: 0 }])
      await expectInvariants(system, `${pairs.length} pairs of calls about a file ${state}`)
    },
    TEST_MS,
  )
})
