import {
  type ContainerChange,
  type ContainerOrder,
  type ContainerState,
  type ContainerUse,
  leave,
} from '../../../ports/containers.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import type { ContainerLog } from './container-log.ts'
import type { CreationRefusal } from './creation-refusal.ts'
import { REPLACEMENTS } from './job-manifest.ts'
import { completedIndexes, jobFailure } from './job-view.ts'
import type { Job, Pod } from './kubernetes-objects.ts'
import { numberOf, objectName } from './object-names.ts'
import type { Patience } from './patience.ts'
import {
  clusterUnavailable,
  deadlineExceeded,
  jobDeleted,
  nodeLost,
  type PodFailure,
  podDeleted,
  stepDeadlineExceeded,
} from './pod-failure.ts'
import { type PodView, viewPod } from './pod-view.ts'

export interface RunOptions {
  readonly order: ContainerOrder
  readonly patience: Patience
  readonly openLog: (pod: string, number: number, ended: boolean) => ContainerLog
}

interface Instance {
  readonly number: number
  pod: Pod | undefined
  view: PodView | undefined
  told: ContainerChange
  /** Of pods that were lost, by uid. */
  readonly lost: Set<string>
  log: ContainerLog | undefined
  /** Since when it waits for what it waits for, or to be gone. */
  since: number
  /** When its pod was first seen to have begun. */
  begunAt: number | undefined
}

const final = new Set<ContainerState>(['COMPLETED', 'FAILED', 'CANCELLED'])
/** Looks after which the Job's word is taken for what its pods have not told: the two come by different ways. */
const LOOKS = 3

/** The containers of one run, as the cluster tells of them. */
export class ContainerRun {
  readonly name: string
  readonly order: ContainerOrder
  /** Resolves when every container has completed; rejects with ExecutionFailed, or the reason of the order's abort. */
  readonly ended: Promise<void>
  /** Aborted when it has ended. */
  readonly signal: AbortSignal
  requests = 0
  readonly #options: RunOptions
  readonly #instances: readonly Instance[]
  readonly #logs = new Set<ContainerLog>()
  /** Those that wait for something that may take too long. */
  readonly #held = new Set<Instance>()
  readonly #over = new AbortController()
  readonly #end = Promise.withResolvers<void>()
  #completed = 0
  #job: Job | undefined
  #looksAtJob = 0
  #progressAt = performance.now()
  #waiting: string | undefined
  #refusal: CreationRefusal | undefined

  constructor(options: RunOptions) {
    const { order } = options
    this.#options = options
    this.order = order
    this.name = objectName(order.key)
    this.ended = this.#end.promise
    this.ended.catch(() => undefined)
    this.signal = this.#over.signal
    this.#instances = Array.from({ length: order.count }, (_, number) => ({
      number,
      pod: undefined,
      view: undefined,
      told: waitingChange(number),
      lost: new Set<string>(),
      log: undefined,
      since: 0,
      begunAt: undefined,
    }))
  }

  podSeen(pod: Pod): void {
    const instance = this.#instances[numberOf(pod)]
    if (instance === undefined || this.signal.aborted || !this.#takes(instance, pod)) return
    const view = viewPod(pod, { ...this.order })
    if (
      instance.view?.waiting?.kind !== view.waiting?.kind ||
      instance.view?.terminating !== view.terminating
    )
      instance.since = performance.now()
    instance.pod = pod
    instance.view = view
    if (pod.status?.startTime !== undefined) instance.begunAt ??= performance.now()
    this.#refusal = undefined
    this.#follow(instance, pod, view)
    if (view.failure !== undefined) {
      if (view.replaced) this.#lose(instance, view.failure)
      else this.#fail(view.failure, instance)
      return
    }
    if (view.waiting?.forGood === true) {
      this.#fail(view.waiting.failure, instance)
      return
    }
    if (view.waiting !== undefined || view.terminating) this.#held.add(instance)
    else this.#held.delete(instance)
    this.#tell(instance, {
      state: view.state,
      node: view.node,
      startTime: view.startTime,
      endTime: view.endTime,
      exitCode: view.exitCode,
    })
    if (view.state === 'COMPLETED') this.#complete()
  }

  podGone(pod: Pod): void {
    const instance = this.#instances[numberOf(pod)]
    if (instance?.pod?.metadata.uid !== pod.metadata.uid || this.signal.aborted) return
    // Deleted by force, it was never seen to end.
    if (!final.has(instance.told.state)) this.#lose(instance, podDeleted())
  }

  jobSeen(job: Job): void {
    if (this.signal.aborted) return
    if (this.#job?.metadata.uid !== job.metadata.uid) this.#looksAtJob = 0
    this.#job = job
  }

  jobGone(job: Job): void {
    if (this.#job?.metadata.uid === job.metadata.uid) this.#fail(jobDeleted())
  }

  /** The cluster does not create the Job, its Secret or its pods. */
  refused(refusal: CreationRefusal): void {
    if (this.signal.aborted) return
    if (refusal.passes) this.#refusal = refusal
    else this.#fail(refusal.failure)
  }

  /** Whether the Job controller may have said why it creates no pod. */
  get asksForEvents(): { readonly jobUid: string; readonly since: Date } | undefined {
    if (this.#job === undefined || this.signal.aborted) return undefined
    const active = this.#instances.filter(
      ({ pod, told }) => pod !== undefined && !final.has(told.state),
    ).length
    const wanted = Math.min(this.order.parallel, this.order.count - this.#completed)
    if (active >= wanted) return undefined
    const times = this.#instances.map(({ pod }) => Date.parse(pod?.metadata.creationTimestamp ?? '') || 0)
    return { jobUid: this.#job.metadata.uid, since: new Date(Math.max(0, ...times)) }
  }

  /** Pods whose algorithm runs, and the addresses of their nodes. */
  running(): { readonly pod: string; readonly node: string }[] {
    return this.#instances.flatMap(({ pod, told }) => {
      const node = pod?.status?.hostIP
      return told.state === 'RUNNING' && pod !== undefined && node !== undefined
        ? [{ pod: pod.metadata.name, node }]
        : []
    })
  }

  used(number: number, pod: string, use: Omit<ContainerUse, 'number'>): void {
    const instance = this.#instances[number]
    if (instance?.pod?.metadata.name !== pod || instance.told.state !== 'RUNNING') return
    this.order.onUse({ number, ...use })
  }

  /** Every second or so: what took too long, and what it waits for. */
  look(away: { readonly ms: number; readonly error: unknown } | undefined): void {
    if (this.signal.aborted) return
    const { patience } = this.#options
    if (away !== undefined) {
      const why = away.error instanceof Error ? away.error.message : String(away.error)
      if (away.ms > patience.clusterMs) this.#fail(clusterUnavailable(why))
      // What is known is old: nobody's patience is tried by that.
      else if (away.ms > 2000) this.#wait(`The cluster is not reached: ${why}`)
      return
    }
    const now = performance.now()
    const roomSince = Math.max(this.#progressAt, 0)
    for (const instance of this.#held) {
      const failure = this.#overdue(instance, now)
      if (failure !== undefined) {
        this.#fail(failure, instance)
        return
      }
    }
    const late = this.#instances.find((instance) => this.#isOverTime(instance, now))
    if (late !== undefined) {
      this.#fail(deadlineExceeded(this.order), late)
      return
    }
    if (this.#refusal !== undefined && now - roomSince > patience.roomMs) {
      this.#fail(this.#refusal.failure)
      return
    }
    this.#lookAtJob()
    const [held] = [...this.#held].filter(({ view }) => view?.waiting !== undefined)
    this.#wait(held?.view?.waiting?.message ?? this.#refusal?.message)
  }

  expire(): void {
    this.#fail(stepDeadlineExceeded())
  }

  fail(failure: PodFailure): void {
    this.#fail(failure)
  }

  /** The order was aborted. */
  cancel(reason: unknown): void {
    if (this.signal.aborted) return
    if (reason !== leave) this.#cancelOthers()
    this.#settle(() => this.#end.reject(reason))
  }

  /** Resolves when the logs of containers that have ended were told, or the time is over. */
  async logsFinished(): Promise<void> {
    for (const log of this.#logs) log.end()
    await Promise.all([...this.#logs].map((log) => log.finished))
  }

  close(): void {
    this.#over.abort()
    for (const log of this.#logs) log.close()
  }

  /** Whether the pod is the one that stands for the container now. */
  #takes(instance: Instance, pod: Pod): boolean {
    const { uid, creationTimestamp } = pod.metadata
    if (instance.lost.has(uid) || final.has(instance.told.state)) return false
    const known = instance.pod
    if (known === undefined || known.metadata.uid === uid) return true
    return creationTimestamp > known.metadata.creationTimestamp
  }

  #follow(instance: Instance, pod: Pod, view: PodView): void {
    if (view.logEnded === undefined) return
    if (instance.log === undefined) {
      instance.log = this.#options.openLog(pod.metadata.name, instance.number, view.logEnded)
      this.#logs.add(instance.log)
    } else if (view.logEnded) instance.log.end()
  }

  #lose(instance: Instance, failure: PodFailure): void {
    const uid = instance.pod?.metadata.uid
    if (uid !== undefined) instance.lost.add(uid)
    if (instance.lost.size > REPLACEMENTS) {
      this.#fail(failure, instance)
      return
    }
    instance.log?.end()
    instance.log = undefined
    instance.pod = undefined
    instance.view = undefined
    instance.begunAt = undefined
    this.#held.delete(instance)
    this.order.onLog({
      number: instance.number,
      time: new Date(),
      text: `[${failure.message} It is started again.]`,
    })
    this.#tell(instance, waitingChange(instance.number))
  }

  /** Its node has not ended it, though its pod's time is over. */
  #isOverTime({ told, begunAt }: Instance, now: number): boolean {
    if (begunAt === undefined || final.has(told.state)) return false
    return now - begunAt > this.order.containerTimeoutMs + this.#options.patience.overtimeMs
  }

  #overdue(instance: Instance, now: number): PodFailure | undefined {
    const { view, since } = instance
    const { patience } = this.#options
    if (view?.terminating === true && now - since > patience.goneMs) return nodeLost(view.node)
    const waiting = view?.waiting
    if (waiting === undefined) return undefined
    const limitMs = { ROOM: patience.roomMs, IMAGE: patience.imageMs, CONTAINER: patience.startMs }[
      waiting.kind
    ]
    const from = waiting.kind === 'ROOM' ? Math.max(since, this.#progressAt) : since
    return now - from > limitMs ? waiting.failure : undefined
  }

  #lookAtJob(): void {
    if (this.#job === undefined) return
    const failed = jobFailure(this.#job)
    const completed = completedIndexes(this.#job)
    const missing = [...completed].filter((number) => {
      const instance = this.#instances[number]
      return instance !== undefined && !final.has(instance.told.state)
    })
    if (failed === undefined && missing.length === 0) {
      this.#looksAtJob = 0
      return
    }
    this.#looksAtJob += 1
    if (this.#looksAtJob < LOOKS && failed?.atOnce !== true) return
    if (failed !== undefined) {
      const lost = this.#instances.find(({ lost }) => lost.size > 0)
      this.#fail(failed.failure ?? podDeleted(), lost)
      return
    }
    // Their pods were deleted after they had completed.
    for (const number of missing) {
      const instance = this.#instances[number]
      if (instance === undefined) continue
      this.#tell(instance, { state: 'COMPLETED' })
      this.#complete()
    }
  }

  #complete(): void {
    this.#completed += 1
    this.#progressAt = performance.now()
    if (this.#completed === this.#instances.length) this.#settle(() => this.#end.resolve())
  }

  #fail(failure: PodFailure, instance?: Instance): void {
    if (this.signal.aborted) return
    if (instance !== undefined) {
      const { startTime } = instance.view ?? instance.told
      this.#tell(instance, {
        state: 'FAILED',
        node: instance.view?.node ?? instance.told.node,
        startTime,
        endTime: instance.view?.endTime ?? (startTime === undefined ? undefined : new Date()),
        exitCode: instance.view?.exitCode,
        failure,
      })
    }
    this.#cancelOthers()
    const { reason, transient } = failure
    const message =
      instance === undefined || this.#instances.length === 1
        ? failure.message
        : `Container ${instance.number}: ${failure.message}`
    this.#settle(() => this.#end.reject(new ExecutionFailed(reason, message, transient)))
  }

  #cancelOthers(): void {
    for (const instance of this.#instances) {
      const { state, startTime, endTime } = instance.told
      if (final.has(state)) continue
      this.#tell(instance, {
        state: 'CANCELLED',
        endTime: endTime ?? (startTime === undefined ? undefined : new Date()),
      })
    }
  }

  #settle(settle: () => void): void {
    this.#wait(undefined)
    settle()
    this.#over.abort()
  }

  #wait(message: string | undefined): void {
    if (message === this.#waiting) return
    this.#waiting = message
    this.order.onWaiting(message)
  }

  #tell(instance: Instance, change: Partial<ContainerChange>): void {
    const { told } = instance
    const next = { ...told, ...change }
    const same =
      told.state === next.state &&
      told.node === next.node &&
      told.startTime?.getTime() === next.startTime?.getTime() &&
      told.endTime?.getTime() === next.endTime?.getTime() &&
      told.exitCode === next.exitCode
    if (same) return
    if (next.state !== told.state && next.state !== 'WAITING') this.#progressAt = performance.now()
    instance.told = next
    this.order.onChange(next)
  }
}

function waitingChange(number: number): ContainerChange {
  return {
    number,
    state: 'WAITING',
    node: '',
    startTime: undefined,
    endTime: undefined,
    exitCode: undefined,
    failure: undefined,
  }
}
