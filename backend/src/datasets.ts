import { createDatasetFiles } from './adapters/dataset-files/dataset-files.ts'
import { createObjects } from './adapters/objects/create-objects.ts'
import { createDataSource } from './database/index.ts'
import { DATASETS_USAGE, DatasetRegistrar, runDatasetsCommand } from './modules/datasets/index.ts'
import { createIdentityReader } from './modules/identity/index.ts'
import { SettingsError, sharedSettings } from './settings.ts'

/** `npm run datasets -- register PATH...`, `list` and `remove ID...`: the operator's command. */
async function main(args: readonly string[]): Promise<number> {
  const asksForHelp = args.some((arg) => arg === '--help' || arg === '-h')
  if (asksForHelp || args.length === 0) {
    process.stdout.write(DATASETS_USAGE)
    return asksForHelp ? 0 : 2
  }
  const settings = sharedSettings()
  const { objects, scratchFolder } = createObjects(settings.objects, settings.deriveKey('objects'))
  const files = createDatasetFiles({ s3: settings.s3 })
  const dataSource = await connect(settings.databaseUrl)
  try {
    return await runDatasetsCommand(args, {
      dataSource,
      files,
      registrar: new DatasetRegistrar({ dataSource, objects, files, scratchFolder }),
      identity: createIdentityReader(dataSource),
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    })
  } finally {
    await dataSource.destroy()
    await objects.close()
  }
}

async function connect(databaseUrl: string) {
  try {
    const options = { applicationName: 'fairlead datasets', poolSize: 2 }
    return await createDataSource(databaseUrl, options).initialize()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`the database of FAIRLEAD_DATABASE_URL cannot be reached (${reason}). Start it first.`, {
      cause: error,
    })
  }
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`)
  else process.stderr.write(`The command failed: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
