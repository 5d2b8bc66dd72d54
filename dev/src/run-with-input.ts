import { spawn } from 'node:child_process'

/** A program ended with something else than 0. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError'
  readonly stderr: string

  constructor(command: string, ended: number | string | null, stderr: string) {
    super(`${command} ended with ${ended}: ${stderr.trim()}`)
    this.stderr = stderr
  }
}

/** Resolves with what the program wrote to stdout. @throws ProgramError, or the reason why it could not be started */
export function runWithInput(
  program: string,
  args: readonly string[],
  input: string,
  timeoutMs = 0,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: timeoutMs })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    // One that ends early reads no more; its exit code tells.
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout)
      else reject(new ProgramError(`${program} ${args.join(' ')}`, code ?? signal, stderr))
    })
  })
}
