import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { CollectInput } from '../services/collect-tasks.ts'
import type { JobService } from '../services/job-service.ts'
import type { TaskReport } from '../services/task-run.ts'
import { probeService, runProbe } from './probe-service.ts'

interface GatherPayload {
  readonly act: string
  readonly argument: string
}

/** As the probe, with a collect that writes what it was given; the parameter COLLECT may tell it to fail. */
export const gatherService: JobService = {
  ...probeService,
  id: 'gather',
  parameters: [
    ...probeService.parameters,
    { name: 'COLLECT', description: 'What the collect does.', kind: 'STRING' },
  ],
  loadRun: async () => async (payload: GatherPayload, report: TaskReport) => {
    if (payload.act === 'huge') return { files: [], value: 'x'.repeat(Number(payload.argument)) }
    return { files: await runProbe(payload, report), value: { said: payload.argument } }
  },
  loadCollect: async () => gather,
}

async function gather(input: CollectInput, report: TaskReport) {
  const order = input.parameters.find(({ name }) => name === 'COLLECT')?.value
  if (order === 'fail') throw new ExecutionFailed('GATHER_FAILED', 'Not to be gathered.', false)
  await writeFile(join(report.folder, 'gathered.json'), JSON.stringify(input))
  return [{ fileName: 'gathered.json', mediaType: 'application/json', sourceId: '', stencil: '' }]
}
