import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ClusterTool } from './cluster-tool.ts'

const LOOK_MS = 50

/**
 * Kills some of the cluster's own processes, named as `cluster status` names them, for as long as the work takes, and
 * starts them again whatever comes of that. Who watches the cluster leaves them alone until then.
 */
export async function withoutParts<Result>(
  tool: ClusterTool,
  parts: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  const folder = runFolder((await tool.environment()).KUBECONFIG)
  await writeFile(keptDown(folder), String(process.pid))
  try {
    for (const part of parts) {
      const pid = Number(await readFile(join(folder, `${part}.pid`), 'utf8'))
      process.kill(pid, 'SIGKILL')
      while (await runs(pid)) await delay(LOOK_MS)
    }
    return await work()
  } finally {
    await rm(keptDown(folder), { force: true })
    await tool.call(['up'])
  }
}

/** Whether somebody keeps parts from running; one who was killed meanwhile does no more. */
export async function arePartsKeptDown(kubeconfig: string): Promise<boolean> {
  const by = await readFile(keptDown(runFolder(kubeconfig)), 'utf8').catch(() => undefined)
  return by !== undefined && (await runs(Number(by)))
}

const runFolder = (kubeconfig: string) => join(dirname(kubeconfig), 'run')
const keptDown = (folder: string) => join(folder, 'kept-down')

/** A process that was ended stays as a zombie until its parent has asked how. */
async function runs(pid: number): Promise<boolean> {
  if (!existsSync(`/proc/${pid}`)) return false
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return status !== '' && !/^State:\s+Z/m.test(status)
}
