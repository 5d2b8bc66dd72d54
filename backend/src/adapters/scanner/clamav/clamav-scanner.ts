import type { ScannedContent, Scanner, ScannerVersion, ScanVerdict } from '../../../ports/scanner.ts'
import { type Finding, findingOf, versionOf } from './clamd-reply.ts'
import { type ClamdAddress, ClamdSession, type SessionTimes } from './clamd-session.ts'

export interface ClamavScannerOptions extends ClamdAddress {
  /** The most that is sent as one stream; clamd's StreamMaxLength must not be below. */
  readonly streamBytes: number
  /** Default 5 s to connect, 2 minutes to take more, 30 minutes for a verdict. */
  readonly times?: Partial<SessionTimes>
  /** Default 8 MiB, or a quarter of a stream. */
  readonly overlapBytes?: number
}

const times: SessionTimes = { connectMs: 5000, answerMs: 120_000, verdictMs: 30 * 60_000 }
/** What two pieces of one file have in common, so that nothing is cut where they meet. */
const OVERLAP_BYTES = 8 * 2 ** 20
/** Pieces whose verdict is awaited while the next one is sent. */
const PIECES_WAITING = 2

/** Sends content to a clamd; what is longer than that takes at once goes in pieces that overlap. */
export class ClamavScanner implements Scanner {
  readonly enabled = true
  readonly #options: ClamavScannerOptions
  readonly #times: SessionTimes

  constructor(options: ClamavScannerOptions) {
    this.#options = options
    this.#times = { ...times, ...options.times }
  }

  async version(signal?: AbortSignal): Promise<ScannerVersion> {
    const session = this.#open(signal)
    try {
      return versionOf(await session.command('VERSION'))
    } finally {
      session.close()
    }
  }

  async scan(scanned: ScannedContent): Promise<ScanVerdict> {
    const { content, sizeBytes, signal } = scanned
    try {
      // Before the content: it may be scanned with newer signatures than this says, never with older ones.
      const { engine, signatureVersion } = await this.version(signal)
      const finding: Finding =
        scanned.whole === true && sizeBytes > this.#options.streamBytes
          ? { state: 'CLEAN', signature: '', unread: 'LIMITS' }
          : await this.#pieces(scanned)
      return { engine, signatureVersion, ...finding }
    } finally {
      content.destroy()
    }
  }

  #open(signal: AbortSignal | undefined): ClamdSession {
    return new ClamdSession(this.#options, this.#times, signal)
  }

  async #pieces({ content, sizeBytes, signal, onProgress }: ScannedContent): Promise<Finding> {
    const { streamBytes, overlapBytes = Math.min(OVERLAP_BYTES, streamBytes / 4) } = this.#options
    const sessions = new Set<ClamdSession>()
    const open = () => {
      const session = this.#open(signal)
      sessions.add(session)
      session.begin()
      return { session, sent: 0 }
    }
    const waiting: Promise<Finding>[] = []
    const findings: Finding[] = []
    const finish = (session: ClamdSession) => {
      const finding = session.finish().then(findingOf)
      finding.catch(() => undefined)
      waiting.push(finding)
    }
    /** True when what it says ends the scan. */
    const hear = async (most: number) => {
      while (waiting.length > most) {
        const finding = await waiting.shift()
        if (finding === undefined) continue
        findings.push(finding)
        if (finding.state === 'INFECTED') return true
      }
      return false
    }

    try {
      let current = open()
      let next: typeof current | undefined
      let taken = 0
      for await (const chunk of content as AsyncIterable<Buffer>) {
        signal?.throwIfAborted()
        for (let start = 0; start < chunk.length; ) {
          if (current.sent === streamBytes) {
            finish(current.session)
            current = next ?? open()
            next = undefined
          }
          const room = streamBytes - current.sent
          if (next === undefined && room <= overlapBytes && sizeBytes - taken - start > room) {
            if (await hear(PIECES_WAITING - 1)) return worst(findings)
            next = open()
          }
          const piece = chunk.subarray(start, start + room)
          for (const each of next === undefined ? [current] : [current, next]) {
            each.sent += piece.length
            if (await each.session.send(piece)) continue
            // It has answered before the end: what it says counts, whatever else there is to send.
            findings.push(findingOf(await each.session.finish()))
            return worst(findings)
          }
          start += piece.length
        }
        taken += chunk.length
        onProgress?.(taken)
      }
      finish(current.session)
      // Where the content ended in what two pieces share, the first has all of it.
      await hear(0)
      return worst(findings)
    } finally {
      for (const session of sessions) session.close()
    }
  }
}

function worst(findings: readonly Finding[]): Finding {
  const [first] = findings
  if (first === undefined) throw new Error('nothing was scanned')
  return (
    findings.find(({ state }) => state === 'INFECTED') ??
    findings.find(({ unread }) => unread !== undefined) ??
    first
  )
}
