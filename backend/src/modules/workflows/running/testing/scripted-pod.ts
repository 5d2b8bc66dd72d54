// A container with its agent, as a process that outlives whoever began it: node scripted-pod.ts FOLDER
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { runAgent } from '../../../../agent/testing/run-agent.ts'
import { type PodOrder, type PodState, writeState } from './pod-state.ts'

const [folder = ''] = process.argv.slice(2)
const order: PodOrder = JSON.parse(await readFile(join(folder, 'order'), 'utf8'))
const [inputs, outputs] = [join(folder, 'in'), join(folder, 'out')]
let state: PodState = { pid: process.pid, state: 'STARTING' }

await tell({})
await mkdir(inputs)
await mkdir(outputs)
await run()

async function tell(change: Partial<PodState>): Promise<void> {
  state = { ...state, ...change }
  await writeState(folder, state)
}

async function run(): Promise<void> {
  if (!(await agent('stage'))) return
  await tell({ state: 'RUNNING', startMs: Date.now() })
  const child = spawn('sh', ['-c', order.script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      ...order.variables,
      FAIRLEAD_INPUTS: inputs,
      FAIRLEAD_OUTPUTS: outputs,
      FAIRLEAD_INSTANCE: String(order.number),
      FAIRLEAD_INSTANCES: String(order.count),
    },
  })
  for (const output of [child.stdout, child.stderr]) {
    createInterface(output).on('line', (text) => void log(text))
  }
  let overdue = false
  const timer = setTimeout(() => {
    overdue = true
    child.kill('SIGKILL')
  }, order.timeoutMs)
  const [exitCode] = (await once(child, 'close')) as [number | null]
  clearTimeout(timer)
  const ended = { endMs: Date.now(), ...(exitCode === null ? {} : { exitCode }) }
  if (overdue) {
    await fail(ended, 'EXECUTION_DURATION_EXCEEDED', `Container ${order.number} ran for too long.`, false)
  } else if (exitCode !== 0) {
    await fail(
      ended,
      'CONTAINER_FAILED',
      `Container ${order.number} ended with exit code ${exitCode}.`,
      false,
    )
  } else {
    await tell({ state: 'COLLECTING', ...ended })
    if (await agent('collect')) await tell({ state: 'COMPLETED' })
  }
}

async function agent(program: string): Promise<boolean> {
  const { stagingUrl, token, number } = order
  const ended = await runAgent(program, {
    stagingUrl,
    token,
    folder,
    environment: { FAIRLEAD_INSTANCE: String(number) },
  })
  if (ended.exitCode === 0) return true
  const termination = ended.termination as NonNullable<PodState['failure']> | undefined
  const { reason = 'STAGING_FAILED', transient = true } = termination ?? {}
  await fail({}, reason, `Container ${number}: the agent ended with exit code ${ended.exitCode}.`, transient)
  return false
}

async function fail(
  change: Partial<PodState>,
  reason: string,
  message: string,
  transient: boolean,
): Promise<void> {
  await tell({ ...change, state: 'FAILED', failure: { reason, message, transient } })
}

async function log(text: string): Promise<void> {
  await appendFile(join(folder, 'log'), `${JSON.stringify({ timeMs: Date.now(), text })}\n`)
}
