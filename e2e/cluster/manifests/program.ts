import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, whatever its exit code. */
export async function run(command: readonly string[], input = ''): Promise<Outcome> {
  const [program = '', ...args] = command
  const child = spawn(program, args, { stdio: 'pipe' })
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
  // A program may end without reading what it is given: its exit code tells why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { code, stdout, stderr }
}

/** Standard output of a program that must succeed. */
export async function output(command: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await run(command, input)
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${stderr}${stdout}`)
  return stdout
}

export function kubectl(...args: readonly string[]): Promise<string> {
  return output(['kubectl', ...args])
}
