import { spawn } from 'node:child_process'
import { errorCode, Refusal } from '../refusal.ts'

/** kubectl said no. Its words are for the reader: the API server's reasons. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError'
}

export type Kubectl = (args: readonly string[], input?: string) => Promise<string>

/** kubectl as the user has it: its own configuration, and the context that it is told. */
export function kubectlOf(context: string | undefined): Kubectl {
  const always = context === undefined ? [] : ['--context', context]
  return (args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn('kubectl', [...always, ...args])
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
      child.once('error', (error) =>
        reject(
          errorCode(error) === 'ENOENT'
            ? new Refusal('kubectl was not found; install it, of the cluster’s version or one beside it.')
            : error,
        ),
      )
      child.once('close', (code) => {
        if (code === 0) resolve(stdout)
        else reject(new KubectlError(stderr.trim().replaceAll(/\s*\n\s*/g, '; ')))
      })
    })
}
