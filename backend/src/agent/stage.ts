import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AgentFailure, codeOf } from './agent-failure.ts'
import type { AgentSettings } from './agent-settings.ts'
import { eachOf } from './each-of.ts'
import { pathFault } from './file-path.ts'
import { TryAgain, withPatience } from './patience.ts'
import type { Input, StagingClient } from './staging-client.ts'

/** Beside the folders of inputs, none of which has a name with a dot. */
const PARAMETERS = 'parameters.json'
/** Whoever the algorithm runs as may read, and nobody writes. */
const FILE_MODE = 0o444

/**
 * Brings a container's inputs into its folder, and its parameters. A file is there whole, of the size and with the
 * digest that were promised, or the stage fails.
 */
export async function stage(settings: AgentSettings, client: StagingClient): Promise<string> {
  const begun = performance.now()
  const patient = (signal: AbortSignal, work: () => Promise<void>) =>
    withPatience(settings.patienceMs, signal, work)
  const never = new AbortController().signal
  const { inputs, parameters } = await withPatience(settings.patienceMs, never, () => client.describe())
  for (const { path } of inputs) {
    const fault = pathFault(path)
    if (fault !== undefined) throw new AgentFailure('REFUSED', `The input ${JSON.stringify(path)} ${fault}.`)
  }
  await local(async () => {
    await replace(join(settings.inputs, PARAMETERS), (path) => writeFile(path, JSON.stringify(parameters)))
  })
  await eachOf(inputs, (input, signal) => patient(signal, () => fetchInput(settings, client, input, signal)))
  const bytes = inputs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return `staged ${inputs.length} files, ${bytes} bytes, in ${Math.round(performance.now() - begun)} ms`
}

async function fetchInput(
  settings: AgentSettings,
  client: StagingClient,
  input: Input,
  signal: AbortSignal,
): Promise<void> {
  const content = await client.open(input)
  try {
    await local(() =>
      replace(join(settings.inputs, input.path), (path) => write(content, path, input, signal)),
    )
  } finally {
    content.destroy()
  }
}

async function write(content: Readable, path: string, input: Input, signal: AbortSignal): Promise<void> {
  const hash = input.sha256 === undefined ? undefined : createHash('sha256')
  let sizeBytes = 0
  await pipeline(
    broken(content),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        sizeBytes += chunk.length
        hash?.update(chunk)
        yield chunk
      }
    },
    createWriteStream(path, { flags: 'wx' }),
    { signal },
  )
  if (sizeBytes !== input.sizeBytes) {
    const sentence = `${input.path} has ${sizeBytes} bytes, and ${input.sizeBytes} were promised.`
    throw new AgentFailure('REFUSED', sentence)
  }
  if (hash !== undefined && hash.digest('hex') !== input.sha256) {
    throw new AgentFailure('REFUSED', `${input.path} has another SHA-256 than was promised.`)
  }
}

/** Tells a connection that broke from a disk that is full. */
async function* broken(content: Readable): AsyncIterable<Buffer> {
  try {
    for await (const chunk of content) yield chunk
  } catch (cause) {
    throw new TryAgain(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

/** In place of what an earlier try left; half of a file is not kept. */
async function replace(path: string, make: (path: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await rm(path, { force: true })
  try {
    await make(path)
    await chmod(path, FILE_MODE)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
}

async function local(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      const sentence =
        'The inputs do not fit on the disk of the environment. Choose one with more, or give fewer files.'
      throw new AgentFailure('DISK_FULL', sentence, { cause: error })
    }
    if (error instanceof Error && 'syscall' in error) {
      throw new AgentFailure('MISCONFIGURED', `The inputs cannot be written: ${error.message}.`, {
        cause: error,
      })
    }
    throw error
  }
}
