import { SettingsError } from './settings.ts'

/**
 * Reads settings at the start of a process. What an operator can correct is said on standard error, each in a line of
 * its own, and undefined returned: the exit code is then 1.
 */
export function settingsOrSay<Settings>(name: string, read: () => Settings): Settings | undefined {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    const lines = error.message.split('\n').map((line) => `The ${name} cannot start: ${line}\n`)
    process.stderr.write(lines.join(''))
    process.exitCode = 1
    return undefined
  }
}
