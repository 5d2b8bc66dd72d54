import type { Kubectl } from '../../../e2e/cluster/harness/kubectl.ts'
import type { BenchLine } from '../report.ts'

const BASE = 'docker.io/library/node:24-bookworm-slim'
const MEGABYTE = 1e6

interface Node {
  readonly status: {
    readonly images?: readonly { readonly names?: readonly string[] | null; readonly sizeBytes: number }[]
  }
}

/** As the node stores them, beside the image that they take Node from; a node names only some of many images. */
export async function imageSizes(kubectl: Kubectl, images: readonly string[]): Promise<readonly BenchLine[]> {
  const nodes = await kubectl.list<Node>('nodes')
  const sizeOf = (image: string) =>
    nodes
      .flatMap(({ status }) => status.images ?? [])
      .find(({ names }) => names?.includes(image) || names?.includes(`docker.io/${image}`))?.sizeBytes
  const reference = sizeOf(BASE)
  return images.flatMap((image) => {
    const size = sizeOf(image)
    if (size === undefined) return []
    return {
      label: `image ${image.replace(/:.*/, '')}`,
      value: size / MEGABYTE,
      unit: 'MB',
      ...(reference === undefined ? {} : { reference: reference / MEGABYTE, ratio: size / reference }),
    }
  })
}
