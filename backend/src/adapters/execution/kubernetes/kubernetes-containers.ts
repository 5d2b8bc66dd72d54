import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import {
  type ContainerExecution,
  type ContainerKey,
  type ContainerOrder,
  type ContainerUse,
  leave,
} from '../../../ports/containers.ts'
import { ExecutionFailed } from '../../../ports/execution.ts'
import { ApiRefused, isRefused } from './api-errors.ts'
import { checkCluster } from './check-cluster.ts'
import { ContainerLog, type LogLimits, logLimits } from './container-log.ts'
import { ContainerRun } from './container-run.ts'
import { lastEventOf } from './creation-event.ts'
import { creationRefusal } from './creation-refusal.ts'
import { KubernetesApi } from './kubernetes-api.ts'
import { createKubernetesMetrics, type KubernetesMetrics } from './kubernetes-metrics.ts'
import type { Job, Pod } from './kubernetes-objects.ts'
import { jobNameOf, objectName } from './object-names.ts'
import { ObjectWatch } from './object-watch.ts'
import { type Patience, usualPatience } from './patience.ts'
import { persist } from './persist.ts'
import { clusterUnavailable } from './pod-failure.ts'
import { RunObjects } from './run-objects.ts'
import { Slots } from './slots.ts'
import { UseWatch } from './use-watch.ts'

export interface KubernetesOptions {
  /** Where the containers run, and nothing else. */
  readonly namespace: string
  /** Path; undefined for the service account of the pod that this runs in. */
  readonly kubeconfig?: string | undefined
  /** Tells this installation's objects from those of others in the same namespace. */
  readonly installation: string
  /** What stages inputs and collects outputs. */
  readonly agentImage: string
  /** Name of a Secret for algorithms' registries. */
  readonly imagePullSecret?: string | undefined
  readonly log: Logger
  readonly registry?: Registry | undefined
  readonly patience?: Partial<Patience>
  readonly logLimits?: Partial<LogLimits>
  /** Logs that are followed at a time; the others are read when their containers have ended. Default 50. */
  readonly followedLogs?: number
}

const FOLLOWED_LOGS = 50
const LOGS_READ = 10
const LOOK_MS = 1000
const EVENTS_MS = 5000
/** For what is left of a log when its container has ended. */
const LOG_END_MS = 15_000
/** Between two tries to create what the quota has no room for. */
const CREATE_MS = 5000
const REMOVE_MS = 60_000
/** For pods to be gone; they have a second from SIGTERM to SIGKILL. */
const GONE_MS = 30_000

/** @throws when the kubeconfig cannot be read */
export function createKubernetesContainers(options: KubernetesOptions): ContainerExecution {
  return new KubernetesContainers(options)
}

class KubernetesContainers implements ContainerExecution {
  readonly #options: KubernetesOptions
  readonly #patience: Patience
  readonly #metrics: KubernetesMetrics
  readonly #api: KubernetesApi
  readonly #objects: RunObjects
  readonly #jobs: ObjectWatch<Job>
  readonly #pods: ObjectWatch<Pod>
  readonly #use: UseWatch
  readonly #runs = new Map<string, ContainerRun>()
  readonly #podsOfJob = new Map<string, Map<string, Pod>>()
  /** Told when an object of a name is gone. */
  readonly #goneListeners = new Map<string, Set<() => void>>()
  readonly #slots: { readonly follow: Slots; readonly read: Slots }
  #looking: NodeJS.Timeout | undefined
  #askedAt = 0
  #closed = false

  constructor(options: KubernetesOptions) {
    const { namespace, installation, agentImage, imagePullSecret, log } = options
    this.#options = options
    this.#patience = { ...usualPatience, ...options.patience }
    this.#metrics = createKubernetesMetrics(options.registry)
    this.#api = new KubernetesApi(options.kubeconfig, (verb, resource) =>
      this.#metrics.requested(verb, resource),
    )
    this.#objects = new RunObjects(this.#api, namespace, { installation, agentImage, imagePullSecret })
    const { jobsPath, podsPath, labelSelector } = this.#objects
    const watch = { api: this.#api, labelSelector, log }
    this.#jobs = new ObjectWatch<Job>({
      ...watch,
      resource: 'jobs',
      path: jobsPath,
      onObject: (job) => this.#runs.get(job.metadata.name)?.jobSeen(job),
      onGone: (job) => this.#jobGone(job),
    })
    this.#pods = new ObjectWatch<Pod>({
      ...watch,
      resource: 'pods',
      path: podsPath,
      onObject: (pod) => this.#podSeen(pod),
      onGone: (pod) => this.#podGone(pod),
    })
    this.#use = new UseWatch({
      api: this.#api,
      namespace,
      running: () => this.#running(),
      onUse: (pod, use) => this.#used(pod, use),
      log,
    })
    this.#slots = { follow: new Slots(options.followedLogs ?? FOLLOWED_LOGS), read: new Slots(LOGS_READ) }
  }

  async run(order: ContainerOrder): Promise<void> {
    const { signal } = order
    signal.throwIfAborted()
    if (this.#closed) throw new Error('the containers are closed')
    const run = this.#open(order)
    if (this.#runs.has(run.name)) throw new Error(`${run.name} is run already`)
    this.#runs.set(run.name, run)
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS)
    const stop = () => run.cancel(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    // setTimeout fires at once beyond 2^31 - 1 ms
    const deadline = setTimeout(() => run.expire(), Math.min(order.timeoutMs, 2 ** 31 - 1))
    const begun = this.#begin(run)
    let outcome = 'COMPLETED'
    try {
      await run.ended
      await this.#logsFinished(run)
    } catch (error) {
      outcome = outcomeOf(error)
      if (error instanceof ExecutionFailed) await this.#logsFinished(run)
      throw error
    } finally {
      clearTimeout(deadline)
      signal.removeEventListener('abort', stop)
      run.close()
      if (outcome !== 'LEFT') {
        // A request that creates something may be on its way: what it makes must not be left.
        await begun
        await this.#clear(run)
      }
      this.#metrics.ended(outcome, run.requests)
      this.#runs.delete(run.name)
      if (this.#runs.size === 0) {
        clearInterval(this.#looking)
        this.#looking = undefined
      }
    }
  }

  async remove(key: ContainerKey): Promise<void> {
    await this.#remove(objectName(key), true, () => undefined)
  }

  list(): Promise<ContainerKey[]> {
    return this.#objects.keys()
  }

  check(signal?: AbortSignal): Promise<void> {
    return checkCluster(this.#api, this.#options.namespace, signal)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#looking)
    await Promise.all([this.#jobs.close(), this.#pods.close(), this.#use.close()])
    this.#api.close()
  }

  #open(order: ContainerOrder): ContainerRun {
    const run: ContainerRun = new ContainerRun({
      order,
      patience: this.#patience,
      openLog: (pod, number, ended) =>
        new ContainerLog(
          {
            api: this.#api,
            path: this.#objects.podsPath,
            pod,
            after: order.logsAfter(number),
            limits: { ...logLimits, ...this.#options.logLimits },
            slots: this.#slots,
            onLine: (line) => order.onLog({ number, ...line }),
            onSent: () => {
              run.requests += 1
            },
            log: this.#options.log,
          },
          ended,
        ),
    })
    return run
  }

  /** The end of the logs of what has ended; not for longer than the order stands. */
  async #logsFinished(run: ContainerRun): Promise<void> {
    const { signal } = run.order
    const patience = wait(LOG_END_MS, undefined, { signal, ref: false }).catch(() => undefined)
    await Promise.race([run.logsFinished(), patience])
  }

  /** What cannot be deleted now is found by whoever looks for what nobody wants any more. */
  async #clear(run: ContainerRun): Promise<void> {
    const { name } = run
    try {
      await this.#remove(name, this.#active(name), () => {
        run.requests += 1
      })
    } catch (error) {
      this.#options.log.error({ err: error, name }, 'containers that have ended were not deleted')
    }
  }

  /** Creates what is not there, and takes over what is. Never rejects: what goes wrong is the run's failure. */
  async #begin(run: ContainerRun): Promise<void> {
    try {
      const listed = Promise.all([this.#jobs.start(), this.#pods.start()])
      await Promise.race([listed, run.ended])
      run.signal.throwIfAborted()
      const existing = this.#jobs.get(run.name)
      if (existing?.metadata.deletionTimestamp !== undefined)
        await Promise.race([this.#gone(run.name), run.ended])
      else if (existing !== undefined) {
        this.#adopt(run, existing)
        return
      }
      await this.#create(run)
    } catch (error) {
      if (run.signal.aborted) return
      if (error instanceof ApiRefused && error.code === 422) run.refused(creationRefusal(error.message))
      else run.fail(clusterUnavailable(error instanceof Error ? error.message : String(error)))
    }
  }

  #adopt(run: ContainerRun, job: Job): void {
    run.jobSeen(job)
    const pods = [...(this.#podsOfJob.get(run.name)?.values() ?? [])]
    pods.sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
    for (const pod of pods) run.podSeen(pod)
  }

  async #create(run: ContainerRun): Promise<void> {
    const onSent = () => {
      run.requests += 1
    }
    await this.#admitted(run, () => this.#objects.createSecret(run.order, onSent))
    await this.#admitted(run, async () => this.#adopt(run, await this.#objects.createJob(run.order, onSent)))
  }

  /** Tries for as long as the run lasts what the cluster may admit later. */
  async #admitted(run: ContainerRun, attempt: () => Promise<void>): Promise<void> {
    for (;;) {
      run.signal.throwIfAborted()
      try {
        await persist({ signal: run.signal, forMs: this.#patience.clusterMs }, attempt)
        return
      } catch (error) {
        if (!isRefused(error, 403) || /cannot \w+ resource/u.test(error.message)) throw error
        run.refused(creationRefusal(error.message))
      }
      await wait(CREATE_MS, undefined, { signal: run.signal })
    }
  }

  async #remove(name: string, active: boolean, onSent: () => void): Promise<void> {
    const removing = (remove: () => Promise<void>) => persist({ forMs: REMOVE_MS }, remove)
    const listed = Promise.all([this.#jobs.start(), this.#pods.start()])
    await Promise.all([
      removing(() => this.#objects.deleteJob(name, onSent)),
      removing(() => this.#objects.deleteSecret(name, onSent)),
    ])
    if (active) await removing(() => this.#objects.deletePods(name, onSent))
    const gone = listed.then(() => this.#gone(name)).then(() => true)
    if (await Promise.race([gone, wait(GONE_MS, false, { ref: false })])) return
    this.#options.log.warn({ name }, 'pods that were deleted are not gone yet')
  }

  /** Whether a pod of it may not have ended. */
  #active(name: string): boolean {
    const pods = [...(this.#podsOfJob.get(name)?.values() ?? [])]
    return pods.some(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed')
  }

  /** Resolves when neither a Job of the name nor a pod of it is there. */
  async #gone(name: string): Promise<void> {
    while (this.#jobs.get(name) !== undefined || this.#podsOfJob.has(name)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const listeners = this.#goneListeners.get(name) ?? new Set()
      listeners.add(resolve)
      this.#goneListeners.set(name, listeners)
      await promise
    }
  }

  #tellGone(name: string): void {
    const listeners = this.#goneListeners.get(name)
    this.#goneListeners.delete(name)
    for (const listener of listeners ?? []) listener()
  }

  #jobGone(job: Job): void {
    this.#runs.get(job.metadata.name)?.jobGone(job)
    this.#tellGone(job.metadata.name)
  }

  #podSeen(pod: Pod): void {
    const name = jobNameOf(pod)
    const pods = this.#podsOfJob.get(name) ?? new Map<string, Pod>()
    pods.set(pod.metadata.name, pod)
    this.#podsOfJob.set(name, pods)
    this.#runs.get(name)?.podSeen(pod)
  }

  #podGone(pod: Pod): void {
    const name = jobNameOf(pod)
    const pods = this.#podsOfJob.get(name)
    pods?.delete(pod.metadata.name)
    if (pods?.size === 0) this.#podsOfJob.delete(name)
    this.#runs.get(name)?.podGone(pod)
    this.#tellGone(name)
  }

  #running(): ReadonlyMap<string, readonly string[]> {
    const byNode = new Map<string, string[]>()
    for (const run of this.#runs.values()) {
      for (const { node, pod } of run.running()) byNode.set(node, [...(byNode.get(node) ?? []), pod])
    }
    return byNode
  }

  #used(pod: string, use: Omit<ContainerUse, 'number'>): void {
    const [, name = '', number = ''] = /^(.+)-(\d+)-[a-z0-9]+$/u.exec(pod) ?? []
    this.#runs.get(name)?.used(Number(number), pod, use)
  }

  #look(): void {
    const away = this.#jobs.away() ?? this.#pods.away()
    for (const run of this.#runs.values()) run.look(away)
    if (away === undefined && performance.now() - this.#askedAt > EVENTS_MS) void this.#askForEvents()
  }

  /** Why Jobs have fewer pods than they should: the Job controller says it in events alone. */
  async #askForEvents(): Promise<void> {
    const asking = [...this.#runs.values()].filter((run) => run.asksForEvents !== undefined)
    if (asking.length === 0) return
    this.#askedAt = performance.now()
    try {
      const events = await this.#objects.creationFailures()
      for (const run of asking) {
        const asked = run.asksForEvents
        if (asked === undefined) continue
        const event = lastEventOf(events, asked.jobUid, asked.since)
        if (event !== undefined) run.refused(creationRefusal(event.message ?? ''))
      }
    } catch (error) {
      if (!this.#closed) this.#options.log.info({ err: error }, 'events of Jobs are not known')
    }
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof ExecutionFailed) return error.reason
  return error === leave ? 'LEFT' : 'CANCELLED'
}
