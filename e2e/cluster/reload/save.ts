import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Kubectl } from '../harness/kubectl.ts'
import { repository } from '../harness/repository.ts'

const run = promisify(execFile)

interface PodWithImages {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] }
  readonly status: { readonly phase: string }
}

/** Whose image it is; others may run the same. */
export type Component = 'backend' | 'frontend'

/** A source as the repository has it, with one text in place of another; the repository itself stays as it is. */
export function changed(path: string, from: string, to: string): Record<string, string> {
  const text = readFileSync(join(repository, path), 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${path} does not hold "${from}" once`)
  return { [path]: text.replace(from, to) }
}

export const unchanged = (path: string): Record<string, string> => ({
  [path]: readFileSync(join(repository, path), 'utf8'),
})

/**
 * Saves sources, by their paths in the repository, as Skaffold takes them to all containers of an image: an archive
 * through `kubectl exec`, unpacked by the container's `tar`. Resolves with the number of containers.
 */
export async function save(
  kubectl: Kubectl,
  component: Component,
  sources: Record<string, string>,
): Promise<number> {
  const containers = await containersOf(kubectl, component)
  const archive = await archiveOf(sources)
  await Promise.all(
    containers.map(({ pod, container }) =>
      kubectl.run(
        [
          'exec',
          pod,
          '--container',
          container,
          '--stdin',
          '--',
          ...'tar xmf - -C / --no-same-owner'.split(' '),
        ],
        { input: archive },
      ),
    ),
  )
  return containers.length
}

/** Removes sources as Skaffold does it. */
export async function remove(
  kubectl: Kubectl,
  component: Component,
  paths: readonly string[],
): Promise<void> {
  const containers = await containersOf(kubectl, component)
  await Promise.all(
    containers.map(({ pod, container }) =>
      kubectl.run([
        ...['exec', pod, '--container', container, '--', 'rm', '-rf', '--'],
        ...paths.map((path) => `/app/${path}`),
      ]),
    ),
  )
}

async function containersOf(
  kubectl: Kubectl,
  component: Component,
): Promise<{ pod: string; container: string }[]> {
  const pods = (await kubectl.list<PodWithImages>('pods')).filter(
    ({ metadata, status }) => metadata.deletionTimestamp === undefined && status.phase === 'Running',
  )
  const containers = pods.flatMap(({ metadata, spec }) =>
    spec.containers.map(({ name, image }) => ({ pod: metadata.name, container: name, image })),
  )
  const image = containers.find(({ container }) => container === component)?.image
  if (image === undefined) throw new Error(`no container runs ${component}`)
  return containers.filter((one) => one.image === image)
}

async function archiveOf(sources: Record<string, string>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-save-'))
  try {
    const names = Object.entries(sources).map(([path, text]) => {
      const name = `app/${path}`
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
      return name
    })
    const { stdout } = await run('tar', ['cf', '-', '-C', folder, ...names], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    })
    return stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}
