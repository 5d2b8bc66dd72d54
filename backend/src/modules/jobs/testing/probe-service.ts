import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { JobService } from '../services/job-service.ts'
import type { TaskReport } from '../services/task-run.ts'

/** What one task of the probe does, by its name. */
export type ProbeAct =
  | 'write'
  | 'wait'
  | 'spin'
  | 'stubborn'
  | 'fail'
  | 'flaky'
  | 'crash'
  | 'grow'
  | 'flood'
  | 'chatter'

interface ProbePayload {
  readonly act: string
  readonly argument: string
}

/** A service for tests: each ACT parameter is one task that does what its name says. */
export const probeService: JobService = {
  id: 'probe',
  displayName: 'Probe',
  description: 'Does as it is told.',
  parameters: [
    { name: 'ACT', description: 'What a task does.', kind: 'STRING', required: true, repeated: true },
  ],
  limits: {
    executionDurationMs: 60_000,
    maxExecutionDurationMs: 3_600_000,
    memoryBytes: 256 * 1024 ** 2,
    outputBytes: 1024 ** 2,
    maxAttempts: 3,
  },
  async plan(parameters) {
    return parameters.all('ACT').map(({ value }) => {
      const [act = '', argument = ''] = value.split(' ')
      return { displayName: value, payload: { act, argument }, sizeBytes: 100, durationMs: 10 }
    })
  },
  loadRun: async () => runProbe,
}

export async function runProbe({ act, argument }: ProbePayload, report: TaskReport) {
  const write = async (text: string) => {
    await writeFile(join(report.folder, 'answer.txt'), text)
    return [{ fileName: 'answer.txt', mediaType: 'text/plain', sourceId: act, stencil: argument }]
  }
  switch (act as ProbeAct) {
    case 'write':
      report.log(`writing ${argument}`)
      report.progress(0.5)
      return write(argument)
    case 'wait':
      // Until the file that is named by the argument is there.
      await waitForFile(argument)
      return write('waited')
    case 'spin':
      for (;;) Math.random()
    case 'stubborn':
      process.on('SIGTERM', () => report.log('never'))
      report.log('stubborn')
      await new Promise(() => setTimeout(2 ** 30))
      return []
    case 'fail':
      throw new Error(`failed as told: ${argument}`)
    case 'flaky':
      // Fails once: the file tells the second attempt.
      if (await exists(argument)) return write('second')
      await writeFile(argument, '')
      throw new ExecutionFailed('PROBE_FLAKY', 'Not this time.', true)
    case 'crash':
      process.kill(process.pid, 'SIGKILL')
      await new Promise(() => setTimeout(2 ** 30))
      return []
    case 'grow': {
      const kept: Buffer[] = []
      for (;;) {
        kept.push(Buffer.alloc(32 * 1024 ** 2, 1))
        await setTimeout(5)
      }
    }
    case 'flood':
      await writeFile(join(report.folder, 'answer.txt'), Buffer.alloc(Number(argument)))
      return write('x'.repeat(Number(argument)))
    case 'chatter':
      for (let line = 0; line < Number(argument); line++) report.log(`line ${line}`)
      return write('said')
    default:
      throw new Error(`the probe does not know ${act}`)
  }
}

async function exists(path: string): Promise<boolean> {
  const { access } = await import('node:fs/promises')
  return access(path).then(
    () => true,
    () => false,
  )
}

async function waitForFile(path: string): Promise<void> {
  while (!(await exists(path))) await setTimeout(20)
}
