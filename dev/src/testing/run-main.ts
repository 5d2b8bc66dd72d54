import { spawn } from 'node:child_process'
import { inRepository, repository } from '../repository.ts'

export interface Outcome {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs the supervisor to its end, which is expected to come by itself. */
export function runMain(
  env: NodeJS.ProcessEnv,
  options: { uid?: number; gid?: number } = {},
): Promise<Outcome> {
  return runProgram([inRepository('dev/src/main.ts'), 'start'], env, options)
}

/** Runs a program of ours with the given settings in place of this process's. */
export function runProgram(
  args: string[],
  env: NodeJS.ProcessEnv,
  options: { uid?: number; gid?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      cwd: repository,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, stdout, stderr }))
  })
}
