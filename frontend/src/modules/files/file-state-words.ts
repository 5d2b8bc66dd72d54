import type { FileState } from '@fairlead/proto/web/fairlead/files/v1/files'

interface StateWords {
  readonly label: string
  readonly text: string
  /** Of the theme. */
  readonly color: string
  /** Whether something is being done about it just now. */
  readonly isGoingOn: boolean
}

const words: Partial<Record<FileState, StateWords>> = {
  FILE_STATE_UPLOADING: {
    label: 'Uploading',
    text: 'Its content has not arrived in full.',
    color: 'sea',
    isGoingOn: true,
  },
  FILE_STATE_SCANNING: {
    label: 'Being scanned',
    text: 'It can be fetched once the scanner has found nothing in it.',
    color: 'yellow',
    isGoingOn: true,
  },
  FILE_STATE_CLEAN: {
    label: 'Clean',
    text: 'Scanned; nothing was found.',
    color: 'teal',
    isGoingOn: false,
  },
  FILE_STATE_UNSCANNED: {
    label: 'Not scanned',
    text: 'The operator of this installation has switched malware scanning off.',
    color: 'gray',
    isGoingOn: false,
  },
  FILE_STATE_INFECTED: {
    label: 'Infected',
    text: 'Malware was found; the content was deleted.',
    color: 'red',
    isGoingOn: false,
  },
  FILE_STATE_REJECTED: {
    label: 'Rejected',
    text: 'It was not what was announced, or is not taken for its purpose; the content was deleted.',
    color: 'orange',
    isGoingOn: false,
  },
  FILE_STATE_FAILED: {
    label: 'Scan failed',
    text: 'It could not be scanned. It is tried again, and not released before.',
    color: 'orange',
    isGoingOn: false,
  },
}

export function fileStateWords(state: FileState): StateWords {
  return words[state] ?? { label: 'Unknown', text: '', color: 'gray', isGoingOn: false }
}

export const fileStates: readonly FileState[] = [
  'FILE_STATE_UPLOADING',
  'FILE_STATE_SCANNING',
  'FILE_STATE_CLEAN',
  'FILE_STATE_UNSCANNED',
  'FILE_STATE_INFECTED',
  'FILE_STATE_REJECTED',
  'FILE_STATE_FAILED',
]
