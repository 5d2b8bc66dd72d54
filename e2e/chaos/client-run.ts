import { setTimeout as delay } from 'node:timers/promises'
import { type ServiceError, status } from '@grpc/grpc-js'
import type { JobClient } from './job-client.ts'
import type { PlannedJob } from './plan.ts'
import { Watcher } from './watcher.ts'

/** What the client of one job was told, and what must therefore be true in the end. */
export interface ClientRun {
  readonly planned: PlannedJob
  readonly violations: string[]
  /** Resource name, once CreateJob has answered. */
  name: string | undefined
  watcher: Watcher | undefined
  /** Told that the job is cancelled: it must end ABORTED. */
  cancelled: boolean
  /** Told that the job is deleted: it must be gone. */
  deleted: boolean
}

/** Does what is planned for one job, and notes what it is told. Never rejects. */
export async function runClient(
  client: JobClient,
  planned: PlannedJob,
  watching: Promise<void>[],
  onSubmitted: () => void,
  signal: AbortSignal,
): Promise<ClientRun> {
  const run: ClientRun = {
    planned,
    violations: [],
    name: undefined,
    watcher: undefined,
    cancelled: false,
    deleted: false,
  }
  try {
    const name = await submit(client, run).finally(onSubmitted)
    run.name = name
    if (planned.watched) {
      run.watcher = new Watcher(client, name)
      watching.push(run.watcher.watch(signal))
    }
    if (planned.inTwoSteps) await start(client, name)
    if (planned.end !== undefined) {
      await delay(planned.end.afterMs, undefined, { signal })
      if (planned.end.by === 'cancel') await cancel(client, run, name)
      else await remove(client, run, name)
    }
  } catch (error) {
    const { code, details = String(error) } = error as Partial<ServiceError>
    const what = code === undefined ? details : `${status[code]} ${details}`
    run.violations.push(`job ${planned.number} (${run.name ?? 'not created'}): its client was told ${what}`)
  }
  return run
}

async function submit(client: JobClient, { planned, violations }: ClientRun): Promise<string> {
  const { service, parameters, requestId, inTwoSteps } = planned
  const request = { service, parameters: [...parameters], requestId, keepPending: inTwoSteps }
  const { name } = await client.create(request)
  if (planned.repeated) {
    const again = await client.create(request)
    if (again.name !== name) violations.push(`request ${requestId} made ${name}, and repeated ${again.name}`)
  }
  return name
}

/** A call whose answer was lost may have been heard: then the repeat is refused, and the job shows it. */
async function start(client: JobClient, name: string): Promise<void> {
  try {
    await client.run(name)
  } catch (error) {
    if ((error as ServiceError).code !== status.FAILED_PRECONDITION) throw error
    const { phase } = await client.get(name)
    if (phase === 'PHASE_PENDING') throw error
  }
}

async function cancel(client: JobClient, run: ClientRun, name: string): Promise<void> {
  try {
    await client.cancel(name)
    run.cancelled = true
  } catch (error) {
    if ((error as ServiceError).code !== status.FAILED_PRECONDITION) throw error
    const { phase } = await client.get(name)
    if (!['PHASE_COMPLETED', 'PHASE_ERROR', 'PHASE_ABORTED'].includes(phase)) throw error
  }
}

async function remove(client: JobClient, run: ClientRun, name: string): Promise<void> {
  if (run.watcher !== undefined) run.watcher.mayBeGone = true
  try {
    await client.delete(name)
  } catch (error) {
    // The call before this one was heard, and its answer was lost.
    if ((error as ServiceError).code !== status.NOT_FOUND) throw error
  }
  run.deleted = true
  const found = await client.get(name).catch((error: ServiceError) => error.code)
  if (found !== status.NOT_FOUND) run.violations.push(`${name}: it was there after it was deleted`)
}
