import type { DataSource } from 'typeorm'
import { algorithmState } from '../algorithms/algorithm-store.ts'
import type { StepPayload } from '../step-payload.ts'
import {
  type ContainersOfRun,
  containersOfRun,
  insertContainers,
  resumeContainers,
} from './container-store.ts'
import { divideInputs, type ResolvedInput } from './divide-inputs.ts'
import { filesOfSource, type InputStores } from './input-source.ts'
import type { RunOfStep } from './run-of-step.ts'
import { stepFailed } from './step-failure.ts'

/** Another worker prepared it at the same moment, and has the task by now. */
class RunLost extends Error {
  override readonly name = 'RunLost'
}

export interface PreparedRun extends ContainersOfRun {
  /** Containers may run already. */
  readonly adopted: boolean
}

/**
 * Decides which containers a run has and what each reads, once: a worker that takes the run over finds it decided.
 *
 * @throws ExecutionFailed
 */
export async function prepareRun(
  dataSource: DataSource,
  stores: InputStores,
  run: RunOfStep,
  payload: StepPayload,
): Promise<PreparedRun> {
  await resumeContainers(dataSource, run)
  const known = await containersOfRun(dataSource, run.key)
  if (known.count > 0) return { ...known, adopted: true }
  await assertApproved(dataSource, payload)
  const { shared, containers } = divideInputs(payload, await resolveInputs(dataSource, stores, run, payload))
  await insertContainers(dataSource, run, shared, containers)
  const written = await containersOfRun(dataSource, run.key)
  if (written.count === 0) throw new RunLost(`the run ${run.key.run} of task ${run.key.taskIndex} was lost`)
  return { ...written, adopted: false }
}

/** It may have been revoked since the run was planned. */
async function assertApproved(dataSource: DataSource, payload: StepPayload): Promise<void> {
  if ((await algorithmState(dataSource, payload.algorithmId)) === 'APPROVED') return
  throw stepFailed(
    'ALGORITHM_REVOKED',
    `The algorithm ${payload.algorithm} is not approved any more, and nothing new of it runs. Use another version.`,
  )
}

async function resolveInputs(
  dataSource: DataSource,
  stores: InputStores,
  { key, organizationId }: RunOfStep,
  { inputs }: StepPayload,
): Promise<ResolvedInput[]> {
  const resolved: ResolvedInput[] = []
  for (const { name, maxFiles, from } of inputs) {
    const files = []
    const owner = { jobId: key.jobId, organizationId }
    for (const source of from) files.push(...(await filesOfSource(dataSource, stores, owner, source)))
    resolved.push({ name, maxFiles, files })
  }
  return resolved
}
