import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildImages, type TestImage, testImages } from '../harness/images.ts'
import { clusterTool, Installation } from '../harness/installation.ts'
import { waitUntilReady } from '../harness/readiness.ts'
import { folderOf, imageReferences, parseManifests, render } from '../harness/rendering.ts'
import { repository } from '../harness/repository.ts'

const run = promisify(execFile)

const READY_MS = 480_000

/** What `skaffold dev` deploys, from the images that it would build. In a namespace and at a port of its own. */
export async function deployHotReload(onProgress: (line: string) => void): Promise<Installation> {
  const namespace = `${process.env['FAIRLEAD_CLUSTER_NAME'] || 'fairlead'}-reload`
  // After dev, dev1 and dev2.
  const port = Number(process.env['FAIRLEAD_CLUSTER_PORT'] || 10_000) + 3
  const tool = await clusterTool()
  await run('npm', ['run', '--silent', 'secrets', '--', 'dev'], { cwd: repository })
  const folder = folderOf(namespace)
  const overlay = { name: 'dev-hot-reload', components: ['e2e/cluster/overlay'], namespace }
  const references = imageReferences(parseManifests(await render(folder, overlay)))
  const images = (await testImages(references)).map(forDevelopment)
  await buildImages(tool, images, onProgress)
  const url = `http://localhost:${port}`
  const manifests = await render(folder, { ...overlay, url, images })
  const loopbackUrl = `http://127.0.0.1:${port}`
  const installation = new Installation({ namespace, url, loopbackUrl })
  await installation.apply(manifests)
  await waitUntilReady(installation.kubectl, {
    timeoutMs: READY_MS,
    onProgress: (line) => onProgress(`${namespace}: ${line}`),
  })
  await installation.open(join(folder, 'port-forward.pid'))
  return installation
}

/** skaffold.yaml names the same stages. */
function forDevelopment(image: TestImage): TestImage {
  const target = /^fairlead-(backend|frontend)$/.exec(image.name)?.[1]
  if (target === undefined) return image
  const stage = `${target}-development`
  return { ...image, newName: `fairlead-test/${stage}`, build: [repository, '--target', stage] }
}
