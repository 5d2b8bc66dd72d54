import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Kubectl } from '../../../e2e/cluster/harness/kubectl.ts'
import { isReady, type Pod } from '../../../e2e/cluster/harness/objects.ts'

const PORT = 8080
const LOOK_MS = 50

/** The reference: milliseconds until a pod of the same image is ready that only answers its probe. */
export async function timeBarePod(kubectl: Kubectl, image: string): Promise<number> {
  const name = `bare-${randomUUID().slice(0, 8)}`
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'bare',
          image,
          imagePullPolicy: 'IfNotPresent',
          args: [
            'node',
            '--eval',
            `require('node:http').createServer((_, answer) => answer.end()).listen(${PORT})`,
          ],
          readinessProbe: { httpGet: { path: '/', port: PORT }, periodSeconds: 1 },
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '256Mi' } },
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        },
      ],
    },
  }
  const begin = performance.now()
  await kubectl.run(['create', '--filename', '-'], { input: JSON.stringify(pod) })
  try {
    while (!isReady(await kubectl.json<Pod>(['get', 'pod', name]))) await setTimeout(LOOK_MS)
    return performance.now() - begin
  } finally {
    await kubectl.run(['delete', 'pod', name, '--grace-period=1', '--wait=false'])
  }
}
