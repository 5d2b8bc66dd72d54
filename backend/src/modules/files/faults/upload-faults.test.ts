// What can go wrong, or be made to, while content arrives: over the backend and a worker as processes.
import { createHash, randomBytes } from 'node:crypto'
import { FileServiceService } from '@fairlead/proto/server/fairlead/files/v1/files'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { missingS3Settings } from '../../../adapters/s3/s3-test-client.ts'
import { failureOf } from '../../../testing/service-error.ts'
import { marker, png, zip } from './testing/contents.ts'
import { type CrawledFile, crawl } from './testing/crawl.ts'
import { FaultSystem, type StoreKind } from './testing/fault-system.ts'
import { expectInvariants } from './testing/invariants.ts'
import {
  complete,
  createFile,
  downloadUrl,
  getFile,
  putPart,
  sendFile,
  settled,
} from './testing/uploading.ts'

/** Processes start slowly on a busy machine. */
const START_MS = 90_000
const TEST_MS = 60_000

const sha256 = (content: Buffer) => createHash('sha256').update(content).digest('hex')

function text(lines = 100): { content: Buffer<ArrayBuffer>; mark: Buffer<ArrayBuffer> } {
  const mark = marker()
  return { content: Buffer.concat([mark, Buffer.from('\nAll is well.\n'.repeat(lines))]), mark }
}

const missing = missingS3Settings()
if (missing.length > 0) {
  test.skip(`faults of uploads to objects/s3 need a store: set ${missing.join(', ')}`, () => undefined)
}

describe.each<StoreKind>(missing.length > 0 ? ['filesystem'] : ['filesystem', 's3'])(
  'uploads to objects/%s',
  (store) => {
    let starting: Promise<FaultSystem> | undefined
    let system: FaultSystem
    beforeAll(async () => {
      starting = FaultSystem.start({ store, scans: false })
      system = await starting
    }, START_MS)
    // Also what took longer to start than the hook may.
    afterAll(async () => (await starting)?.stop(), START_MS)

    test(
      'what is sent is what is fetched, with ranges, as an attachment that is not sniffed',
      async () => {
        const { content } = text()
        const file = await sendFile(system, { name: 'notes.txt', content, sha256: sha256(content) })
        const { latest } = await settled(system, file.name)
        expect(latest).toMatchObject({ state: 'FILE_STATE_UNSCANNED', sha256: sha256(content) })
        const url = system.absolute(await downloadUrl(system, file.name))
        const response = await fetch(url)
        expect(Buffer.from(await response.arrayBuffer()).equals(content)).toBe(true)
        expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="notes\.txt"/)
        if (store === 'filesystem') expect(response.headers.get('x-content-type-options')).toBe('nosniff')
        const part = await fetch(url, { headers: { range: 'bytes=5-9' } })
        expect(part.status).toBe(206)
        expect(Buffer.from(await part.arrayBuffer()).equals(content.subarray(5, 10))).toBe(true)
        await expectInvariants(system, 'an upload and its download')
      },
      TEST_MS,
    )

    test(
      'content that is not what its digest says is rejected, and gone',
      async () => {
        const { content, mark } = text()
        const file = await sendFile(system, { name: 'digest.txt', content, sha256: sha256(randomBytes(9)) })
        const { latest, releasedVersion } = await settled(system, file.name)
        expect(latest?.state).toBe('FILE_STATE_REJECTED')
        expect(latest?.failure).toMatch(/SHA-256|digest/i)
        expect(releasedVersion).toBe(0)
        const report = await crawl(system, {
          files: [{ name: file.name, versions: 1 }],
          urls: [],
          forbidden: [mark],
          expected: [],
        })
        await expectInvariants(system, 'a wrong digest', report)
      },
      TEST_MS,
    )

    test.each([
      ['more', 10],
      ['less', -10],
    ])(
      '%s bytes than were announced do not arrive',
      async (_, difference) => {
        const { content, mark } = text()
        const { file, upload } = await createFile(system, {
          name: 'size.txt',
          content,
          sizeBytes: content.length - difference,
        })
        const response = await putPart(system, upload, content)
        expect(response.ok).toBe(false)
        expect((await failureOf(complete(system, file))).code).toBe('FAILED_PRECONDITION')
        expect((await getFile(system, file.name)).latest?.state).toBe('FILE_STATE_UPLOADING')
        const urls = upload.addresses.map(({ url }) => url)
        const report = await crawl(system, {
          files: [{ name: file.name, versions: 1 }],
          urls,
          forbidden: [mark],
          expected: [],
        })
        await system.call(FileServiceService.cancelUpload, { name: file.name }, system.token('alice'))
        await expectInvariants(
          system,
          `an upload of ${difference} bytes too ${difference > 0 ? 'many' : 'few'}`,
          report,
        )
      },
      TEST_MS,
    )

    test(
      'nothing is complete before it has arrived, nothing is twice, and nothing arrives after it',
      async () => {
        const { content, mark } = text()
        const { file, upload } = await createFile(system, { name: 'order.txt', content })
        const early = await failureOf(complete(system, file))
        expect(early.code).toBe('FAILED_PRECONDITION')
        expect((await putPart(system, upload, content)).ok).toBe(true)
        const [first, second] = await Promise.all([complete(system, file), complete(system, file)])
        expect(first.name).toBe(second.name)
        await settled(system, file.name)
        expect((await complete(system, file)).latest?.state).toBe('FILE_STATE_UNSCANNED')

        const other = Buffer.alloc(content.length, 'x')
        expect((await putPart(system, upload, other)).ok).toBe(false)
        const response = await fetch(system.absolute(await downloadUrl(system, file.name)))
        expect(Buffer.from(await response.arrayBuffer()).includes(mark)).toBe(true)
        await expectInvariants(system, 'completions before, twice, and a PUT after')
      },
      TEST_MS,
    )

    test(
      'an address of a part lets nobody do anything else',
      async () => {
        const { content, mark } = text()
        const { file, upload } = await createFile(system, { name: 'address.txt', content })
        const { url } = upload.addresses[0]!
        expect((await putPart(system, upload, content)).ok).toBe(true)
        const address = system.absolute(url)
        for (const method of ['GET', 'HEAD', 'POST', 'DELETE']) {
          const response = await fetch(address, { method })
          expect(response.ok, `${method} by the address of a PUT`).toBe(false)
          expect(Buffer.from(await response.arrayBuffer()).includes(mark)).toBe(false)
        }
        for (const edited of [
          address.replace(/quarantine/, 'clean'),
          address.replace(/quarantine\/[0-9a-f-]{36}/, 'jobs/1'),
          address.replace(/(?:expires|X-Amz-Expires)=\d+/, (found) => `${found}9`),
          address.replace(/(?:partNumber|part)=1/, (found) => found.replace('1', '2')),
          address.replace(/(?:signature|Signature)=(..)/, (found) => `${found.slice(0, -2)}00`),
        ]) {
          expect(edited, 'the address has this part').not.toBe(address)
          const response = await fetch(edited, { method: 'PUT', body: content })
          expect(response.ok, edited).toBe(false)
        }
        await system.call(FileServiceService.cancelUpload, { name: file.name }, system.token('alice'))
        // The store is told a moment later; what arrives before goes with the upload.
        const arrives = async () => (await putPart(system, upload, content)).ok
        await expect.poll(arrives, { message: 'a PUT after the upload was cancelled' }).toBe(false)
        await expectInvariants(system, 'a replayed and an edited address')
      },
      TEST_MS,
    )

    if (store === 's3')
      test(
        'a completion that is overtaken by another one, and by the worker, answers what they left',
        async () => {
          const { content } = text()
          const { file, upload } = await createFile(system, { name: 'overtaken.txt', content })
          expect((await putPart(system, upload, content)).ok).toBe(true)
          // The look at the type of what arrived, by whoever comes first; a worker reads the whole.
          const held = system.storeProxy!.hold(/^GET \/[^ ]+\/quarantine\/[^ ]+ .*\r\nrange: /is)
          const overtaken = complete(system, file)
          await held.reached
          await complete(system, file)
          await settled(system, file.name, ['FILE_STATE_UNSCANNED'])
          held.release()
          expect((await overtaken).latest?.state).toBe('FILE_STATE_UNSCANNED')
          await expectInvariants(system, 'a completion that was overtaken')
        },
        TEST_MS,
      )

    if (store === 'filesystem')
      describe('where the store makes no difference', () => {
        test.each([
          ['a way out of the folder', '../../etc/passwd'],
          ['a NUL', 'a\0.txt'],
          ['more than a name may have', `${'n'.repeat(4096)}.txt`],
          ['a change of direction', 'invoice\u202Efdp.exe'],
          ['a backslash', 'C:\\x.txt'],
          ['two dots', '..'],
        ])('a name with %s is refused, and sets nothing aside', async (_, name) => {
          const failure = await failureOf(createFile(system, { name, content: text().content }))
          expect(failure).toMatchObject({ code: 'INVALID_ARGUMENT', fields: ['display_name'] })
          await expectInvariants(system, `the name ${JSON.stringify(name).slice(0, 40)}`)
        })

        test(
          'names that look alike are files of their own',
          async () => {
            const [latin, greek] = [text(), text()]
            const one = await sendFile(system, { name: 'Ohm.txt', content: latin.content })
            const other = await sendFile(system, { name: 'Οhm.txt', content: greek.content })
            await Promise.all([settled(system, one.name), settled(system, other.name)])
            const response = await fetch(system.absolute(await downloadUrl(system, other.name)))
            expect(Buffer.from(await response.arrayBuffer()).includes(greek.mark)).toBe(true)
            await expectInvariants(system, 'names that look alike')
          },
          TEST_MS,
        )

        test(
          "another organisation's file is not there, whatever its name is asked with",
          async () => {
            const { content } = text()
            const { file } = await createFile(system, { name: 'mine.txt', content })
            const foreign = file.name.replace('organizations/lab', 'organizations/other')
            for (const name of [file.name, foreign]) {
              for (const call of [
                () => system.call(FileServiceService.getFile, { name }, system.token('eve')),
                () =>
                  system.call(FileServiceService.completeUpload, { name, sha256: '' }, system.token('eve')),
                () => system.call(FileServiceService.cancelUpload, { name }, system.token('eve')),
                () => system.call(FileServiceService.resumeUpload, { name, parts: [1] }, system.token('eve')),
                () =>
                  system.call(
                    FileServiceService.deleteFile,
                    { name, permanently: true },
                    system.token('eve'),
                  ),
                () =>
                  createFile(system, {
                    name: 'v2.txt',
                    content,
                    versionOf: name,
                    by: 'eve',
                    organization: 'other',
                  }),
              ]) {
                expect(['NOT_FOUND', 'PERMISSION_DENIED', 'INVALID_ARGUMENT']).toContain(
                  (await failureOf(call())).code,
                )
              }
            }
            await system.call(FileServiceService.cancelUpload, { name: file.name }, system.token('alice'))
            await expectInvariants(system, "another organisation's id")
          },
          TEST_MS,
        )

        test(
          'of 50 uploads at a time as many are taken as fit, and a quota is never passed',
          async () => {
            const size = 1000
            const [before] = await system.database.dataSource.query(
              `select used_bytes + reserved_bytes as taken from storage_quotas
         where organization_id = (select id from organizations where slug = 'lab')`,
            )
            await system.database.dataSource.query(
              `update storage_quotas set quota_bytes = $1
         where organization_id = (select id from organizations where slug = 'lab')`,
              [BigInt(before.taken) + 10n * BigInt(size) + 1n],
            )
            const begun = await Promise.allSettled(
              Array.from({ length: 50 }, (_, index) =>
                createFile(system, { name: `race-${index}.bin`, content: randomBytes(size) }),
              ),
            )
            const taken = begun.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
            expect(taken).toHaveLength(10)
            const refused = begun.find((result) => result.status === 'rejected')
            expect((await failureOf(Promise.reject(refused?.reason))).code).toBe('RESOURCE_EXHAUSTED')
            await expectInvariants(system, 'a race of 50 for the quota')
            for (const { file } of taken) {
              await system.call(FileServiceService.cancelUpload, { name: file.name }, system.token('alice'))
            }
            await system.database.dataSource.query('update storage_quotas set quota_bytes = 107374182400')
            await expectInvariants(system, 'the end of the race')
          },
          TEST_MS,
        )
      })

    test('nobody is sent what is not released, by any token, address or method', async () => {
      const clean = text()
      const mixed = text()
      const wrong = text()
      const open = text()
      const picture = Buffer.concat([png(), zip([{ name: 'a.txt', content: marker() }])])
      const released = await sendFile(system, { name: 'clean.txt', content: clean.content })
      await settled(system, released.name)
      const url = await downloadUrl(system, released.name)
      // A second version that is rejected leaves the first what is fetched.
      const second = await sendFile(system, {
        name: 'clean.txt',
        content: mixed.content,
        sha256: sha256(randomBytes(3)),
        versionOf: released.name,
      })
      await settled(system, second.name, ['FILE_STATE_REJECTED'])
      const rejected = await sendFile(system, {
        name: 'wrong.png',
        content: wrong.content,
        purpose: 'FILE_PURPOSE_DATASET',
      })
      await settled(system, rejected.name, ['FILE_STATE_REJECTED'])
      const { file: unfinished, upload } = await createFile(system, {
        name: 'open.txt',
        content: open.content,
      })
      await putPart(system, upload, open.content)
      const polyglot = await sendFile(system, { name: 'picture.png', content: picture })
      await settled(system, polyglot.name)
      const files: CrawledFile[] = [
        { name: released.name, versions: 2 },
        { name: rejected.name, versions: 1 },
        { name: unfinished.name, versions: 1 },
        { name: polyglot.name, versions: 1 },
      ]
      const report = await crawl(system, {
        files,
        urls: [url, ...upload.addresses.map((address) => address.url)],
        forbidden: [mixed.mark, wrong.mark, open.mark],
        expected: [clean.mark],
      })
      await expectInvariants(system, 'a crawl of all known addresses', report)
      await system.call(FileServiceService.cancelUpload, { name: unfinished.name }, system.token('alice'))
    }, 120_000)
  },
)
