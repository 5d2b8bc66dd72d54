import {
  type Icon,
  IconFile,
  IconFileMusic,
  IconFileSpreadsheet,
  IconFileText,
  IconFileTypePdf,
  IconFileZip,
  IconPhoto,
  IconTelescope,
} from '@tabler/icons-react'

const icons: readonly (readonly [RegExp, Icon])[] = [
  [/fits/, IconTelescope],
  [/^image\//, IconPhoto],
  [/pdf$/, IconFileTypePdf],
  [/csv|tab-separated|spreadsheet|excel|votable/, IconFileSpreadsheet],
  [/zip|tar|compressed|archive/, IconFileZip],
  [/^(audio|video)\//, IconFileMusic],
  [/^text\/|json|xml/, IconFileText],
]

/** By what the content is. */
export function FileIcon({ mediaType, size = 20 }: { mediaType: string; size?: number }) {
  const Glyph = icons.find(([pattern]) => pattern.test(mediaType))?.[1] ?? IconFile
  return <Glyph size={size} stroke={1.5} aria-hidden />
}
