import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkStorage } from '../sweep/check-storage.ts'
import { type FilesFixture, filesFixture } from '../testing/files-fixture.ts'

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture({ limits: { quotaBytes: 1000n, addressSeconds: 60 } })
})
afterAll(() => fixture.end())

test('of 50 uploads at a time, as many are begun as there is room for', async () => {
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () => fixture.create('alice', { sizeBytes: 90n })),
  )
  const begun = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
  expect(begun).toHaveLength(11)
  for (const error of refused) {
    expect(error).toMatchObject({ code: 'RESOURCE_EXHAUSTED', reason: 'STORAGE_QUOTA_EXCEEDED' })
    expect(error.violations).toMatchObject([{ field: 'size_bytes' }])
  }
  expect(refused[0]?.metadata).toEqual({ quota_bytes: '1000', left_bytes: expect.stringMatching(/^\d+$/) })
  const usage = () =>
    fixture.handlers.getStorageUsage({ name: 'organizations/lab/storageUsage' }, fixture.as('mallory'))
  expect(await usage()).toMatchObject({
    quotaBytes: 1000n,
    usedBytes: 0n,
    reservedBytes: 990n,
    fileCount: 11n,
  })

  const [first, ...others] = begun
  await fixture.put(first!.upload, new Uint8Array(90).fill(65))
  await Promise.all([
    fixture.handlers.completeUpload({ name: first!.file.name, sha256: '' }, fixture.as('alice')),
    ...others.map(({ file }) => fixture.handlers.cancelUpload({ name: file.name }, fixture.as('alice'))),
  ])
  expect(await usage()).toMatchObject({ usedBytes: 90n, reservedBytes: 0n, fileCount: 1n })
  await fixture.settle(first!.file, 'INFECTED')
  expect(await usage()).toMatchObject({ usedBytes: 0n, reservedBytes: 0n })
  const { dataSource, uploads, removals } = fixture.sweep
  await removals.run()
  expect(await checkStorage({ dataSource, uploads, before: new Date(Date.now() + 60_000) })).toEqual([])
})
