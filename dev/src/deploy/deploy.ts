import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Refusal } from '../refusal.ts'
import { type Kubectl, KubectlError } from './kubectl.ts'
import type { KubernetesObject } from './objects.ts'
import type { Overlay } from './overlay.ts'
import { troubleOf } from './trouble.ts'
import { type AwaitedKind, awaitedKinds, isAwaited, workloadState } from './workload-state.ts'

export interface DeployOptions {
  readonly kubectl: Kubectl
  readonly timeoutMs: number
  say(line: string): void
}

const LOOK_EVERY_MS = 1_000
/** An image may come late, when it is loaded beside the deployment. */
const LASTING_TROUBLE_MS = 30_000
const SECRET = 'fairlead-database'
const MIGRATION = 'migrate'

/**
 * Applies an overlay and waits until all of it runs.
 * @throws Refusal, in one line, when it does not
 */
export async function deploy(overlay: Overlay, options: DeployOptions): Promise<void> {
  const { kubectl } = options
  const inNamespace: Kubectl = (args, input) => kubectl(['--namespace', overlay.namespace, ...args], input)
  const first = overlay.objects.filter(({ kind }) => kind === 'Namespace')
  // Nothing to apply is an error of kubectl's.
  if (first.length > 0) await apply(first, kubectl)
  await requireSecrets(overlay, inNamespace)
  const jobs = overlay.objects.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata.name)
  // A Job never changes, and the pods of this release wait for its own.
  if (jobs.length > 0) await inNamespace(['delete', 'job', '--ignore-not-found', '--wait', ...jobs])
  const before = await get(inNamespace)
  await apply(overlay.objects, kubectl)
  await waitForAll(overlay, before, { ...options, kubectl: inNamespace })
}

async function apply(objects: readonly KubernetesObject[], kubectl: Kubectl): Promise<void> {
  const list = { apiVersion: 'v1', kind: 'List', items: objects }
  try {
    await kubectl(['apply', '--server-side', '--force-conflicts', '--filename', '-'], JSON.stringify(list))
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    throw new Refusal(`The cluster refuses the manifests: ${error.message}`, { cause: error })
  }
}

async function requireSecrets({ folder, namespace, objects }: Overlay, kubectl: Kubectl): Promise<void> {
  // Sealed and external ones make a Secret of their own name.
  if (objects.some(({ kind, metadata }) => kind.endsWith('Secret') && metadata.name === SECRET)) return
  if ((await kubectl(['get', 'secret', SECRET, '--ignore-not-found', '--output', 'name'])) !== '') return
  throw new Refusal(
    `There is no Secret ${SECRET} in ${namespace}; for development make all with npm run secrets -- ${basename(folder)}, else see k8s/README.md.`,
  )
}

async function get(kubectl: Kubectl): Promise<KubernetesObject[]> {
  const kinds = [...awaitedKinds, 'Pod'].join(',').toLowerCase()
  const { items } = JSON.parse(await kubectl(['get', kinds, '--output', 'json'])) as {
    items: KubernetesObject[]
  }
  return items
}

const key = (kind: string, name: string) => `${kind.toLowerCase()}/${name}`

/** Says each step, ends when all is done. */
async function waitForAll(
  { objects }: Overlay,
  before: readonly KubernetesObject[],
  { kubectl, timeoutMs, say }: DeployOptions,
): Promise<void> {
  const awaited = objects.flatMap(({ kind, metadata }) =>
    isAwaited(kind) ? [{ kind, name: metadata.name }] : [],
  )
  const done = new Set<string>()
  const told = new Map<string, string>()
  const lastingSince = new Map<string, number>()
  const deadline = Date.now() + timeoutMs
  const serving = before.some(
    ({ metadata, status }) => metadata.name === 'backend' && (status?.availableReplicas ?? 0) > 0,
  )
  const still = serving ? ' What ran before still serves.' : ''

  const migrating = awaited.some(({ kind, name }) => kind === 'Job' && name === MIGRATION)

  while (done.size < awaited.length) {
    const now = await get(kubectl)
    const pods = now.filter(({ kind }) => kind === 'Pod')
    for (const { kind, name } of awaited) {
      const id = key(kind, name)
      if (done.has(id)) continue
      const object = now.find((each) => each.kind === kind && each.metadata.name === name)
      const state = object === undefined ? undefined : workloadState(kind, object)
      if (state?.kind === 'DONE') {
        done.add(id)
        say(`${id}: ${state.text}`)
        continue
      }
      const trouble = object === undefined ? undefined : await troubleOf(object, pods, kubectl)
      // Pods wait for the migrations, however long these take.
      const early = kind !== 'Job' && migrating && !done.has(key('Job', MIGRATION))
      if (state?.kind === 'FAILED' && !early) throw failure(kind, name, trouble?.words ?? state.text, still)
      if (trouble === undefined) {
        told.delete(id)
        continue
      }
      if (told.get(id) !== trouble.words) say(`${id}: ${trouble.container} says: ${trouble.words}`)
      told.set(id, trouble.words)
      if (!trouble.lasting) lastingSince.delete(id)
      else if (!lastingSince.has(id)) lastingSince.set(id, Date.now())
      else if (Date.now() - (lastingSince.get(id) ?? 0) > LASTING_TROUBLE_MS)
        throw failure(kind, name, trouble.words, still)
    }
    if (done.size === awaited.length) return
    if (Date.now() > deadline) {
      const late = awaited.map(({ kind, name }) => key(kind, name)).filter((id) => !done.has(id))
      const why = late.map((id) => (told.has(id) ? `${id} (${told.get(id)})` : id))
      throw new Refusal(`Not ready after ${Math.round(timeoutMs / 1000)} s: ${why.join(', ')}.${still}`)
    }
    await sleep(LOOK_EVERY_MS)
  }
}

function failure(kind: AwaitedKind, name: string, words: string, still: string): Refusal {
  const what = name === MIGRATION ? 'The migration failed' : `${kind} ${name} failed`
  return new Refusal(`${what}: ${words.replace(/[.]$/, '')}.${still}`)
}
