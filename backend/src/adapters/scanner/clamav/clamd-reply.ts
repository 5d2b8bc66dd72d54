import { ScanFailed, type ScannerVersion, type ScanVerdict } from '../../../ports/scanner.ts'

export type Finding = Pick<ScanVerdict, 'state' | 'signature' | 'unread'>

const nothing: Finding = { state: 'CLEAN', signature: '' }

/** What clamd answers to INSTREAM: "stream: OK", "stream: NAME FOUND", or "... ERROR". */
export function findingOf(reply: string): Finding {
  if (reply === 'stream: OK') return nothing
  const signature = /^stream: (.+) FOUND$/u.exec(reply)?.[1]
  if (signature === undefined) throw new ScanFailed(failureOf(reply))
  // With AlertEncrypted and AlertExceedsMax of clamd.conf; it tells them only when it found nothing worse.
  if (signature.startsWith('Heuristics.Encrypted.')) return { ...nothing, unread: 'ENCRYPTED' }
  if (signature.startsWith('Heuristics.Limits.Exceeded')) return { ...nothing, unread: 'LIMITS' }
  return { state: 'INFECTED', signature }
}

function failureOf(reply: string): string {
  if (reply.startsWith('INSTREAM size limit exceeded'))
    return 'clamd takes less at a time than it is sent: set FAIRLEAD_CLAMAV_STREAM_BYTES to the StreamMaxLength of its clamd.conf, or below.'
  const answer = reply.replace(/^stream: /u, '').replace(/[. ]*ERROR$/u, '')
  return `clamd answered: ${answer === '' ? 'nothing that it should' : answer}.`
}

/** "ClamAV 1.4.3/27420/Sun Nov 22 08:37:50 2026": without signatures of its makers only the first. */
export function versionOf(reply: string): ScannerVersion {
  const [engine = '', signatureVersion = '', time = ''] = reply.split('/')
  if (!engine.startsWith('ClamAV')) throw new ScanFailed(failureOf(reply))
  const ms = Date.parse(`${time} UTC`)
  return { engine, signatureVersion, ...(Number.isNaN(ms) ? {} : { signatureTime: new Date(ms) }) }
}
