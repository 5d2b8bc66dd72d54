// In the pod of a container: `stage` before it, `collect` after it. Needs nothing but Node.
import { writeFileSync } from 'node:fs'
import { AgentFailure, failureKinds } from './agent-failure.ts'
import { type AgentSettings, readSettings } from './agent-settings.ts'
import { collect } from './collect.ts'
import { withPatience } from './patience.ts'
import { stage } from './stage.ts'
import { createStagingClient, type StagingClient } from './staging-client.ts'

const MESSAGE_MAX_CHARACTERS = 1_500
/** For a report; the exit code and the termination message say the same. */
const REPORT_PATIENCE_MS = 5_000

const programs = {
  stage: { run: stage, name: 'STAGE' },
  collect: { run: collect, name: 'COLLECT' },
} as const

process.exitCode = await main(process.argv[2])

async function main(chosen: string | undefined): Promise<number> {
  const program = chosen === 'stage' || chosen === 'collect' ? programs[chosen] : undefined
  let client: StagingClient | undefined
  try {
    if (program === undefined) throw new AgentFailure('MISCONFIGURED', 'Say "stage" or "collect".')
    const settings: AgentSettings = await readSettings(process.env)
    client = await createStagingClient(settings)
    say(await program.run(settings, client))
    return 0
  } catch (error) {
    const failure = asFailure(error)
    const { exitCode, reason, transient } = failureKinds[failure.kind]
    const message = failure.message.slice(0, MESSAGE_MAX_CHARACTERS)
    say(message)
    leaveTerminationMessage(JSON.stringify({ reason, message, transient }))
    if (program !== undefined && client !== undefined && failure.kind !== 'ENDED') {
      await report(client, program.name, { reason, message, transient })
    }
    return exitCode
  } finally {
    client?.close()
  }
}

function asFailure(error: unknown): AgentFailure {
  if (error instanceof AgentFailure) return error
  const text = error instanceof Error ? error.message : String(error)
  return new AgentFailure('UNREACHABLE', `The agent failed: ${text}.`, { cause: error })
}

async function report(
  client: StagingClient,
  stageName: 'STAGE' | 'COLLECT',
  failure: { readonly reason: string; readonly message: string; readonly transient: boolean },
): Promise<void> {
  const never = new AbortController().signal
  try {
    await withPatience(REPORT_PATIENCE_MS, never, () => client.reportFailure(stageName, failure))
  } catch (error) {
    say(`the failure was not reported: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Kubernetes puts what stands there into the state of the container. Outside of a pod there is no such file. */
function leaveTerminationMessage(message: string): void {
  const path = process.env['FAIRLEAD_TERMINATION_LOG'] ?? '/dev/termination-log'
  try {
    writeFileSync(path, message, { flag: 'r+' })
  } catch {
    say(`no termination message is kept in ${path}`)
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
