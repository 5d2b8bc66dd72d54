import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { AgentFailure, codeOf } from './agent-failure.ts'
import type { AgentSettings } from './agent-settings.ts'
import { eachOf } from './each-of.ts'
import { withPatience } from './patience.ts'
import type { StagingClient } from './staging-client.ts'
import { type OutputFile, unusable, walkOutputs } from './walk-outputs.ts'

const BLOCK_BYTES = 256 << 10
// Of what was a plain file a moment ago: no link is followed, and nothing waits for the other end of a pipe.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/** Sends what a container left, after all of it was looked at: of a folder with anything unusable nothing is sent. */
export async function collect(settings: AgentSettings, client: StagingClient): Promise<string> {
  const begun = performance.now()
  const files = await walkOutputs(settings.outputs)
  const never = new AbortController().signal
  // Another pod may have run in the place of one that was lost while it sent what it had.
  await withPatience(settings.patienceMs, never, () => client.forgetOutputs())
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (files.length > 0) {
    const { outputLimitBytes } = await withPatience(settings.patienceMs, never, () => client.describe())
    // Before anything is read: a file may be large without filling a disk.
    if (bytes > outputLimitBytes) {
      throw new AgentFailure(
        'OUTPUT_LIMIT_EXCEEDED',
        `${settings.outputs} holds ${bytes} bytes; ${outputLimitBytes} are the most for the step. Leave less, or ask for a higher output limit.`,
      )
    }
    await eachOf(files, (file, signal) => send(settings, client, file, signal))
  }
  return `collected ${files.length} files, ${bytes} bytes, in ${Math.round(performance.now() - begun)} ms`
}

/**
 * Reads the file twice: its digest goes ahead, so that the server keeps nothing that is not whole. The second time it
 * comes from memory.
 */
async function send(
  settings: AgentSettings,
  client: StagingClient,
  output: OutputFile,
  signal: AbortSignal,
): Promise<void> {
  const file = await openPlain(settings.outputs, output)
  try {
    const sha256 = await digestOf(file, output.sizeBytes, signal)
    await withPatience(settings.patienceMs, signal, async () => {
      const { sizeBytes } = output
      // Not a stream of the file's own: that closes it when a try breaks off, and the next one has nothing to read.
      const stream = Readable.from(blocksOf(file, sizeBytes, signal), { objectMode: false })
      await client.put(output.path, { sizeBytes, sha256, stream })
    })
  } finally {
    await file.close()
  }
}

async function openPlain(folder: string, { path, sizeBytes }: OutputFile): Promise<FileHandle> {
  const file = await open(join(folder, path), FLAGS).catch((error: unknown) => {
    if (codeOf(error) === 'EACCES')
      throw unusable(folder, path, 'cannot be read. Give every user the right to')
    if (codeOf(error) === 'ELOOP')
      throw unusable(folder, path, 'is a symbolic link. Leave a copy of what it names')
    throw error
  })
  const found = await file.stat()
  if (found.isFile() && found.nlink === 1 && found.size === sizeBytes) return file
  await file.close()
  throw unusable(folder, path, 'changed while it was looked at')
}

async function digestOf(file: FileHandle, sizeBytes: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const block of blocksOf(file, sizeBytes, signal)) hash.update(block)
  return hash.digest('hex')
}

/** From the beginning of the file; fewer bytes than it had when it became shorter. */
async function* blocksOf(file: FileHandle, sizeBytes: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let position = 0; position < sizeBytes; ) {
    signal.throwIfAborted()
    const block = Buffer.allocUnsafe(Math.min(BLOCK_BYTES, sizeBytes - position))
    const { bytesRead } = await file.read(block, 0, block.length, position)
    if (bytesRead === 0) return
    yield block.subarray(0, bytesRead)
    position += bytesRead
  }
}
