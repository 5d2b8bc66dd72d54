import { formatBytes } from '../../../ui/format-bytes'
import { formatWholeSeconds } from '../../../ui/format-duration'
import { isActive, type UploadSnapshot } from './upload-snapshot'

/** How far an upload is, in a line. @param now milliseconds since the epoch */
export function uploadStatus(upload: UploadSnapshot, now: number): string {
  const { phase, sentBytes, sizeBytes, bytesPerSecond, problem, retryTime } = upload
  const share = `${formatBytes(sentBytes)} of ${formatBytes(sizeBytes)}`
  switch (phase) {
    case 'waiting':
      return 'Waits for its turn'
    case 'starting':
      return 'Starting…'
    case 'sending':
      return bytesPerSecond < 1
        ? share
        : `${share} · ${formatBytes(bytesPerSecond)}/s · ${formatWholeSeconds(((sizeBytes - sentBytes) * 1000) / bytesPerSecond)} left`
    case 'retrying':
      return retryTime === undefined
        ? problem
        : `${problem} Trying again in ${formatWholeSeconds(Math.max(0, retryTime - now))}.`
    case 'paused':
      return `Paused at ${share}`
    case 'finishing':
      return 'Checking that all of it arrived…'
    case 'completed':
      return formatBytes(sizeBytes)
    case 'failed':
      return problem
    case 'needs-permission':
    case 'needs-file':
      return problem === '' ? `Stopped at ${share}` : problem
    default: {
      const unknown: never = phase
      return unknown
    }
  }
}

/** Of a list of uploads, in a heading. */
export function uploadsTitle(uploads: readonly UploadSnapshot[]): string {
  const active = uploads.filter(isActive).length
  const completed = uploads.filter(({ phase }) => phase === 'completed').length
  const failed = uploads.filter(({ phase }) => phase === 'failed').length
  const standing = uploads.length - active - completed - failed
  if (active > 0) return `Uploading ${active} ${active === 1 ? 'file' : 'files'}`
  if (standing > 0) return `${standing} ${standing === 1 ? 'upload has' : 'uploads have'} stopped`
  if (failed > 0) return `${failed} ${failed === 1 ? 'upload' : 'uploads'} failed`
  return `${completed} ${completed === 1 ? 'file' : 'files'} uploaded`
}

/** Of those that go on: how much of them has arrived, 0 to 1, and how long they will take. */
export function uploadsProgress(uploads: readonly UploadSnapshot[]): {
  share: number
  bytesPerSecond: number
  leftMs: number | undefined
} {
  const active = uploads.filter(isActive)
  const sum = (of: (upload: UploadSnapshot) => number) =>
    active.reduce((total, upload) => total + of(upload), 0)
  const size = sum(({ sizeBytes }) => sizeBytes)
  const sent = sum(({ sentBytes }) => sentBytes)
  const bytesPerSecond = sum((upload) => upload.bytesPerSecond)
  return {
    share: size === 0 ? 0 : sent / size,
    bytesPerSecond,
    leftMs: bytesPerSecond < 1 ? undefined : ((size - sent) * 1000) / bytesPerSecond,
  }
}
