import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { basename } from 'node:path'
import { Refusal } from '../refusal.ts'

/** One of our programs, in this environment, to its end. What it prints is shown. */
export async function runProgram(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' })
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (code !== 0) throw new Refusal(`${basename(program)} ended with ${signal ?? `exit code ${code}`}.`)
}
