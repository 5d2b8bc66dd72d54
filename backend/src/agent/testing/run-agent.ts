import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

export interface EndedAgent {
  readonly exitCode: number
  readonly log: string
  /** What it left for Kubernetes; undefined when nothing. */
  readonly termination: unknown
}

export interface AgentOrder {
  readonly stagingUrl: string
  readonly token: string
  /** Holds `in`, `out` and what the agent is given. */
  readonly folder: string
  readonly environment?: Readonly<Record<string, string>>
}

const entry = fileURLToPath(new URL('../main.ts', import.meta.url))

/** The agent as a process of its own, as in a pod. */
export async function runAgent(program: string, order: AgentOrder): Promise<EndedAgent> {
  const { folder } = order
  const [tokenFile, terminationLog] = [join(folder, 'token'), join(folder, 'termination-log')]
  await writeFile(tokenFile, order.token)
  await writeFile(terminationLog, '')
  const child = spawn(process.execPath, [entry, program], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      PATH: process.env['PATH'] ?? '',
      FAIRLEAD_STAGING_URL: order.stagingUrl,
      FAIRLEAD_STAGING_TOKEN_FILE: tokenFile,
      FAIRLEAD_TERMINATION_LOG: terminationLog,
      FAIRLEAD_INPUTS: join(folder, 'in'),
      FAIRLEAD_OUTPUTS: join(folder, 'out'),
      ...order.environment,
    },
  })
  const [log, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')])
  const termination = await readFile(terminationLog, 'utf8')
  return { exitCode, log, termination: termination === '' ? undefined : JSON.parse(termination) }
}
