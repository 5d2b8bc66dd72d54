import { expect } from '../cluster-test.ts'
import type { Installation } from '../harness/installation.ts'
import type { Pod, Workload } from '../harness/objects.ts'
import { isReady } from '../harness/objects.ts'
import { waitUntilReady } from '../harness/readiness.ts'

/** Ends the processes of pods with SIGKILL, as a node that dies does; their successors come by themselves. */
export async function kill({ kubectl }: Installation, pods: readonly Pod[]): Promise<void> {
  const names = pods.map(({ metadata }) => metadata.name)
  if (names.length === 0) throw new Error('there is no pod to kill')
  await kubectl.run(['delete', 'pods', ...names, '--grace-period=0', '--force'])
}

export async function readyPods({ kubectl }: Installation, component: string): Promise<readonly Pod[]> {
  return (await kubectl.list<Pod>('pods', component)).filter(isReady)
}

/** As many pods of a Deployment as that, until `restore`: its autoscaler has the say otherwise. */
export async function fixReplicas(
  installation: Installation,
  name: string,
  replicas: number,
): Promise<() => Promise<void>> {
  const { kubectl } = installation
  const autoscaler = ['horizontalpodautoscaler', name]
  interface Limits {
    readonly spec: { readonly minReplicas: number; readonly maxReplicas: number }
  }
  const { minReplicas, maxReplicas } = (await kubectl.json<Limits>(['get', ...autoscaler])).spec
  const patch = (spec: object) =>
    kubectl.run(['patch', ...autoscaler, '--type=merge', `--patch=${JSON.stringify({ spec })}`])
  await patch({ minReplicas: replicas, maxReplicas: Math.max(replicas, maxReplicas) })
  await kubectl.run(['scale', `deployment/${name}`, `--replicas=${replicas}`])
  await expect
    .poll(
      async () => {
        const { status } = await kubectl.json<Workload>(['get', 'deployment', name])
        return status.availableReplicas ?? 0
      },
      { timeout: 120_000, message: `${replicas} pods of ${name}` },
    )
    .toBeGreaterThanOrEqual(replicas)
  return async () => {
    await patch({ minReplicas, maxReplicas })
    await waitUntilReady(kubectl)
  }
}

/** Takes a StatefulSet's pod away until `restore`, so that what its absence does can be seen in peace. */
export async function takeAway(installation: Installation, name: string): Promise<() => Promise<void>> {
  const { kubectl } = installation
  const scale = (replicas: number) => kubectl.run(['scale', `statefulset/${name}`, `--replicas=${replicas}`])
  const pods = await readyPods(installation, name)
  await scale(0)
  await kill(installation, pods)
  return async () => {
    await scale(1)
    await waitUntilReady(kubectl)
  }
}
