import type { PlannedTask } from '../../jobs/index.ts'
import type { StepPayload } from '../step-payload.ts'

/*
 * Nothing is known of an algorithm before it runs but its limits. So a step is expected to take what most do, and costs
 * at most what its limits let it take.
 */
const EXPECTED_CONTAINER_MS = 300_000
/** Of one container's files. */
const EXPECTED_OUTPUT_BYTES = 64 * 1024 ** 2

type Estimated = Pick<StepPayload, 'fanOut' | 'inputs' | 'maxContainers'> &
  Pick<StepPayload, 'maxParallel' | 'maxDurationMs' | 'diskBytes' | 'priceFactorThousandths' | 'publish'>

/** What a step is expected to take, and what it costs at most. */
export function estimateStep(
  step: Estimated,
): Required<Pick<PlannedTask, 'sizeBytes' | 'durationMs' | 'usedSeconds'>> {
  const containers = containersAtMost(step)
  const parallel = Math.min(containers, step.maxParallel)
  const expectedMs = Math.min(step.maxDurationMs / 2, EXPECTED_CONTAINER_MS)
  const factor = step.priceFactorThousandths / 1000
  return {
    sizeBytes: step.publish ? containers * Math.min(step.diskBytes, EXPECTED_OUTPUT_BYTES) : 0,
    durationMs: Math.ceil(containers / parallel) * expectedMs,
    usedSeconds: {
      expected: (containers * expectedMs * factor) / 1000,
      atMost: (containers * step.maxDurationMs * factor) / 1000,
      perSecond: parallel * factor,
    },
  }
}

/** As many as there are files, where that is known before anything runs. */
function containersAtMost({ fanOut, inputs, maxContainers }: Estimated): number {
  if (fanOut === undefined) return 1
  if ('count' in fanOut) return fanOut.count
  const over = inputs.find(({ name }) => name === fanOut.input)
  if (over === undefined || over.from.some(({ kind }) => kind === 'step')) return maxContainers
  return Math.min(maxContainers, over.from.length)
}
