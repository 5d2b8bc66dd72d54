import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { ClusterTool } from './cluster-tool.ts'
import { Kubectl } from './kubectl.ts'
import { repository } from './repository.ts'

const run = promisify(execFile)

const standIns = 'e2e/cluster/images'
/** Folders that no image of ours is made of. */
const besideImages = /^(\.ci|\.github|bench|docs|e2e|k8s)\/|^[^/]+\.md$|\.test\.tsx?$|^skaffold\.yaml$/

/** An image as manifests name it, and what it is on the test cluster. */
export interface TestImage {
  /** Without tag. */
  readonly name: string
  /** The tag tells the content, so that a changed image rolls its pods and an unchanged one is not built. */
  readonly newName: string
  readonly newTag: string
  readonly build: readonly string[]
  /** A program that first makes in the context what no build can. */
  readonly prepare?: string
}

/** Of Fairlead's own images, the target; the stages of /Dockerfile have the names of the images. */
const ourTarget = (name: string): string | undefined =>
  /^fairlead-(backend|frontend|agent|tools)$/.exec(name)?.[1]

/**
 * Finds for each name in manifests how the image is built here. What a run has built serves all of it, in all its
 * processes, whatever is edited meanwhile.
 */
export async function testImages(references: ReadonlySet<string>): Promise<TestImage[]> {
  const names = [...new Set([...references].map(withoutTag))].sort()
  const built = imagesOfRun()
  const ours = await contentHash((path) => !besideImages.test(path))
  return Promise.all(
    names.map(async (name): Promise<TestImage> => {
      const known = built.find((image) => image.name === name)
      if (known !== undefined) return known
      const target = ourTarget(name)
      if (target !== undefined) {
        return {
          name,
          newName: `fairlead-test/${target}`,
          newTag: ours,
          build: [repository, '--target', target],
        }
      }
      const folder = `${standIns}/${basename(name)}`
      if (!existsSync(join(repository, folder, 'Dockerfile'))) {
        throw new Error(`manifests ask for the image ${name}, and there is no ${folder}/Dockerfile`)
      }
      const newTag = await contentHash((path) => path.startsWith(`${folder}/`))
      const context = join(repository, folder)
      const prepare = join(context, 'prepare')
      return {
        name,
        newName: `fairlead-test/${basename(name)}`,
        newTag,
        build: [context],
        ...(existsSync(prepare) ? { prepare } : {}),
      }
    }),
  )
}

/** An example of an algorithm, which no manifest names: a folder of /examples. */
export async function exampleImage(example: string): Promise<TestImage> {
  const target = `example-${example}`
  return {
    name: `fairlead-${target}`,
    newName: `fairlead-test/${target}`,
    newTag: await contentHash((path) => path === 'Dockerfile' || path.startsWith(`examples/${example}/`)),
    build: [repository, '--target', target],
  }
}

/** Builds what the node does not have. One at a time: a build uses all cores by itself, and the tool locks. */
export async function buildImages(
  tool: ClusterTool,
  images: readonly TestImage[],
  onProgress: (line: string) => void,
): Promise<void> {
  const tagOf = ({ newName, newTag }: TestImage) => `${newName}:${newTag}`
  // By what it is, not by its name in manifests: hot reload has other images under the same names.
  const built = new Set(imagesOfRun().map(tagOf))
  const present = await imagesOfNodes()
  for (const image of images) {
    const { build, prepare } = image
    const tag = tagOf(image)
    if (built.has(tag) || present.has(`docker.io/${tag}`)) continue
    const started = performance.now()
    if (prepare !== undefined) await run(prepare, { maxBuffer: 1 << 26 })
    await tool.call(['build', tag, ...build])
    onProgress(`built ${tag} in ${((performance.now() - started) / 1_000).toFixed(0)} s`)
  }
  const before = imagesOfRun()
  const added = images.filter(({ name }) => before.every((image) => image.name !== name))
  process.env[RUN] = JSON.stringify([...before, ...added])
}

const RUN = 'FAIRLEAD_CLUSTER_IMAGES'

const imagesOfRun = (): TestImage[] => JSON.parse(process.env[RUN] ?? '[]') as TestImage[]

async function imagesOfNodes(): Promise<Set<string>> {
  interface Node {
    readonly status: { readonly images?: readonly { readonly names?: readonly string[] }[] }
  }
  const nodes = await new Kubectl('default').list<Node>('nodes')
  return new Set(nodes.flatMap(({ status }) => (status.images ?? []).flatMap(({ names = [] }) => names)))
}

/** Of the files that Git would take, by their path; as they are now, committed or not. */
async function contentHash(isPart: (path: string) => boolean): Promise<string> {
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repository,
    maxBuffer: 1 << 26,
  })
  const hash = createHash('sha256')
  for (const path of [...new Set(stdout.split('\0'))].filter((one) => one !== '' && isPart(one)).sort()) {
    const file = join(repository, path)
    // Git still names what was deleted and not committed.
    if (!existsSync(file)) continue
    hash.update(`${path}\0`).update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex').slice(0, 12)
}

const withoutTag = (reference: string) => reference.replace(/(@sha256:.*|:[^/:]*)$/, '')
