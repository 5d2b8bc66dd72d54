import { createDatasetFiles } from './adapters/dataset-files/dataset-files.ts'
import { createObjects } from './adapters/objects/create-objects.ts'
import { DATASETS_USAGE, DatasetRegistrar, runDatasetsCommand } from './modules/datasets/index.ts'
import { createIdentityReader } from './modules/identity/index.ts'
import { connectCommand, runCommand } from './run-command.ts'
import { sharedSettings } from './settings.ts'

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
  const dataSource = await connectCommand(settings.databaseUrl, 'fairlead datasets', 2)
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

await runCommand(main)
