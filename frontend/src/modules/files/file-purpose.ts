import type { FilePurpose } from '@fairlead/proto/web/fairlead/files/v1/files'

export const purposes: readonly FilePurpose[] = [
  'FILE_PURPOSE_GENERAL',
  'FILE_PURPOSE_EVIDENCE',
  'FILE_PURPOSE_DATASET',
  'FILE_PURPOSE_JOB_INPUT',
  'FILE_PURPOSE_ALGORITHM',
]

const words: Partial<Record<FilePurpose, { readonly label: string; readonly text: string }>> = {
  FILE_PURPOSE_GENERAL: { label: 'General', text: 'Documents and whatever else you keep' },
  FILE_PURPOSE_EVIDENCE: { label: 'Evidence', text: 'Of a transfer, an issuance or another booking' },
  FILE_PURPOSE_DATASET: { label: 'Dataset', text: 'A FITS image that is to become a dataset' },
  FILE_PURPOSE_JOB_INPUT: { label: 'Job input', text: 'A table, an image or an archive for jobs' },
  FILE_PURPOSE_ALGORITHM: { label: 'Algorithm', text: 'What a container workflow runs' },
}

export function purposeLabel(purpose: FilePurpose): string {
  return words[purpose]?.label ?? 'Unknown'
}

/** Such as "A FITS image that is to become a dataset". */
export function purposeText(purpose: FilePurpose): string {
  return words[purpose]?.text ?? ''
}

const fitsEndings = /\.(fits|fit|fts|fits\.fz)$/i

/** What a file is for as far as its name tells: FITS images become datasets. */
export function likelyPurpose(fileName: string, otherwise: FilePurpose): FilePurpose {
  return otherwise === 'FILE_PURPOSE_GENERAL' && fitsEndings.test(fileName)
    ? 'FILE_PURPOSE_DATASET'
    : otherwise
}
