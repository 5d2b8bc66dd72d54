import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/**
 * The reference by digest, as algorithms have to name theirs, of an image that was built for the node. A node knows
 * what is built for it by tag alone, and pulls nothing: it is given the other name too.
 */
export async function referenceByDigest(tag: string): Promise<string> {
  const name = `docker.io/${tag}`
  const listed = (await images(['ls', `name==${name}`])).split('\n').map((line) => line.split(/\s+/))
  const digest = listed.find(([found]) => found === name)?.[2]
  if (digest === undefined) throw new Error(`the node has no image ${name}`)
  const reference = `${name.replace(/:[^/:]*$/, '')}@${digest}`
  await images(['tag', '--force', name, reference])
  return reference
}

async function images(args: readonly string[]): Promise<string> {
  // Beside the credentials of the cluster that runs here.
  const socket = join(dirname(process.env['KUBECONFIG'] ?? ''), 'run/containerd.sock')
  if (!existsSync(socket)) throw new Error(`the node's containerd is not at ${socket}`)
  const { stdout } = await run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', ...args])
  return stdout
}
