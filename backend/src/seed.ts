// node backend/src/seed.ts FILE.json: organisations and their members, credits, locations, files and workflows, for development
// and the first set-up. Adds what is missing and changes nothing else, so that it can be run again.
import { readFile } from 'node:fs/promises'
import { createObjects } from './adapters/objects/create-objects.ts'
import { createDataSource } from './database/index.ts'
import { jobServices } from './job-services.ts'
import { createLog } from './log.ts'
import { readCreditsSeed, seedCredits } from './modules/credits/index.ts'
import { readFilesSeed, seedFiles } from './modules/files/index.ts'
import {
  createIdentityReader,
  type IdentityService,
  readSeed,
  seedIdentity,
} from './modules/identity/index.ts'
import { readLocationsSeed, seedLocations } from './modules/locations/index.ts'
import { readWorkflowsSeed, seedWorkflows } from './modules/workflows/seed/index.ts'
import { databaseSettings, SettingsError, sharedSettings } from './settings.ts'

const settings = databaseSettings()
const log = createLog({ name: 'seed', level: settings.logLevel })
const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: node backend/src/seed.ts FILE.json')
const json = JSON.parse(await readFile(file, 'utf8'))
const seed = readSeed(json)
const now = new Date()
const credits = readCreditsSeed(json.credits, now)
const locations = readLocationsSeed(json.locations)
const files = readFilesSeed(json.files)
const workflows = readWorkflowsSeed(json.workflows)
const dataSource = await createDataSource(settings.databaseUrl, {
  applicationName: 'fairlead seed',
}).initialize()
try {
  const { added } = await seedIdentity(dataSource, seed)
  const identity = createIdentityReader(dataSource)
  if (credits !== undefined) {
    const services = jobServices.map(({ id }) => id)
    added.push(...(await seedCredits({ dataSource, identity, jobServices: services, now }, credits)).added)
  }
  if (locations !== undefined)
    added.push(...(await seedLocations({ dataSource, identity, now, log }, locations)).added)
  if (files !== undefined) await sowFiles(identity, files, added)
  if (workflows !== undefined) added.push(...(await seedWorkflows({ dataSource, identity }, workflows)).added)
  log.info({ added }, added.length === 0 ? 'everything was there' : 'the seed is sown')
} finally {
  await dataSource.destroy()
}

/** Files need the object store too; without its settings, or before it is there, everything else is sown. */
async function sowFiles(
  identity: IdentityService,
  seeds: NonNullable<typeof files>,
  names: string[],
): Promise<void> {
  try {
    const shared = sharedSettings()
    const { objects, uploads } = createObjects(shared.objects, shared.deriveKey('objects'))
    try {
      names.push(...(await seedFiles({ dataSource, objects, uploads, identity, log }, seeds)).added)
    } finally {
      await objects.close()
    }
  } catch (error) {
    if (error instanceof SettingsError) log.info('no object store is set: the files of the seed are left out')
    else log.warn({ err: error }, 'the files of the seed were not stored; run it again')
  }
}
