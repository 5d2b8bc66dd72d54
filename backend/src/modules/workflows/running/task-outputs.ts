import type { TaskOutput } from '../../jobs/index.ts'
import type { CollectedOutput } from './container-store.ts'
import { uniqueNames } from './unique-names.ts'

/**
 * What a step left, as files of its task: folders become part of the name, and of a step that is fanned out the
 * container's number stands in front, so that they are in its order.
 *
 * @param scanStates of each, in the same order
 */
export function taskOutputs(
  outputs: readonly CollectedOutput[],
  scanStates: readonly TaskOutput['scanState'][],
  containers: number,
): TaskOutput[] {
  const digits = String(containers - 1).length
  const names = uniqueNames(
    outputs.map(({ number, path }) => {
      const name = path.replaceAll('/', '-')
      return containers === 1 ? name : `${String(number).padStart(digits, '0')}-${name}`
    }),
  )
  return outputs.map(({ objectKey, mediaType, sizeBytes, sha256 }, position) => ({
    fileName: names[position] ?? '',
    mediaType,
    sizeBytes,
    sha256,
    scanState: scanStates[position] ?? 'PENDING',
    sourceId: '',
    stencil: '',
    objectKey,
  }))
}
