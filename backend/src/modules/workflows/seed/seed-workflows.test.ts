import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../../testing/database.ts'
import { createIdentityReader, readSeed, seedIdentity } from '../../identity/index.ts'
import { WorkflowsService } from '../definitions/workflows-service.ts'
import { algorithmOfManifest, workflowOfManifest } from '../manifest/index.ts'
import { rows } from '../sql.ts'
import { readWorkflowsSeed, seedWorkflows } from './index.ts'

const root = join(import.meta.dirname, '../../../../..')
/** What `npm start` sows. */
const json = JSON.parse(readFileSync(join(root, 'dev/seed/organizations.json'), 'utf8'))

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase()
  await seedIdentity(database.dataSource, readSeed(json))
})
afterAll(() => database.drop())

test('demo algorithms and workflows are registered as people do, and only once', async () => {
  const { dataSource } = database
  const seed = readWorkflowsSeed(json.workflows)!
  const identity = createIdentityReader(dataSource)
  const sow = () => seedWorkflows({ dataSource, identity }, seed)
  expect((await sow()).added).toHaveLength(seed.algorithms.length + seed.workflows.length)
  expect((await sow()).added).toEqual([])
  const states = await rows<{ state: string }>(
    dataSource,
    'select distinct state from algorithms order by state',
    [],
  )
  expect(states.map(({ state }) => state)).toEqual(['APPROVED', 'PENDING'])
  const organization = await identity.organizationBySlug('survey-institute')
  const service = new WorkflowsService({ dataSource, registries: ['registry.example.org'] })
  const { workflows } = await service.list(organization!, undefined, undefined, 10)
  expect(workflows).toMatchObject([{ workflow: { slug: 'tiles', version: 1 }, problem: '' }])
})

test('what is sown of the tiles is what the example says', () => {
  const folder = join(root, 'examples/tiles')
  const written = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .map((text) => (text.includes('kind: Workflow') ? workflowOfManifest(text) : algorithmOfManifest(text)))
      .map(({ id, spec }) => [id, spec]),
  )
  expect(written.size).toBe(4)
  const seed = readWorkflowsSeed(json.workflows)!
  const sown = seed.algorithms.map(({ manifest }) => algorithmOfManifest(JSON.stringify(manifest)))
  for (const { id, spec } of [...sown, workflowOfManifest(JSON.stringify(seed.workflows[0]!.manifest))]) {
    if (written.has(id))
      expect({ ...spec, forEveryOrganization: false }).toEqual({
        ...written.get(id),
        forEveryOrganization: false,
      })
  }
})
