import type { FileEvent } from '@fairlead/proto/web/fairlead/files/v1/files'
import { fileStateWords } from './file-state-words'

/** What happened, in a sentence; the server's own where it has one. */
export function eventSentence({ kind, description, toState }: FileEvent): string {
  const sentence =
    description !== ''
      ? description
      : toState !== 'FILE_STATE_UNSPECIFIED'
        ? fileStateWords(toState).label
        : kind.replaceAll(/[_-]/g, ' ')
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
