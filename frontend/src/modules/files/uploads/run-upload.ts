import type { FileService, File as StoredFile, Upload } from '@fairlead/proto/web/fairlead/files/v1/files'
import { type ApiError, toApiError } from '../../../app/api-error'
import { type FileDigest, UnreadableFile } from './file-digest'
import { missingParts, type PartPlan, partBytes, partRange } from './part-plan'
import { retryDelayMs } from './retry-delay'
import type { SendPart } from './send-part'
import type { Slots } from './slots'
import { UploadFailure } from './upload-failure'
import type { RememberedUpload } from './upload-memory'

/** What an upload works with. */
export interface UploadTools {
  readonly files: () => Pick<
    FileService,
    'CreateFile' | 'ResumeUpload' | 'CompleteUpload' | 'CancelUpload' | 'GetFile'
  >
  readonly sendPart: SendPart
  readonly digest: FileDigest
  /** Of parts on their way, over all uploads. */
  readonly slots: Slots
  readonly random: () => number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Resolves after so long, or when trying again is worth it before; rejects when `signal` is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What an upload tells while it runs. */
export interface UploadListener {
  onStep(step: 'starting' | 'sending' | 'finishing'): void
  /** The server knows the file by this name from now on. */
  onName(name: string): void
  /** Bytes that have arrived or are on their way. */
  onSent(sentBytes: number): void
  /** It waits to try again. @param until milliseconds since the epoch; undefined when it goes on */
  onWaiting(until: number | undefined, reason: string): void
}

/** Parts of one upload that are on their way at a time. */
const lanes = 3
/** Addresses that are asked for at a time. */
const addressBatch = 12
/** An address with less time left than this is not used any more, milliseconds. */
const addressMarginMs = 15_000
/** For so long a new address is used whatever this machine's clock makes of its end, milliseconds. */
const leastAddressMs = 30_000
/** So often a part is sent to a fresh address when the store refuses it. */
const maximumRefusals = 3
/** So often an upload is completed of which the server then misses parts. */
const maximumCompletions = 3

/** HTTP statuses after which the same request may succeed. */
const passing: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504])
/** HTTP statuses of an address that works no more, and 400 with which S3 ends connections that were slow. */
const stale: ReadonlySet<number> = new Set([400, 403, 404, 409, 410])

/**
 * Brings a file to the server, from wherever it stands, until its content has arrived in full and its scan is queued.
 * What passes is tried again without end; anything else rejects with `UploadFailure`.
 * @returns the file as it stands then
 */
export async function runUpload(
  { files, sendPart, digest, slots, random, now, wait }: UploadTools,
  upload: RememberedUpload,
  content: Blob,
  listener: UploadListener,
  stop: AbortSignal,
): Promise<StoredFile> {
  // Ends what runs side by side when one of it fails.
  const ending = new AbortController()
  const signal = AbortSignal.any([stop, ending.signal])
  const arrived = new Map<number, number>()
  const onTheWay = new Map<number, number>()
  const addresses = new Map<number, { url: string; usableUntil: number }>()
  let { name } = upload
  let plan: PartPlan = { sizeBytes: content.size, partSizeBytes: 1, partCount: 0 }
  /** In a row, over all calls and parts. */
  let failures = 0
  let fetching: Promise<void> | undefined

  try {
    listener.onStep('starting')
    const ended = await open()
    if (ended !== undefined) return ended
    listener.onStep('sending')
    const sha256 = digest(content, signal)
    // Awaited at the end; until then its failure is not an unhandled one.
    sha256.catch(() => undefined)
    await sendMissing()
    listener.onStep('finishing')
    return await complete(await sha256)
  } catch (error) {
    stop.throwIfAborted()
    if (error instanceof UnreadableFile) throw unreadable(error)
    throw error
  } finally {
    ending.abort()
  }

  /** @returns the file when its content had arrived before */
  async function open(): Promise<StoredFile | undefined> {
    if (name !== '') return await catchUp()
    const answer = await persist(() =>
      files().CreateFile({
        parent: `organizations/${upload.organization}`,
        displayName: upload.displayName,
        purpose: upload.purpose,
        sizeBytes: BigInt(upload.sizeBytes),
        mediaType: upload.mediaType,
        folder: upload.folder,
        versionOf: upload.versionOf,
        requestId: upload.requestId,
      }),
    )
    name = answer.file?.name ?? ''
    listener.onName(name)
    if (answer.upload === undefined) return answer.file
    learn(answer.upload)
    return undefined
  }

  /** Asks where the upload stands. */
  async function catchUp(): Promise<StoredFile | undefined> {
    try {
      const state = await persist(() => files().ResumeUpload({ name, parts: [] }))
      arrived.clear()
      learn(state)
      return undefined
    } catch (error) {
      const failure = toApiError(error)
      if (failure.code === 'NOT_FOUND') throw givenUp(failure)
      if (failure.code !== 'FAILED_PRECONDITION') throw failure
      const file = await persist(() => files().GetFile({ name }))
      if (file.latest === undefined || file.latest.state === 'FILE_STATE_UPLOADING') throw givenUp(failure)
      return file
    }
  }

  function learn(state: Upload): void {
    plan = {
      sizeBytes: content.size,
      partSizeBytes: Number(state.partSizeBytes),
      partCount: state.partCount,
    }
    for (const { number, sizeBytes } of state.arrived) arrived.set(number, Number(sizeBytes))
    for (const { number, url, expireTime } of state.addresses) {
      const lifetimeMs = (expireTime?.getTime() ?? 0) - now()
      addresses.set(number, {
        url,
        usableUntil: now() + Math.max(leastAddressMs, lifetimeMs - addressMarginMs),
      })
    }
    tellProgress()
  }

  function tellProgress(): void {
    let sent = 0
    for (const bytes of arrived.values()) sent += bytes
    for (const bytes of onTheWay.values()) sent += bytes
    listener.onSent(Math.min(sent, content.size))
  }

  async function sendMissing(): Promise<void> {
    const queue = missingParts(plan, arrived)
    const lane = async () => {
      for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
        await send(number, queue)
      }
    }
    const running = Array.from({ length: Math.min(lanes, queue.length) }, lane)
    try {
      await Promise.all(running)
    } catch (error) {
      ending.abort()
      await Promise.allSettled(running)
      throw error
    }
  }

  async function send(number: number, next: readonly number[]): Promise<void> {
    const { start, end } = partRange(plan, number)
    const part = content.slice(start, end)
    let refusals = 0
    for (;;) {
      const url = await addressOf(number, next)
      if (arrived.get(number) === part.size) return
      const outcome = await put(number, url, part)
      if (outcome.kind === 'taken') {
        failures = 0
        arrived.set(number, part.size)
        tellProgress()
        return
      }
      if (outcome.kind === 'stopped') signal.throwIfAborted()
      if (outcome.kind === 'broken') {
        await mustBeReadable(part)
        // The part may have arrived although its answer did not, and an address that expires in the middle looks
        // like this, too: what is asked for anew tells both.
        addresses.delete(number)
        await waitToRetry('The connection was lost.')
      } else if (outcome.kind === 'refused') {
        const { status, text } = outcome
        if (passing.has(status)) {
          await waitToRetry(text || 'The store does not answer.')
        } else if (stale.has(status) && refusals < maximumRefusals) {
          refusals += 1
          addresses.delete(number)
        } else if (status === 507) {
          throw new UploadFailure(text || 'The store is full. Tell the operator.', 'again')
        } else {
          throw new UploadFailure(text || `The store refused a part of the file (${status}).`, 'again')
        }
      }
    }
  }

  async function put(number: number, url: string, part: Blob) {
    const release = await slots.take(signal)
    try {
      onTheWay.set(number, 0)
      return await sendPart(
        url,
        part,
        (sent) => {
          onTheWay.set(number, sent)
          tellProgress()
        },
        signal,
      )
    } finally {
      onTheWay.delete(number)
      tellProgress()
      release()
    }
  }

  /** @param next the parts after this one, whose addresses are asked for along with it */
  async function addressOf(number: number, next: readonly number[]): Promise<string> {
    for (;;) {
      const known = addresses.get(number)
      if (known !== undefined && now() < known.usableUntil) return known.url
      if (arrived.get(number) === partBytes(plan, number)) return ''
      const others = next.filter((other) => other !== number).slice(0, addressBatch - 1)
      // Three parts that need an address make one call; whoever's is not in its answer asks again.
      fetching ??= persist(() => files().ResumeUpload({ name, parts: [number, ...others] }))
        .then(learn)
        .finally(() => {
          fetching = undefined
        })
      await fetching
    }
  }

  async function complete(sha256: string): Promise<StoredFile> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await persist(() => files().CompleteUpload({ name, sha256 }))
      } catch (error) {
        const failure = toApiError(error)
        if (failure.code === 'NOT_FOUND') throw givenUp(failure)
        if (failure.code !== 'FAILED_PRECONDITION' || attempt === maximumCompletions) throw failure
      }
      const ended = await catchUp()
      if (ended !== undefined) return ended
      listener.onStep('sending')
      await sendMissing()
      listener.onStep('finishing')
    }
  }

  /** Calls until there is an answer. */
  async function persist<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      try {
        const answer = await call()
        failures = 0
        return answer
      } catch (error) {
        signal.throwIfAborted()
        const failure = toApiError(error)
        if (!failure.transient && failure.code !== 'ABORTED') throw failure
        await waitToRetry(failure.message)
      }
    }
  }

  async function waitToRetry(reason: string): Promise<void> {
    failures += 1
    const delay = retryDelayMs(failures, random)
    listener.onWaiting(now() + delay, reason)
    await wait(delay, signal)
    listener.onWaiting(undefined, '')
  }

  async function mustBeReadable(part: Blob): Promise<void> {
    try {
      await part.slice(0, 1).arrayBuffer()
    } catch (cause) {
      throw unreadable(cause)
    }
  }
}

function unreadable(cause: unknown): UploadFailure {
  return new UploadFailure(
    'The file was moved or changed since it was chosen. Choose it again.',
    'file',
    cause,
  )
}

function givenUp(cause: ApiError): UploadFailure {
  return new UploadFailure('The server has given this upload up. It can begin anew.', 'anew', cause)
}
