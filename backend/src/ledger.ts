import { createDataSource } from './database/index.ts'
import { LEDGER_USAGE, runLedgerCommand } from './modules/credits/index.ts'
import { databaseSettings, SettingsError } from './settings.ts'

/** `npm run ledger -- verify`: the operator's command. */
async function main(args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    process.stdout.write(LEDGER_USAGE)
    return 2
  }
  const opened = new AsyncDisposableStack()
  try {
    return await runLedgerCommand(args, {
      dataSource: async () => {
        const dataSource = await connect(databaseSettings().databaseUrl)
        opened.defer(() => dataSource.destroy())
        return dataSource
      },
      out: (text) => void process.stdout.write(text),
      err: (text) => void process.stderr.write(text),
    })
  } finally {
    await opened.disposeAsync()
  }
}

async function connect(databaseUrl: string) {
  try {
    const options = { applicationName: 'fairlead ledger', poolSize: 1 }
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
