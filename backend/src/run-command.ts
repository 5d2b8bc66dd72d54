import type { DataSource } from 'typeorm'
import { createDataSource } from './database/index.ts'
import { SettingsError } from './settings.ts'

/** Runs an operator's command to its exit code; what fails is one line, and the code 1. */
export async function runCommand(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    process.stderr.write(error instanceof SettingsError ? `${text}\n` : `The command failed: ${text}\n`)
    process.exitCode = 1
  }
}

/** The database of a command; an error says how to reach it. */
export async function connectCommand(
  databaseUrl: string,
  applicationName: string,
  poolSize: number,
): Promise<DataSource> {
  try {
    return await createDataSource(databaseUrl, { applicationName, poolSize }).initialize()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`the database of FAIRLEAD_DATABASE_URL cannot be reached (${reason}). Start it first.`, {
      cause: error,
    })
  }
}
