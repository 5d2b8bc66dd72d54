import { LEDGER_USAGE, runLedgerCommand } from './modules/credits/index.ts'
import { connectCommand, runCommand } from './run-command.ts'
import { databaseSettings } from './settings.ts'

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
        const dataSource = await connectCommand(databaseSettings().databaseUrl, 'fairlead ledger', 1)
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

await runCommand(main)
