import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterTool } from './cluster-tool.ts'
import { Kubectl } from './kubectl.ts'
import { arePartsKeptDown } from './parts-kept-down.ts'

const LOOK_MS = 10_000
const LOG_LINES = 20
/** Rules for a new Service are there within a second, on a busy machine within some. */
const SERVICE_MS = 20_000
const PROBE = 'fairlead-service-probe'

/**
 * Looks at the cluster's own processes while tests run. One that died is told of with the end of its log and started
 * again: without it tests fail far from the cause, as pods whose connections time out.
 */
export function watchCluster(tool: ClusterTool): () => Promise<void> {
  const over = new AbortController()
  const watching = (async () => {
    for (;;) {
      await delay(LOOK_MS, undefined, { signal: over.signal })
      const dead = await deadParts(tool)
      if (dead.length === 0 || over.signal.aborted) continue
      // A test keeps some down; others may have died of that, and start again with them.
      if (await arePartsKeptDown((await tool.environment()).KUBECONFIG)) continue
      for (const part of dead) console.log(await obituary(tool, part))
      await tool.call(['up']).catch((error: Error) => console.log(error.message))
    }
  })().catch((error: Error) => {
    if (error.name !== 'AbortError') console.log(`the cluster is no longer watched: ${error.message}`)
  })
  return () => {
    over.abort()
    return watching
  }
}

/**
 * Rejects unless a new Service is put into effect: one without pods behind it refuses connections, where an address
 * that no rule knows leaves them waiting.
 */
export async function servicesTakeEffect(tool: ClusterTool): Promise<void> {
  const kubectl = new Kubectl('default')
  await kubectl.run(['delete', 'service', PROBE, '--ignore-not-found'])
  await kubectl.run(['create', 'service', 'clusterip', PROBE, '--tcp=9'])
  try {
    const { spec } = await kubectl.json<{ spec: { clusterIP: string } }>(['get', 'service', PROBE])
    const end = performance.now() + SERVICE_MS
    for (;;) {
      const outcome = await knock(spec.clusterIP, 9)
      if (outcome === 'ECONNREFUSED') return
      if (performance.now() > end) {
        throw new Error(
          `kube-proxy does not put new Services into effect (${spec.clusterIP}: ${outcome})\n${await obituary(tool, 'proxy')}`,
        )
      }
      await delay(500)
    }
  } finally {
    await kubectl.run(['delete', 'service', PROBE, '--ignore-not-found'])
  }
}

/** Names as `cluster status` gives them. */
async function deadParts(tool: ClusterTool): Promise<string[]> {
  // Without its API server it ends badly, and says the same.
  const status = await tool.call(['status']).catch((error: Error) => error.message)
  return [...status.matchAll(/^(\w+) +down$/gm)].flatMap(([, name = '']) => name)
}

async function obituary(tool: ClusterTool, part: string): Promise<string> {
  const { KUBECONFIG } = await tool.environment()
  const log = await readFile(join(dirname(KUBECONFIG), 'log', `${part}.log`), 'utf8').catch(
    (error: Error) => error.message,
  )
  const lines = log.trimEnd().split('\n').slice(-LOG_LINES)
  return [`The cluster's ${part} (${new Date().toISOString()}), the end of its log:`, ...lines].join('\n  ')
}

/** The code of the error that an attempt to connect ended with, or what else became of it. */
function knock(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const timer = setTimeout(() => done('no answer'), 1_000)
    const done = (outcome: string) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(outcome)
    }
    socket.once('connect', () => done('connected'))
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message))
  })
}
