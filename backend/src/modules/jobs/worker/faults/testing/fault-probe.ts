import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobService } from '../../../services/job-service.ts'
import type { TaskReport } from '../../../services/task-run.ts'
import { probeService, runProbe } from '../../../testing/probe-service.ts'

interface FaultPayload {
  readonly act: string
  readonly argument: string
}

/** The probe, which also does harm: to its process, to the disk, and whatever is done twice. */
export const faultProbe: JobService = { ...probeService, loadRun: async () => runFault }

async function runFault(payload: FaultPayload, report: TaskReport) {
  const { act, argument } = payload
  const file = (fileName: string) => ({ fileName, mediaType: 'text/plain', sourceId: act, stencil: argument })
  switch (act) {
    case 'hoard': {
      // Of V8's heap, unlike buffers: Node itself gives up.
      const kept: unknown[] = []
      for (;;) kept.push(new Array(1_000).fill({}))
    }
    case 'once': {
      // Fails when the same task has run before.
      await (await open(argument, 'wx')).close()
      await writeFile(join(report.folder, 'once.txt'), argument)
      return [file('once.txt')]
    }
    case 'pair':
      await writeFile(join(report.folder, 'first.txt'), 'first')
      await writeFile(join(report.folder, 'second.txt'), 'second')
      return [file('first.txt'), file('second.txt')]
    case 'deaf':
      // Hears no SIGTERM, and never yields.
      process.on('SIGTERM', () => undefined)
      report.log(String(process.pid))
      await new Promise((resolve) => setTimeout(resolve, 100))
      for (;;) Math.random()
    default:
      return runProbe(payload, report)
  }
}
