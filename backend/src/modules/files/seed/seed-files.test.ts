import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createIdentityReader, readSeed, seedIdentity } from '../../identity/index.ts'
import { rows } from '../sql.ts'
import { checkStorage } from '../sweep/check-storage.ts'
import { type FilesFixture, filesFixture } from '../testing/files-fixture.ts'
import { readFilesSeed, seedFiles } from './index.ts'

/** What `npm start` sows. */
const json = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../dev/seed/organizations.json'), 'utf8'),
)

let fixture: FilesFixture
beforeAll(async () => {
  fixture = await filesFixture()
  await seedIdentity(fixture.database.dataSource, readSeed(json))
})
afterAll(() => fixture.end())

test('demo files go into quarantine as every upload does, and only once', async () => {
  const { dataSource } = fixture.database
  const seed = readFilesSeed(json.files) ?? []
  const sow = () => seedFiles({ ...fixture.sweep, identity: createIdentityReader(dataSource) }, seed)
  expect((await sow()).added).toHaveLength(seed.length)
  expect(seed.length).toBeGreaterThan(4)
  expect((await sow()).added).toEqual([])
  const found = await rows<{ display_name: string; state: string; media_type: string }>(
    dataSource,
    `select display_name, file_versions.state, media_type from files join file_versions on file_id = files.id`,
    [],
  )
  expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['SCANNING']))
  expect(new Set(found.map(({ media_type: type }) => type))).toEqual(
    new Set(['text/csv', 'text/plain', 'text/markdown', 'image/png']),
  )
  const { uploads } = fixture.sweep
  expect(await checkStorage({ dataSource, uploads, before: new Date(Date.now() + 60_000) })).toEqual([])
})
