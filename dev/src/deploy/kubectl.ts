import { errorCode, Refusal } from '../refusal.ts'
import { ProgramError, runWithInput } from '../run-with-input.ts'

/** kubectl said no. Its words are for the reader: the API server's reasons. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError'
}

export type Kubectl = (args: readonly string[], input?: string) => Promise<string>

/** kubectl as the user has it: its own configuration, and the context that it is told. */
export function kubectlOf(context: string | undefined): Kubectl {
  const always = context === undefined ? [] : ['--context', context]
  return async (args, input = '') => {
    try {
      return await runWithInput('kubectl', [...always, ...args], input)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        throw new Refusal('kubectl was not found; install it, of the cluster’s version or one beside it.')
      }
      if (!(error instanceof ProgramError)) throw error
      throw new KubectlError(error.stderr.trim().replaceAll(/\s*\n\s*/g, '; '))
    }
  }
}
