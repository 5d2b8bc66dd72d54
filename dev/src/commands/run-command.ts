import { fileRefusal, Refusal } from '../refusal.ts'

/** Runs a command to its exit code; a Refusal is shown as its sentence alone. */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command()
  } catch (error) {
    const known = fileRefusal(error, 'a file')
    if (!(known instanceof Refusal)) throw error
    process.stderr.write(`${known.message}\n`)
    process.exitCode = 1
  }
}
