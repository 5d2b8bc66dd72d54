import { parseArgs } from 'node:util'
import type { DataSource } from 'typeorm'
import { type SealPosition, verify } from './verify.ts'

export const LEDGER_USAGE = `Usage: npm run ledger -- verify [--expect NUMBER:HASH]

  verify
      Reads the whole ledger of credits and recomputes it: the chain of seals, each transaction's sum, each
      account's balances, and what is held. Prints number and hash of the last seal, or the first transaction
      that is broken.
      --expect NUMBER:HASH  a seal as an earlier run printed it: it must be there still. Kept elsewhere, it shows
                            that nothing before it was changed or taken away, not even by who can change all.

  Exit codes: 0 the ledger is intact, 3 it is broken; 1 it could not be verified, 2 the command line is wrong.
`

export interface LedgerCommandDependencies {
  readonly dataSource: () => Promise<DataSource>
  readonly out: (text: string) => void
  readonly err: (text: string) => void
}

/** Runs one command line; answers the exit code. */
export async function runLedgerCommand(
  args: readonly string[],
  { dataSource, out, err }: LedgerCommandDependencies,
): Promise<number> {
  const line = parseLine(args)
  if (typeof line === 'string') {
    err(`${line}\n\n${LEDGER_USAGE}`)
    return 2
  }
  if (line.help) {
    out(LEDGER_USAGE)
    return 0
  }
  const { expect } = line
  const verification = await verify(await dataSource(), expect === undefined ? {} : { expect })
  const { head, verifiedCount, outcome } = verification
  if (outcome === 'BROKEN') {
    const { transactionId, message } = verification
    const what = transactionId === undefined ? 'The ledger' : `creditTransactions/${transactionId}`
    err(`BROKEN: ${what}: ${message}.\n`)
    return 3
  }
  out(`INTACT: ${verifiedCount} transactions, ${head?.number ?? 0n} of them sealed.\n`)
  if (head !== undefined) out(`Last seal: ${head.number}:${head.hash}\n`)
  return 0
}

interface Line {
  readonly help: boolean
  readonly expect: SealPosition | undefined
}

/** What is wrong with the command line, in a sentence, or what it asks for. */
function parseLine(args: readonly string[]): Line | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { expect: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help === true || positionals[0] === 'help') return { help: true, expect: undefined }
    const [command, ...others] = positionals
    if (command !== 'verify' || others.length > 0) return 'The command is verify, and nothing else.'
    if (values.expect === undefined) return { help: false, expect: undefined }
    const seal = /^([1-9]\d{0,17}):([0-9a-f]{64})$/.exec(values.expect.toLowerCase())
    if (seal === null) return '--expect takes NUMBER:HASH, as the command prints it.'
    return { help: false, expect: { number: BigInt(seal[1] ?? 0), hash: seal[2] ?? '' } }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
